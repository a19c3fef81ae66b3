import { sql } from 'drizzle-orm'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { operator } from '../../platform/auth/operator.ts'
import { type Policy, within } from '../../platform/permissions/policy.ts'
import type { Crawler } from './crawler.ts'
import { entities } from './schema.ts'
import { missingOf, type Removal } from './store/removals.ts'
import { type CountedSource, countSources } from './store/sources.ts'

/** Sources as an actor sees them: counted is what is in the scope of `catalog.read`. */
export interface SeenSources {
  /** Undefined for whoever sees everything: then what the crawler says holds. */
  part(actor: Actor): Promise<CountedSource[]> | undefined
  /** What would go of each source. One of which the actor may see nothing that would go is left out. */
  removals(actor: Actor): Promise<ReadonlyMap<string, Removal>>
}

export const seenSourcesRef: ServiceRef<SeenSources> = serviceRef('catalog.seen-sources')

export function createSeenSources(ctx: PluginContext, crawler: Crawler, policy: () => Policy): SeenSources {
  const { read } = ctx.db
  const scopeOf = (actor: Actor) =>
    actor === operator ? undefined : within(policy().scope(actor, 'catalog.read'), sql`${entities.id}`)
  return {
    part(actor) {
      const scope = scopeOf(actor)
      return scope && countSources(read, scope)
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
}
