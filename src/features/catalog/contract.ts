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

/** The catalog, or the state of its sources, is another one; goes out after the commit. */
export interface CatalogChanged {
  /** Grows with every commit that changed the catalog; caches of what it shows are keyed by it. */
  generation: number
  /** Entities that were added, changed or removed. */
  refs: readonly string[]
  /** Entities that may be as they were while their page is not: their file changed, or their problems did. */
  shown: readonly string[]
  /** False where only how and when sources were read has changed. */
  content: boolean
}

export const catalogChanged: EventRef<CatalogChanged> = eventRef('catalog.changed')

/** Topics of open pages (`live` of `reply.page`): whatever the catalog holds, and how its sources are. */
export const catalogTopic = 'catalog'
export const sourcesTopic = 'catalog.sources'

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
  /** Which changes these are. */
  chosen: RecentChoices
  sources: {
    href: string
    count: number
    failing: number
    /** Of which so much is missing that somebody is asked. */
    held: number
    reading: number
    problems: number
    problemsHref: string
    readAt: number | null
  }
  /** Lines for portal.config.ts, for a portal that has no source yet. */
  example: string
}

/** What recent changes can be chosen by, and the addresses of the same choice. */
export interface RecentChoices {
  kinds: RecentChoice[]
  /** The most frequent, in front of them `mine` for those who can own something. */
  owners: RecentChoice[]
  isFiltered: boolean
  /** All changes of that choice. */
  changesHref: string
  feedHref: string
}

export interface RecentChoice {
  value: string
  title: string
  chosen: boolean
}

/** Which changes are asked for: a kind in lower case; an owner as a reference, or `mine`. */
export interface RecentQuery {
  most: number
  kind: string | undefined
  owner: string | undefined
}

export interface CatalogSummariser {
  /** @throws PortalError `invalid` for an owner that is no reference */
  summarise(actor: Actor, recent: RecentQuery): Promise<CatalogSummary>
}

export const catalogSummary: ServiceRef<CatalogSummariser> = serviceRef('catalog.summary')
