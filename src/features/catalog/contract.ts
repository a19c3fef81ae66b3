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

/** The files of a source were read, and some of them are others than before. */
export const sourceRead: EventRef<{ sourceId: string }> = eventRef('catalog.source-read')

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
    /** Null for who may not see them. */
    href: string | null
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

/** A source in a line: where entities come from, and how it is. */
export interface SourceLine {
  id: string
  title: string
  type: string
  state: 'ok' | 'partial' | 'held' | 'failed' | 'reading' | 'waiting'
  entities: number
  problems: number
  /** Milliseconds since 1970. */
  readAt: number | null
  error: string | null
}

/** The sources that the actor sees, by title, with what they see of them. For those who have the permission `catalog.sources`. */
export const sourceLines: ServiceRef<(actor: Actor) => Promise<readonly SourceLine[]>> =
  serviceRef('catalog.source-lines')

/** An entity in a graph, or what a file names and nothing defines: then `known` is false. */
export interface GraphNode {
  ref: string
  /** As it is written in files: `Component`. */
  kind: string
  title: string
  type: string | null
  href: string
  icon: string
  owner: OwnerLink | null
  known: boolean
  /** How far it is from the nearest root. */
  steps: number
  /** From where it was reached first, and what the relation is called from there; null for a root. */
  via: { ref: string; type: string } | null
}

/** A relation between two nodes. It leads from the whole, the owner or the user to the part, the owned or the used. */
export interface GraphEdge {
  from: string
  to: string
  /** `dependsOn`; in words `depends on`. */
  type: string
  words: string
  /** The same as seen from `to`; null where nothing is seen from there. */
  reverse: string | null
  reverseWords: string | null
}

/** A kind of relation with its two names. */
export type GraphRelation = Omit<GraphEdge, 'from' | 'to'>

export interface GraphQuery {
  /** References in full. */
  roots: readonly string[]
  /** How many steps to go; may be infinite. */
  depth: number
  /** In lower case; all where it is empty. */
  kinds: readonly string[]
  /** Relations to follow, as they are called where one comes from; all where it is undefined. */
  types: readonly string[] | undefined
  /** Relations that are not followed, by either name. */
  except?: readonly string[]
  /** How many nodes; the nearest are kept. */
  most: number
}

export interface Neighbourhood {
  /** The roots that the actor may see, then the others by distance and name. */
  nodes: readonly GraphNode[]
  edges: readonly GraphEdge[]
  /** How many more there are within the distance. */
  left: number
  /** The walk ended before it had met everything, so that more are left than `left` says. */
  endless: boolean
}

/** The relations of the catalog as a graph. Of an entity that the actor may not see there is neither node nor edge. */
export interface CatalogGraph {
  /** Equal as long as the actor would be shown the same: the key of what may be cached. */
  version(actor: Actor): string
  neighbourhood(actor: Actor, query: GraphQuery): Neighbourhood
  /** The relations that the kinds of the catalog know, each pair once. */
  relations(): readonly GraphRelation[]
  /** Where a graph may begin: entities with these words in their names, or without words domains and systems. */
  starts(actor: Actor, text: string, most: number): readonly GraphNode[]
}

export const catalogGraph: ServiceRef<CatalogGraph> = serviceRef('catalog.graph')

/** A User of the catalog, as sign-in looks for it. */
export interface CatalogUser {
  ref: string
  /** `metadata.name`. */
  name: string
  /** What the user is called. */
  title: string
  annotations: Readonly<Record<string, string>>
  /** Of the profile. */
  email: string | null
}

/** Users and their groups, whoever asks: for sign-in alone. Letter case makes no difference in what is looked for. */
export interface PeopleDirectory {
  annotated(key: string, value: string): readonly CatalogUser[]
  withEmail(email: string): readonly CatalogUser[]
  /** In every namespace. */
  named(name: string): readonly CatalogUser[]
  /** The groups of a user, by whichever side says so, and all groups above them. */
  groupsOf(user: string): readonly string[]
}

export const peopleDirectory: ServiceRef<PeopleDirectory> = serviceRef('catalog.people')
