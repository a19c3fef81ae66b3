import type { Provider } from '../../api/provider.ts'
import type { Forges } from '../../platform/source/forges/forges.ts'
import { type Addresses, type AddressesArgs, createAddresses } from './addresses.ts'
import { createForgeLinks, type ForgeLinks } from './forge-links.ts'
import type { LocationIn } from './locations.ts'
import { createNamedFiles, type NamedFiles } from './named-elsewhere.ts'

/** Every source of the portal, with the addresses that its files have, and what its Locations name in others. */
export interface SourceSet {
  readonly providers: readonly Provider[]
  of(sourceId: string): Provider | undefined
  addresses(): Addresses
  readonly named: NamedFiles
  /** Told with each tree that is opened: how the branch is called that is read. */
  opened(sourceId: string, branch: string | undefined): void
  /** Sources came or went. */
  reload(): void
  /** The same with one more, which may never become a source. */
  with(one: Provider, branch: string | undefined): Pick<SourceSet, 'providers' | 'addresses'> & { own: Provider }
}

export interface SourceSetArgs {
  /** Those of the configuration. */
  configured(): readonly Provider[]
  /** Those that people registered. */
  registered(): readonly Provider[]
  forges: Forges
  hosts: AddressesArgs['hosts']
  /** Every Location of the catalog. */
  locations(): readonly (LocationIn & { sourceId: string })[]
  /** The revision of a source as it was opened last. */
  revision(sourceId: string): string | undefined
}

export function createSourceSet(args: SourceSetArgs): SourceSet {
  const { forges, hosts } = args
  const branches = new Map<string, string | undefined>()
  let links: ForgeLinks | undefined
  let named: NamedFiles | undefined

  const given = () => [...args.configured(), ...args.registered()]
  const linked = () => {
    links ??= knowing(createForgeLinks(given(), forges))
    return links
  }
  /** What branches are called was told to the links of before. */
  function knowing(made: ForgeLinks): ForgeLinks {
    for (const [sourceId, branch] of branches) made.opened(sourceId, branch)
    return made
  }
  const addresses = () => createAddresses({ sources: linked().providers, forges, hosts })
  const namedFiles = () => {
    const provider = (id: string) => linked().of(id)
    // The addresses are asked for anew each time, for sources that came or went.
    const now: Addresses = {
      find: (address, own) => addresses().find(address, own),
      reason: (address) => addresses().reason(address),
    }
    const { locations, revision } = args
    named ??= createNamedFiles({ locations, addresses: now, provider, revision })
    return named
  }

  return {
    get providers() {
      return linked().providers
    },
    of: (sourceId) => linked().of(sourceId),
    addresses,
    get named() {
      return namedFiles()
    },
    opened(sourceId, branch) {
      branches.set(sourceId, branch)
      if (linked().opened(sourceId, branch)) namedFiles().reload()
    },
    reload() {
      links = undefined
      const known = new Set(given().map(({ id }) => id))
      for (const id of branches.keys()) if (!known.has(id)) branches.delete(id)
      named?.reload()
    },
    with(one, branch) {
      const made = knowing(createForgeLinks([...given(), one], forges))
      made.opened(one.id, branch)
      const { providers } = made
      return {
        providers,
        own: made.of(one.id) ?? one,
        addresses: () => createAddresses({ sources: providers, forges, hosts }),
      }
    },
  }
}
