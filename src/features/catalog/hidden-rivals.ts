import { sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { Entity } from '../../api/entity.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type Policy, within } from '../../platform/permissions/policy.ts'
import { entities } from './schema.ts'
import type { CatalogService } from './service.ts'
import { rivalRows } from './store/definitions.ts'

/**
 * Problems of entities that the actor may see, about a second definition of them that the actor may not see: where it
 * stands, and whom it names as owner, is not for them. Ids; none for whoever sees everything.
 */
export type HiddenRivals = (actor: Actor) => readonly string[]

export function createHiddenRivals(ctx: PluginContext, catalog: CatalogService, policy: () => Policy): HiddenRivals {
  // Keys begin with the generation of the catalog, so that what is old is never asked for again.
  const known = new LRUCache<string, readonly string[]>({ max: 100 })
  return (actor) => {
    const key = catalog.version(actor)
    const kept = known.get(key)
    if (kept) return kept
    const scope = within(policy().scope(actor, 'catalog.read'), sql`${entities.id}`)
    // No condition of rows can tell: what does not hold is no entity.
    const mayRead = (entity: string) => policy().check(actor, 'catalog.read', JSON.parse(entity) as Entity).allow
    const hidden = scope ? rivalRows(ctx.db.read, scope).flatMap(({ id, entity }) => (mayRead(entity) ? [] : [id])) : []
    known.set(key, hidden)
    return hidden
  }
}
