import { sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { operator } from '../../platform/auth/operator.ts'
import { type Policy, within } from '../../platform/permissions/policy.ts'
import type { Crawler } from './crawler.ts'
import { nothingAsked, unknownSource } from './departures.ts'
import type { HiddenRivals } from './hidden-rivals.ts'
import { entities } from './schema.ts'
import type { CatalogService } from './service.ts'
import { missingOf, type Removal } from './store/removals.ts'
import { type CountedSource, countSources, type SourceRow, sourcesOutOf } from './store/sources.ts'

/**
 * Sources as an actor sees them: counted is what is in the scope of `catalog.read`. A source that defines something, and
 * nothing of it in that scope, is as good as none.
 */
export interface SeenSources {
  /** Undefined for whoever sees everything: then what the crawler says holds. */
  part(actor: Actor): Promise<CountedSource[]> | undefined
  list(actor: Actor): Promise<CountedSource[]>
  /** The same without what came of them. */
  rows(actor: Actor): Promise<SourceRow[]>
  shows(actor: Actor, sourceId: string): boolean
  /** @throws PortalError `not_found`, as for a source that there is not */
  authorize(actor: Actor, sourceId: string): void
  /** @throws PortalError `not_found` where of what would go the actor may see nothing */
  authorizeRemoval(actor: Actor, sourceId: string): Promise<void>
  /** What would go of each source. One of which the actor may see nothing that would go is left out. */
  removals(actor: Actor): Promise<ReadonlyMap<string, Removal>>
}

export const seenSourcesRef: ServiceRef<SeenSources> = serviceRef('catalog.seen-sources')

export function createSeenSources(
  ctx: PluginContext,
  catalog: CatalogService,
  crawler: Crawler,
  policy: () => Policy,
  hiddenRivals: HiddenRivals,
): SeenSources {
  const { read } = ctx.db
  // Keys begin with the generation of the catalog, so that what is old is never asked for again.
  const hidden = new LRUCache<string, ReadonlySet<string>>({ max: 100 })
  const scopeOf = (actor: Actor) =>
    actor === operator ? undefined : within(policy().scope(actor, 'catalog.read'), sql`${entities.id}`)

  function hiddenFrom(actor: Actor): ReadonlySet<string> {
    const scope = scopeOf(actor)
    if (!scope) return new Set()
    const key = catalog.version(actor)
    const known = hidden.get(key) ?? new Set(sourcesOutOf(read, scope))
    hidden.set(key, known)
    return known
  }

  const seen: SeenSources = {
    part(actor) {
      const scope = scopeOf(actor)
      const isSeen = ({ id }: CountedSource) => seen.shows(actor, id)
      return scope && countSources(read, scope, hiddenRivals(actor)).then((all) => all.filter(isSeen))
    },

    list: async (actor) => (await seen.part(actor)) ?? crawler.sources(),
    rows: async (actor) => (await crawler.sourceRows()).filter(({ id }) => seen.shows(actor, id)),
    shows: (actor, sourceId) => !hiddenFrom(actor).has(sourceId),

    authorize(actor, sourceId) {
      if (!crawler.provider(sourceId) || !seen.shows(actor, sourceId)) throw unknownSource(sourceId)
    },

    async authorizeRemoval(actor, sourceId) {
      seen.authorize(actor, sourceId)
      if (scopeOf(actor) && !(await seen.removals(actor)).has(sourceId)) throw nothingAsked(sourceId)
    },

    async removals(actor) {
      const scope = scopeOf(actor)
      const all = await crawler.removals()
      if (!scope) return new Map(all.map((removal) => [removal.sourceId, removal]))
      const totals = new Map((await countSources(read, scope)).map(({ id, entities }) => [id, entities]))
      return new Map(
        all.flatMap((removal) => {
          const { sourceId, sample } = removal
          const refs = missingOf(read, sourceId, scope)
          if (refs.length === 0) return []
          const seen = { count: refs.length, total: totals.get(sourceId) ?? 0, sample: refs.slice(0, sample.length) }
          return [[sourceId, { ...removal, ...seen }]]
        }),
      )
    },
  }
  return seen
}
