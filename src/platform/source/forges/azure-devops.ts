import { lineOf } from './line.ts'
import { encodePart } from './path.ts'
import type { Forge, Place } from './repository.ts'

const prefixes: Readonly<Record<string, string>> = { GB: '', GT: 'refs/tags/', GC: '' }

/**
 * Azure DevOps, Services and Server. A repository's name is organisation (or what a server has in its place), project and
 * repository; ref and path are in the query.
 */
export const azureDevops: Forge = {
  reserved: new Set(),
  read({ segments, folder, query }) {
    const api = apiItem(segments)
    if (api) {
      const type = query.get('versionDescriptor.versionType')
      const version = query.get('versionDescriptor.version') ?? undefined
      const ref = version !== undefined && type === 'tag' ? `refs/tags/${version}` : version
      return { name: api, ref, path: query.get('path') ?? '', kind: 'file' }
    }
    const at = segments.indexOf('_git')
    const name = gitName(segments)
    if (!name) return undefined
    const [verb, ...rest] = segments.slice(at + 2)
    if (verb === 'commit' && rest.length === 1) return { name, ref: rest[0], kind: 'repo' }
    if (verb !== undefined) return undefined
    const [path, version] = [query.get('path') ?? '', query.get('version')]
    if (path === '' && version === null) return { name, kind: 'repo' }
    const prefix = version === null ? '' : prefixes[version.slice(0, 2)]
    if (prefix === undefined) return undefined
    const ref = version === null ? undefined : prefix + version.slice(2)
    const isFolder = folder || path.endsWith('/') || path === ''
    return { name, ref, path, kind: isFolder ? 'tree' : 'file', line: lineOf(query.get('line') ?? '', /^(\d{1,9})$/) }
  },
  clonedName(segments, ssh) {
    if (!ssh || segments.includes('_git')) return gitName(segments)
    const rest = segments[0] === 'v3' ? segments.slice(1) : segments
    return rest.length >= 3 ? rest : undefined
  },
  pagePath: gitPath,
  clonePath: gitPath,
  ssh(host, name) {
    const path = name.map(encodePart).join('/')
    return host === 'dev.azure.com' ? `git@ssh.dev.azure.com:v3/${path}` : `ssh://${host}:22/${gitPath(name)}`
  },
  view(at) {
    const line =
      at.line === undefined ? '' : `&line=${at.line}&lineEnd=${at.line + 1}&lineStartColumn=1&lineEndColumn=1`
    return `${at.page}?path=/${at.path}${version(at)}&_a=contents${line}`
  },
  tree: (at) => `${at.page}?path=/${at.path && `${at.path}/`}${version(at)}`,
  raw(at) {
    const name = at.repository.path.split('/').map(encodePart)
    const items = `${name.slice(0, -1).join('/')}/_apis/git/repositories/${name.at(-1)}/items`
    const { ref } = at
    const version = ref
      ? `&versionDescriptor.version=${encodePart(ref.name)}&versionDescriptor.versionType=${ref.kind}`
      : ''
    return `${at.repository.site}/${items}?path=/${at.path}${version}&$format=octetStream&api-version=7.0`
  },
  commit: (page, id) => `${page}/commit/${id}`,
  // A page of its own for editing there is not; the button is on the file's.
  edit: (at) => `${at.page}?path=/${at.path}${version(at)}&_a=contents`,
  create: () => undefined,
  api: (site) => site,
}

function gitPath(name: readonly string[]): string {
  return [...name.slice(0, -1), '_git', ...name.slice(-1)].map(encodePart).join('/')
}

/** Where a project has one repository of its own name, the address may leave the project out. */
function gitName(segments: readonly string[]): string[] | undefined {
  const at = segments.indexOf('_git')
  const name = segments[at + 1]
  if (at < 1 || name === undefined) return undefined
  const before = segments.slice(0, at)
  return before.length === 1 ? [...before, name, name] : [...before, name]
}

function apiItem(segments: readonly string[]): string[] | undefined {
  const at = segments.indexOf('_apis')
  const [git, repositories, name, items, ...rest] = segments.slice(at + 1)
  const fits = git === 'git' && repositories === 'repositories' && items === 'items' && rest.length === 0
  return at >= 2 && fits && name !== undefined ? [...segments.slice(0, at), name] : undefined
}

function version({ ref }: Place): string {
  if (!ref) return ''
  const prefix = { commit: 'GC', tag: 'GT', branch: 'GB' }[ref.kind]
  return `&version=${prefix}${encodePart(ref.name)}`
}
