import { atLine, hashLine, lineOf } from './line.ts'
import { encodePart, encodePath, splitPath } from './path.ts'
import { isBranch } from './ref.ts'
import type { Forge, Place } from './repository.ts'

const kinds: Readonly<Record<string, 'file' | 'tree'>> = {
  blob: 'file',
  edit: 'file',
  raw: 'file',
  blame: 'file',
  tree: 'tree',
}

/** GitHub and GitHub Enterprise Server. */
export const github: Forge = {
  reserved: new Set(
    'about apps collections enterprise explore features login marketplace new notifications organizations orgs pulls search settings sponsors stars topics users'.split(
      ' ',
    ),
  ),
  read({ segments, hash }) {
    const [owner = '', name = '', verb, ...rest] = segments
    const repository = [owner, name.replace(/\.git$/, '')]
    if (segments.length < 2) return undefined
    if (verb === undefined) return { name: repository, kind: 'repo' }
    if (verb === 'commit' && rest.length === 1) return { name: repository, ref: rest[0], kind: 'repo' }
    const kind = kinds[verb]
    if (!kind || rest.length === 0) return undefined
    // `-` stands for the default branch in addresses that people wrote for other programs.
    const mixed = rest[0] === '-' ? ['HEAD', ...rest.slice(1)] : rest
    return { name: repository, mixed, kind, line: lineOf(hash, hashLine) }
  },
  clonedName: (segments) => (segments.length === 2 ? segments : undefined),
  pagePath: (name) => name.join('/'),
  clonePath: (name) => `${name.join('/')}.git`,
  ssh: (host, name) => `git@${host}:${name.join('/')}.git`,
  view: (at) => atLine(`${at.page}/blob/${refOf(at)}/${at.path}`, at, 'plain=1'),
  tree: (at) => `${at.page}/tree/${refOf(at)}${at.path && `/${at.path}`}`,
  raw: (at) => `${at.page}/raw/${refOf(at)}/${at.path}`,
  commit: (page, id) => `${page}/commit/${id}`,
  edit: (at) => (isBranch(at) ? `${at.page}/edit/${refOf(at)}/${at.path}` : undefined),
  create(at) {
    if (!isBranch(at)) return undefined
    const { folder, name } = splitPath(at.plainPath)
    return `${at.page}/new/${refOf(at)}${folder && `/${encodePath(folder)}`}?filename=${encodePart(name)}`
  },
  api: (site) => (site === 'https://github.com' ? 'https://api.github.com' : `${site}/api/v3`),
}

function refOf({ ref }: Place): string {
  if (!ref) return 'HEAD'
  return encodePath(ref.kind === 'tag' ? `refs/tags/${ref.name}` : ref.name)
}
