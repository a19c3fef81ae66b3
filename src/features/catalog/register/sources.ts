import { join } from 'node:path'
import { PortalError } from '../../../api/errors.ts'
import type { HttpClient } from '../../../api/http-client.ts'
import type { Provider, ProviderHost } from '../../../api/provider.ts'
import type { Duration } from '../../../api/time.ts'
import type { AddressGuard } from '../../../platform/http-client/address-guard.ts'
import { nameOf, parseGitAddress } from '../../../platform/source/git/address.ts'
import { cloneLimits } from '../../../platform/source/git/clone.ts'
import { type GitRepository, openRepository } from '../../../platform/source/git/repository.ts'
import { gitProvider } from '../providers/git.ts'
import type { Target } from './target.ts'
import { registeredFolder, urlSource } from './url-source.ts'

/** What registered locations are read with. */
export interface SourceTools {
  http: HttpClient
  guard: AddressGuard
  every: Duration
  cloneBytes: number
  maxFileBytes: number
}

/** Registered locations as sources. Those of one repository share its clone. */
export interface RegisteredSources {
  of(id: string, target: Pick<Target, 'type' | 'text' | 'repository' | 'branch' | 'path' | 'scope'>): Provider
  /** The repository of a target, held to the addresses that the guard lets through. */
  repository(url: string, host: ProviderHost): GitRepository
}

const protocols = ['https', 'http'] as const

export function createRegisteredSources({
  http,
  guard,
  every,
  cloneBytes,
  maxFileBytes,
}: SourceTools): RegisteredSources {
  const repository = (url: string, host: ProviderHost) => {
    const address = parseGitAddress(url, protocols)
    const limits = { ...cloneLimits, bytes: cloneBytes }
    const token = host.tokenFor?.(address.url)
    return openRepository({ address, credentials: { token }, folder: join(host.data, registeredFolder), limits, guard })
  }

  function ofGit(
    id: string,
    url: string,
    { branch, path, scope }: Pick<Target, 'branch' | 'path' | 'scope'>,
  ): Provider {
    const address = parseGitAddress(url, protocols)
    const paths = [scope === 'file' ? literal(path) : `${path === '' ? '' : `${literal(path)}/`}${everywhere}`]
    const like = gitProvider({ url, paths, every, protocols: [...protocols], ...(branch !== undefined && { branch }) })
    return {
      ...like,
      id,
      title: [nameOf(address), path].filter(Boolean).join('/') + (branch === undefined ? '' : ` (${branch})`),
      async open(signal, host) {
        const opened = repository(url, host)
        if (!host.offline) return opened.open(branch, signal)
        const last = await opened.last(branch)
        if (last) return last
        throw new PortalError('not_found', `${address.id} has not been fetched yet`, {
          hint: 'Its state is shown with the sources of the catalog.',
        })
      },
      check: (signal, host) => repository(url, host).check(branch, signal),
    }
  }

  return {
    repository,
    of: (id, target) =>
      target.repository === undefined
        ? urlSource({ id, url: target.text, http, every, maxBytes: maxFileBytes })
        : ofGit(id, target.repository, target),
  }
}

const everywhere = '**/catalog-info.{yaml,yml}'

/** A path as a pattern that means this path alone. */
function literal(path: string): string {
  return path.replace(/[\\*?[\]{}()!+@|$^]/g, '\\$&')
}
