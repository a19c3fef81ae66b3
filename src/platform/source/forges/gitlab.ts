import { hashLine, isMarkdown, lineOf } from './line.ts'
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

/** GitLab: groups within groups, and `-` between a repository and what it is asked for. */
export const gitlab: Forge = {
  reserved: new Set(
    '- admin api dashboard explore groups help oauth projects search snippets uploads users'.split(' '),
  ),
  read({ segments, query, hash }) {
    const { name, verb, rest } = parts(segments)
    if (name.length < 2) return undefined
    if (verb === undefined) return { name, kind: 'repo' }
    if (verb === 'commit' && rest.length === 1) return { name, ref: rest[0], kind: 'repo' }
    const kind = kinds[verb]
    if (!kind || rest.length === 0) return undefined
    const type = query.get('ref_type')
    const isShort = rest[0] !== 'refs' && rest[0] !== 'HEAD'
    const mixed = isShort && (type === 'tags' || type === 'heads') ? ['refs', type, ...rest] : rest
    return { name, mixed, kind, line: lineOf(hash, hashLine) }
  },
  clonedName: (segments) => (segments.length >= 2 ? segments : undefined),
  pagePath: (name) => name.join('/'),
  clonePath: (name) => `${name.join('/')}.git`,
  ssh: (host, name) => `git@${host}:${name.join('/')}.git`,
  view(at) {
    const plain = at.line !== undefined && isMarkdown(at.plainPath) ? 'plain=1' : ''
    const hash = at.line === undefined ? '' : `#L${at.line}`
    return `${at.page}/-/blob/${refOf(at)}/${at.path}${query(typeOf(at), plain)}${hash}`
  },
  tree: (at) => `${at.page}/-/tree/${refOf(at)}${at.path && `/${at.path}`}${query(typeOf(at))}`,
  raw: (at) => `${at.page}/-/raw/${refOf(at)}/${at.path}${query(typeOf(at))}`,
  commit: (page, id) => `${page}/-/commit/${id}`,
  edit: (at) => (isBranch(at) ? `${at.page}/-/edit/${refOf(at)}/${at.path}` : undefined),
  create(at) {
    if (!isBranch(at)) return undefined
    const { folder, name } = splitPath(at.plainPath)
    return `${at.page}/-/new/${refOf(at)}${folder && `/${encodePath(folder)}`}?file_name=${encodePart(name)}`
  },
  api: (site) => `${site}/api/v4`,
}

/** Before version 12 there was no `-`, and no group or repository may have the name of a verb. */
function parts(segments: readonly string[]): { name: string[]; verb: string | undefined; rest: string[] } {
  const dash = segments.indexOf('-', 2)
  const old = segments.findIndex((part, index) => index >= 2 && (part in kinds || part === 'commit'))
  const end = dash !== -1 ? dash : old
  const name = end === -1 ? segments : segments.slice(0, end)
  const [verb, ...rest] = end === -1 ? [] : segments.slice(dash === -1 ? end : end + 1)
  const last = name.at(-1)?.replace(/\.git$/, '') ?? ''
  return { name: [...name.slice(0, -1), last], verb: end === -1 ? undefined : (verb ?? ''), rest }
}

const refOf = ({ ref }: Place) => encodePath(ref?.name ?? 'HEAD')
const typeOf = ({ ref }: Place) => (ref?.kind === 'tag' ? 'ref_type=tags' : '')

function query(...given: string[]): string {
  const pairs = given.filter((pair) => pair !== '')
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
