import { lineOf } from './line.ts'
import { encodePart, encodePath, splitPath } from './path.ts'
import { isBranch } from './ref.ts'
import type { Forge, Place } from './repository.ts'

/** Bitbucket Cloud. */
export const bitbucket: Forge = {
  reserved: new Set('account dashboard product repo search support workspaces'.split(' ')),
  read({ segments, folder, query, hash }) {
    const [owner = '', last = '', verb, ...rest] = segments
    const name = [owner, last.replace(/\.git$/, '')]
    if (segments.length < 2) return undefined
    const line = lineOf(hash, /^(?:lines|.+)-(\d{1,9})(?::\d+)?(?:,\d+)*$/)
    if (verb === undefined || (verb === 'src' && rest.length === 0)) return { name, kind: 'repo' }
    if (verb === 'commits' && rest.length === 1) return { name, ref: rest[0], kind: 'repo' }
    if ((verb !== 'src' && verb !== 'raw') || rest.length === 0) return undefined
    const kind = verb === 'src' && (folder || rest.length === 1) ? 'tree' : 'file'
    // Copied from the browser it names the commit that was shown, and beside it the branch that was meant.
    const branch = query.get('at')
    if (branch) return { name, ref: branch, path: rest.slice(1).join('/'), kind, line }
    return { name, mixed: rest, kind, line }
  },
  clonedName: (segments) => (segments.length === 2 ? segments : undefined),
  pagePath: (name) => name.join('/'),
  clonePath: (name) => `${name.join('/')}.git`,
  ssh: (host, name) => `git@${host}:${name.join('/')}.git`,
  view: (at) => `${at.page}/src/${refOf(at)}/${at.path}${at.line === undefined ? '' : `#lines-${at.line}`}`,
  tree: (at) => `${at.page}/src/${refOf(at)}/${at.path && `${at.path}/`}`,
  raw: (at) => `${at.page}/raw/${refOf(at)}/${at.path}`,
  commit: (page, id) => `${page}/commits/${id}`,
  edit: (at) =>
    at.ref && isBranch(at) ? `${at.page}/src/${refOf(at)}/${at.path}?mode=edit&spa=0&at=${refOf(at)}` : undefined,
  create(at) {
    if (!at.ref || !isBranch(at)) return undefined
    const { folder, name } = splitPath(at.plainPath)
    const place = `${refOf(at)}/${folder && `${encodePath(folder)}/`}`
    return `${at.page}/create-file/${place}?at=${refOf(at)}&filename=${encodePart(name)}`
  },
  api: () => 'https://api.bitbucket.org/2.0',
}

/** One part of the path, its slashes encoded: so there is no doubt where it ends. */
const refOf = ({ ref }: Place) => encodePart(ref?.name ?? 'HEAD')
