import { atLine, hashLine, lineOf } from './line.ts'
import { encodePart, encodePath, splitPath } from './path.ts'
import { isBranch } from './ref.ts'
import type { Forge, Place } from './repository.ts'

const types: Readonly<Record<string, string>> = { branch: 'refs/heads/', tag: 'refs/tags/', commit: '' }

/** Gitea and Forgejo. */
export const gitea: Forge = {
  reserved: new Set('- admin api assets attachments avatars explore notifications org repo user'.split(' ')),
  read({ segments, folder, hash }) {
    const [owner = '', last = '', verb, ...rest] = segments
    const name = [owner, last.replace(/\.git$/, '')]
    if (segments.length < 2) return undefined
    if (verb === undefined) return { name, kind: 'repo' }
    if (verb === 'commit' && rest.length === 1) return { name, ref: rest[0], kind: 'repo' }
    if (verb === '_edit' && rest.length > 1) return { name, mixed: ['refs', 'heads', ...rest], kind: 'file' }
    const shows = verb === 'src' || verb === 'blame'
    if ((!shows && verb !== 'raw' && verb !== 'media') || rest.length === 0) return undefined
    const [type = '', ...typed] = rest
    const isTyped = type in types && typed.length > 0
    const mixed = isTyped ? [...(types[type]?.split('/').filter(Boolean) ?? []), ...typed] : rest
    const refOnly = (isTyped ? typed : rest).length === 1
    const line = lineOf(hash, hashLine)
    return { name, mixed: headless(mixed), kind: shows && (folder || refOnly) ? 'tree' : 'file', line }
  },
  clonedName: (segments) => (segments.length === 2 ? segments : undefined),
  pagePath: (name) => name.join('/'),
  clonePath: (name) => `${name.join('/')}.git`,
  ssh: (host, name) => `git@${host}:${name.join('/')}.git`,
  view: (at) => atLine(`${at.page}/src/${refOf(at)}/${at.path}`, at, 'display=source'),
  tree: (at) => `${at.page}/src/${refOf(at)}${at.path && `/${at.path}/`}`,
  raw: (at) => `${at.page}/raw/${refOf(at)}/${at.path}`,
  commit: (page, id) => `${page}/commit/${id}`,
  edit: (at) => (at.ref && isBranch(at) ? `${at.page}/_edit/${encodePath(at.ref.name)}/${at.path}` : undefined),
  create(at) {
    if (!at.ref || !isBranch(at)) return undefined
    const { folder, name } = splitPath(at.plainPath)
    const place = `${encodePath(at.ref.name)}${folder && `/${encodePath(folder)}`}`
    return `${at.page}/_new/${place}?filename=${encodePart(name)}`
  },
  api: (site) => `${site}/api/v1`,
}

const refOf = ({ ref }: Place) => (ref ? `${ref.kind}/${encodePath(ref.name)}` : 'branch/HEAD')

/** `branch/HEAD` is the default branch, whatever its name. */
function headless(mixed: readonly string[]): readonly string[] {
  return mixed[0] === 'refs' && mixed[2] === 'HEAD' ? mixed.slice(2) : mixed
}
