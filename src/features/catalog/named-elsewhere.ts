import type { Provider } from '../../api/provider.ts'
import { type Addresses, addressOf } from './addresses.ts'
import { type LocationIn, type Target, targetsOf } from './locations.ts'

/** A target of a Location that is in another source than the Location itself. */
export interface NamedElsewhere extends Target {
  sourceId: string
  /** The Location. */
  ref: string
}

/**
 * What the Locations of each source name in other sources. Those read the files, under their own rules; they are told
 * when there are others to read, and the first when what they named has changed.
 */
export interface NamedFiles {
  /** What other sources name in this one. */
  in(sourceId: string): readonly NamedElsewhere[]
  /** Addresses lead to other places than before. */
  reload(): void
  /** Whether a source must be looked through although its own files did not change. */
  isDue(sourceId: string): boolean
  /**
   * A source was read: what it names elsewhere, and what of it was named meanwhile.
   *
   * @returns the sources that must be read after this one
   */
  read(sourceId: string, found: readonly NamedElsewhere[], named: readonly NamedElsewhere[]): string[]
}

export interface NamedFilesArgs {
  /** Every Location of the catalog, with the source that it is in; asked for once. */
  locations(): readonly (LocationIn & { sourceId: string })[]
  addresses: Addresses
  provider(sourceId: string): Provider | undefined
  /** The revision of a source as it was opened last. */
  revision(sourceId: string): string | undefined
}

export function createNamedFiles(args: NamedFilesArgs): NamedFiles {
  const { provider, revision } = args
  /** By the source of the Location. */
  let byNamer: Map<string, readonly NamedElsewhere[]> | undefined
  /** What was named in a source when it was read. */
  const heeded = new Map<string, string>()
  /** The revisions of the others that a source found its targets in. */
  const lookedAt = new Map<string, ReadonlyMap<string, string | undefined>>()

  function known(): Map<string, readonly NamedElsewhere[]> {
    if (byNamer) return byNamer
    byNamer = new Map()
    for (const location of args.locations()) {
      const own = provider(location.sourceId)
      const named = own ? namedElsewhere(location, own, args.addresses) : []
      if (named.length > 0) byNamer.set(location.sourceId, [...(byNamer.get(location.sourceId) ?? []), ...named])
    }
    return byNamer
  }

  const inSource = (sourceId: string) => [...known().values()].flat().filter((one) => one.sourceId === sourceId)
  const isUnheeded = (sourceId: string) => (heeded.get(sourceId) ?? '') !== signature(inSource(sourceId))

  function sawOthersBefore(sourceId: string): boolean {
    const seen = lookedAt.get(sourceId)
    return targetsIn(known().get(sourceId)).some((other) => !seen?.has(other) || seen.get(other) !== revision(other))
  }

  return {
    in: inSource,
    reload: () => {
      byNamer = undefined
    },
    isDue: (sourceId) => isUnheeded(sourceId) || sawOthersBefore(sourceId),
    read(sourceId, found, named) {
      const others = targetsIn([...(known().get(sourceId) ?? []), ...found])
      if (found.length > 0) known().set(sourceId, found)
      else known().delete(sourceId)
      heeded.set(sourceId, signature(named))
      lookedAt.set(sourceId, new Map(targetsIn(found).map((other) => [other, revision(other)])))
      const namers = [...known()].flatMap(([namer, all]) =>
        all.some((one) => one.sourceId === sourceId) ? [namer] : [],
      )
      const due = [...others.filter(isUnheeded), ...namers.filter(sawOthersBefore)]
      return [...new Set(due)].filter((other) => other !== sourceId)
    },
  }
}

/** What one Location names in other sources than its own. */
function namedElsewhere(location: LocationIn, own: Provider, addresses: Addresses): NamedElsewhere[] {
  const { spec } = location.entity
  const written = [spec?.target, ...(Array.isArray(spec?.targets) ? spec.targets : [])]
  if (!written.some((one) => typeof one === 'string' && addressOf(one) !== undefined)) return []
  return elsewhereOf(targetsOf(location.entity, location.path, own, addresses).targets, location.ref)
}

/** Those of the targets that are in another source. */
export function elsewhereOf(targets: readonly Target[], ref: string): NamedElsewhere[] {
  return targets.flatMap((target) =>
    target.sourceId === undefined ? [] : { ...target, sourceId: target.sourceId, ref },
  )
}

const targetsIn = (named: readonly NamedElsewhere[] = []) => [...new Set(named.map(({ sourceId }) => sourceId))]

function signature(named: readonly NamedElsewhere[]): string {
  const texts = named.map(({ pattern, isGlob, required }) => JSON.stringify([pattern, isGlob, required]))
  return [...new Set(texts)].sort().join('\n')
}
