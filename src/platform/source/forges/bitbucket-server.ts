import { lineOf } from './line.ts'
import { encodePart } from './path.ts'
import type { Forge, Place } from './repository.ts'

/** Bitbucket Server and Data Center: projects by their key, people's own as `~anna`. */
export const bitbucketServer: Forge = {
  reserved: new Set(),
  read({ segments, folder, query, hash }) {
    if (segments[0] === 'scm') {
      const [, project = '', last = '', ...more] = segments
      return more.length > 0 ? undefined : { name: [project, last.replace(/\.git$/, '')], kind: 'repo' }
    }
    const [root, project = '', repos, repository = '', verb, ...rest] = segments
    if ((root !== 'projects' && root !== 'users') || repos !== 'repos' || repository === '') return undefined
    const name = [root === 'users' ? `~${project.replace(/^~/, '')}` : project, repository.replace(/\.git$/, '')]
    const ref = query.get('at') ?? undefined
    if (verb === undefined || (verb === 'browse' && rest.length === 0 && ref === undefined))
      return { name, kind: 'repo' }
    if (verb === 'commits' && rest.length === 1) return { name, ref: rest[0], kind: 'repo' }
    if (verb !== 'browse' && verb !== 'raw') return undefined
    const kind = verb === 'browse' && (folder || rest.length === 0) ? 'tree' : 'file'
    return { name, ref, path: rest.join('/'), kind, line: lineOf(hash, /^(\d{1,9})(?:[-,]\d+)*$/) }
  },
  clonedName(segments, ssh) {
    const rest = ssh || segments[0] !== 'scm' ? segments : segments.slice(1)
    return rest.length === 2 ? rest : undefined
  },
  pagePath([project = '', name = '']) {
    const owner = project.startsWith('~') ? `users/${project.slice(1)}` : `projects/${project}`
    return `${owner}/repos/${name}`
  },
  clonePath: (name) => `scm/${name.join('/')}.git`,
  ssh: (host, name) => `ssh://git@${host}:7999/${name.join('/')}.git`,
  view: (at) => `${at.page}/browse/${at.path}${query(at)}${at.line === undefined ? '' : `#${at.line}`}`,
  tree: (at) => `${at.page}/browse${at.path && `/${at.path}/`}${query(at)}`,
  raw: (at) => `${at.page}/raw/${at.path}${query(at)}`,
  commit: (page, id) => `${page}/commits/${id}`,
  // A page of its own for editing there is not; the button is on the file's.
  edit: (at) => `${at.page}/browse/${at.path}${query(at)}`,
  create: () => undefined,
  api: (site) => `${site}/rest/api/latest`,
}

function query({ ref }: Place): string {
  if (!ref) return ''
  const prefix = ref.kind === 'commit' ? '' : ref.kind === 'tag' ? 'refs/tags/' : 'refs/heads/'
  return `?at=${encodePart(prefix + ref.name)}`
}
