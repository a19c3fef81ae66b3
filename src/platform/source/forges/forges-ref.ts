import type { Secret } from '../../../api/env.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import type { Forges } from './forges.ts'

/** The forges that are known, those of the configuration included. */
export const forgesRef: ServiceRef<Forges> = serviceRef('platform.forges')

/** The token that the configuration has for the forge of a repository, by what Git clones that from. */
export function tokensOf(forges: Forges): (cloneUrl: string) => Secret | undefined {
  return (cloneUrl) => {
    const repository = forges.repositoryOf(cloneUrl)
    return repository && forges.accessOf(repository).token
  }
}
