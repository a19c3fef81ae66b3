import { PortalError } from '../../api/errors.ts'
import type { Provider } from '../../api/provider.ts'
import { shownAddress } from '../../platform/http-client/destination.ts'
import type { ListedHosts } from '../../platform/http-client/listed-hosts.ts'
import type { Forges } from '../../platform/source/forges/forges.ts'
import type { ForgeLocation } from '../../platform/source/forges/repository.ts'

/** A file of a source. */
export interface FileAt {
  sourceId: string
  path: string
}

/** What an absolute address in a file leads to. */
export interface Addresses {
  /** The source that has the file, and its path there; `own` is asked first. */
  find(address: string, own: Pick<Provider, 'id'>): FileAt | undefined
  /** Why an address that no source has is not followed, as a predicate, and what to do. */
  reason(address: string): { reason: string; hint: string }
}

export interface AddressesArgs {
  sources: readonly Provider[]
  forges: Forges
  hosts: Pick<ListedHosts, 'fault' | 'malformed'>
}

/** An address with a scheme, as `url:` targets have it. */
export function addressOf(written: string): string | undefined {
  const address = written.replace(/^url:/i, '')
  return /^[a-z][a-z0-9+.-]*:/i.test(address) ? address : undefined
}

/** An address as it may stand in a message: without what may be secret in it. */
export function shownTarget(written: string): string {
  return addressOf(written) === undefined ? written : shownAddress(written)
}

export function createAddresses({ sources, forges, hosts }: AddressesArgs): Addresses {
  return {
    find(address, own) {
      const first = sources.filter(({ id }) => id === own.id)
      for (const one of [...first, ...sources]) {
        const path = one.pathOf?.(address)
        if (path !== undefined) return { sourceId: one.id, path }
      }
      return undefined
    },

    reason(address) {
      const malformed = hosts.malformed(address)
      if (malformed) return malformed
      try {
        const at = forges.parse(address)
        // A forge of the configuration may be inside, and Git has its own way there.
        return (at ? undefined : hosts.fault(address)) ?? elsewhere(at)
      } catch (error) {
        if (!(error instanceof PortalError)) throw error
        return { reason: error.message.replace(/^The address ".*" /, 'it '), hint: error.hint ?? otherwise }
      }
    },
  }
}

const otherwise = 'Add the place it names as a source of its own in portal.config.ts.'

function elsewhere(at: ForgeLocation | undefined): { reason: string; hint: string } {
  const reason = 'no source of this portal has it'
  if (!at) return { reason, hint: otherwise }
  const { ref } = at
  const isBranch = ref !== undefined && !/^[0-9a-f]{40,64}$/.test(ref) && !ref.startsWith('refs/')
  const branch = isBranch && !usual.has(ref) ? `, branch: '${quoted(ref)}'` : ''
  const { https } = at.repository
  const protocols = https.startsWith('http:') ? ", protocols: ['http']" : ''
  const line = `gitProvider({ url: '${quoted(https)}'${branch}${protocols} })`
  return { reason, hint: `Add its repository to the providers of the catalog in portal.config.ts: ${line}.` }
}

/** Named by the address, yet most probably the branch that is read anyway. */
const usual: ReadonlySet<string> = new Set(['main', 'master'])

const quoted = (text: string) => text.replace(/[\\']/g, '\\$&')
