import type { Actor } from '../../api/actor.ts'
import type { Entity } from '../../api/entity.ts'
import type { EntityRef } from '../../api/ref.ts'
import { type EventRef, eventRef, type ServiceRef, serviceRef } from '../../api/wiring.ts'

/** What other features may ask the catalog. Every verb finds records through the actor. */
export interface CatalogReader {
  /** @throws PortalError `not_found` when it does not exist or the actor may not see it */
  entity(actor: Actor, ref: EntityRef): Promise<Entity>
  /** Number of entities the actor may see, by kind in lower case. */
  countByKind(actor: Actor): Promise<ReadonlyMap<string, number>>
}

export const catalogReader: ServiceRef<CatalogReader> = serviceRef('catalog.reader')

/** Entities were added, changed or removed; goes out after the commit. */
export interface CatalogChanged {
  /** Grows with every commit that changed the catalog; caches of what it shows are keyed by it. */
  generation: number
  refs: readonly string[]
}

export const catalogChanged: EventRef<CatalogChanged> = eventRef('catalog.changed')

/** Somebody or something that owns an entity, as shown in its row. */
export interface OwnerLink {
  ref: string
  title: string
  href: string
  /** False when a file names it and nothing defines it. */
  known: boolean
  /** Lower case: `group`, `user`. */
  kind: string
}

/** What the first page says about the catalog. */
export interface CatalogSummary {
  total: number
  kinds: { title: string; href: string; icon: string; count: number }[]
  recent: {
    entity: { ref: string; title: string | null; name: string; href: string; icon: string; owner: OwnerLink | null }
    what: string
    at: number
  }[]
  sources: {
    href: string
    count: number
    failing: number
    reading: number
    problems: number
    problemsHref: string
    readAt: number | null
  }
  /** Lines for portal.config.ts, for a portal that has no source yet. */
  example: string
}

export interface CatalogSummariser {
  summarise(actor: Actor, recentRows: number): Promise<CatalogSummary>
}

export const catalogSummary: ServiceRef<CatalogSummariser> = serviceRef('catalog.summary')
