import type { HttpRequest } from '../../../api/http-client.ts'
import { authorizationOf } from './authorization.ts'
import type { Forges } from './forges.ts'
import { rawUrl } from './forges.ts'
import { encodePart, encodePath } from './path.ts'
import type { ForgeLocation } from './repository.ts'

/** What is asked for the content of one file. */
export type ContentRequest = Required<Pick<HttpRequest, 'url' | 'headers'>>

/**
 * How the content of a file is asked for. With a token that is the forge's API: the pages of most take none.
 *
 * @param at names a file
 */
export function contentRequest(at: ForgeLocation, forges: Pick<Forges, 'accessOf'>): ContentRequest {
  const { repository, ref, path } = at
  const { apiUrl, token } = forges.accessOf(repository)
  if (token === undefined) return { url: rawUrl(repository, ref, path), headers: {} }
  const headers = authorizationOf(repository.forge, token)
  const [name, file] = [encodePath(repository.path), encodePath(path)]
  const query = (key: string) => (ref === undefined ? '' : `?${key}=${encodePart(ref)}`)
  switch (repository.forge) {
    case 'github': {
      const raw = { ...headers, accept: 'application/vnd.github.raw+json' }
      return { url: `${apiUrl}/repos/${name}/contents/${file}${query('ref')}`, headers: raw }
    }
    case 'gitlab': {
      const place = `${encodePart(repository.path)}/repository/files/${encodePart(path)}`
      return { url: `${apiUrl}/projects/${place}/raw?ref=${encodePart(ref ?? 'HEAD')}`, headers }
    }
    case 'gitea':
      return { url: `${apiUrl}/repos/${name}/raw/${file}${query('ref')}`, headers }
    case 'bitbucket':
      return { url: `${apiUrl}/repositories/${name}/src/${encodePart(ref ?? 'HEAD')}/${file}`, headers }
    case 'bitbucket-server':
    case 'azure-devops':
      return { url: rawUrl(repository, ref, path), headers }
  }
}
