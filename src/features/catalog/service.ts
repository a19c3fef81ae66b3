import { sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { Entity, EntityStatus } from '../../api/entity.ts'
import { PortalError } from '../../api/errors.ts'
import { nearest } from '../../api/nearest.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type EntityRef, formatRef } from '../../api/ref.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { AskedAgain } from '../../platform/asked-again.ts'
import { type Policy, scopeKey, within } from '../../platform/permissions/policy.ts'
import { upTo } from '../../platform/up-to.ts'
import { type CatalogReader, catalogChanged } from './contract.ts'
import { ListAddress, type ListQuery, readQuery } from './query.ts'
import { entities } from './schema.ts'
import {
  type ChangeRow,
  changesOf,
  documentsOf,
  type EntityRow,
  findEntity,
  findTitles,
  type Named,
  namesLike,
  type ProblemRow,
  problemsOf,
  type RecentChange,
  type RecentFilter,
  type RelatedEntity,
  recentChanges,
  relatedTo,
  relationsFrom,
} from './store/entity.ts'
import { countFacet } from './store/facets.ts'
import { allEntities, type Counted, type Counts, countBefore, type ListedEntity, listEntities } from './store/list.ts'
import { statusesOf } from './store/statuses.ts'
import { createTally, type Tallied } from './store/tally.ts'

export interface Listing {
  rows: readonly ListedEntity[]
  next: string | undefined
  previous: string | undefined
  /** Number of rows in front of the first one. */
  before: number
  counts: Counts
  /** Entities of the whole catalog that the actor may see. */
  total: number
}

export interface Overview {
  row: EntityRow
  related: readonly RelatedEntity[]
  problems: readonly ProblemRow[]
  changes: readonly ChangeRow[]
}

export interface CatalogService extends CatalogReader {
  /** Grows with every commit that changed what the catalog shows. */
  readonly generation: number
  /** Equal as long as the actor would be shown the same: the key of what may be cached. */
  version(actor: Actor): string
  list(actor: Actor, query: ListQuery): Listing
  /** The rows of a query in batches, each with the whole document of its entities, relations included. */
  documents(actor: Actor, query: ListQuery): Generator<{ row: ListedEntity; entity: Entity }[]>
  /** @throws PortalError `not_found` */
  overview(actor: Actor, ref: EntityRef): Promise<Overview>
  /** What went wrong with its newest version; undefined where nothing did. */
  statusOf(row: EntityRow): EntityStatus | undefined
  /** The stored row, or undefined where there is none that the actor may see. */
  find(actor: Actor, ref: EntityRef): Promise<EntityRow | undefined>
  near(actor: Actor, ref: EntityRef, most: number): Named[]
  /** @param only of one kind, and of any of these owners */
  recent(actor: Actor, most: number, only?: RecentFilter): RecentChange[]
  /** How many entities each owner has, the most first. */
  countByOwner(actor: Actor): ReadonlyMap<string, number>
  /** The values of one key (`spec.type`, `metadata.tags`, `relations.ownedBy`) among the entities of a query. */
  facet(actor: Actor, key: string, query: ListQuery): Counted[]
  /** How many entities a query would show. */
  count(actor: Actor, query: ListQuery): number
  /** Gets ready to count, in pieces with pauses between them; at once where it is ready. */
  prepare(pause: () => Promise<void>): Promise<void>
  /** What an entity is called; null when there is none that the actor may see. */
  titleOf(actor: Actor, ref: string): string | null
  /** The same of many at once, and faster. */
  titlesOf(actor: Actor, refs: Iterable<string>): ReadonlyMap<string, string | null>
}

export const catalogService: ServiceRef<CatalogService> = serviceRef('catalog.service')

const pageSize = 50
const exportBatch = 200
const everything = readQuery(ListAddress.parse({ kind: 'all' }))

/**
 * What one may ask of the catalog. Everything is found through the actor's scope, in SQL. What a commit of the
 * catalog makes old is cached by generation and scope.
 */
export function createCatalogService(ctx: PluginContext, policy: () => Policy): CatalogService {
  let generation = 1
  const counts = new AskedAgain<Tallied>({ recent: 2, max: 40 })
  const overviews = new AskedAgain<Overview>({ recent: 1, max: 60 })
  const titles = new LRUCache<string, { title: string | null }>(upTo(5000))
  const read = ctx.db.read
  const tally = createTally(read)
  ctx.on(catalogChanged, (change) => {
    if (change.generation === generation) return
    generation = change.generation
    tally.changed([...change.refs, ...change.shown])
    counts.clear()
    overviews.clear()
    titles.clear()
  })

  const scopeOf = (actor: Actor) => {
    const scope = policy().scope(actor, 'catalog.read')
    return {
      key: `${generation} ${scopeKey(scope)}`,
      isWhole: scope.kind === 'all',
      /** Built where it is needed: most pages come from what is kept by the key. */
      get condition() {
        return within(scope, sql`${entities.id}`)
      },
    }
  }

  function tallied(actor: Actor, query: ListQuery): Tallied {
    const scope = scopeOf(actor)
    const { after: _after, before: _before, sort: _sort, ...asked } = query
    const name = JSON.stringify(asked)
    const key = scope.key + name
    const known = counts.get(key)
    if (known) return known
    const found = tally.count(query, scope.condition, scope.key)
    counts.set(key, found, name)
    return found
  }

  const countsBy = (actor: Actor, group: 'kind' | 'owner') =>
    new Map(tallied(actor, everything).counts.groups[group].map(({ value, count }) => [value, count]))

  const service: CatalogService = {
    get generation() {
      return generation
    },

    version: (actor) => scopeOf(actor).key,

    list(actor, query) {
      const { condition } = scopeOf(actor)
      const { counts, numbers } = tallied(actor, query)
      const page = listEntities(read, query, condition, pageSize, numbers)
      const [first] = page.rows
      const isInside = first !== undefined && page.previous !== undefined
      return {
        ...page,
        rows: withOwnTitles(actor, page.rows),
        before: isInside ? countBefore(read, query, condition, first, numbers) : 0,
        counts,
        total: tallied(actor, everything).counts.total,
      }
    },

    *documents(actor, query) {
      const { condition } = scopeOf(actor)
      for (const rows of allEntities(read, query, condition, exportBatch)) {
        const refs = rows.map(({ ref }) => ref)
        const failing = rows.filter(({ errors }) => errors > 0).map(({ ref }) => ref)
        const statuses = failing.length > 0 ? statusesOf(read, failing) : new Map<string, EntityStatus>()
        const documents = new Map(
          documentsOf(read, refs).map((row) => [row.ref, stamped(JSON.parse(row.entity) as Entity, row)]),
        )
        const relations = groupBy(relationsFrom(read, refs, condition), ({ ref }) => ref)
        yield rows.flatMap((row) => {
          const entity = documents.get(row.ref)
          const found = (relations.get(row.ref) ?? []).map(({ type, targetRef }) => ({ type, targetRef }))
          const status = statuses.get(row.ref)
          return entity ? [{ row, entity: { ...entity, relations: found, ...(status && { status }) } }] : []
        })
      }
    },

    async overview(actor, ref) {
      const scope = scopeOf(actor)
      const full = formatRef(ref)
      const key = `${scope.key} ${full}`
      const known = overviews.get(key)
      if (known) return known
      const row = findEntity(read, full, scope.condition)
      if (!row) throw absent(ref)
      const overview = {
        row,
        related: withOwnTitles(actor, relatedTo(read, full, scope.condition)),
        problems: await problemsOf(read, row),
        changes: changesOf(read, full, 5),
      }
      overviews.set(key, overview, full)
      return overview
    },

    statusOf: ({ ref, errors }) => (errors > 0 ? statusesOf(read, [ref]).get(ref) : undefined),

    async find(actor, ref) {
      const scope = scopeOf(actor)
      const full = formatRef(ref)
      // Many parts of a page ask for the entity that it is about.
      return overviews.get(`${scope.key} ${full}`)?.row ?? findEntity(read, full, scope.condition)
    },

    async entity(actor, ref) {
      const row = await service.find(actor, ref)
      if (!row) throw absent(ref)
      return row.entity
    },

    countByKind: async (actor) => countsBy(actor, 'kind'),

    near(actor, { kind, name }, most) {
      const { condition } = scopeOf(actor)
      const named = namesLike(read, name, [kind.toLowerCase()], condition)
      const found = named.length > 0 ? named : namesLike(read, name, [], condition)
      const names = nearestNames(name, found, most)
      return names.length > 0 ? names : nearestNames(name, namesLike(read, name, [], condition), most)
    },

    recent: (actor, most, only = {}) => withOwnTitles(actor, recentChanges(read, scopeOf(actor).condition, most, only)),

    countByOwner: (actor) => countsBy(actor, 'owner'),

    facet: (actor, key, query) => countFacet(read, key.toLowerCase(), query, scopeOf(actor).condition),

    count: (actor, query) => tallied(actor, query).counts.total,

    prepare: (pause) => tally.prepare(pause),

    titleOf: (actor, ref) => service.titlesOf(actor, [ref]).get(ref) ?? null,

    titlesOf(actor, refs) {
      const scope = scopeOf(actor)
      const found = new Map<string, string | null>()
      const unknown: string[] = []
      for (const ref of new Set(refs)) {
        const known = titles.get(`${scope.key} ${ref}`)
        found.set(ref, known?.title ?? null)
        if (!known) unknown.push(ref)
      }
      if (unknown.length === 0) return found
      for (const { ref, title } of findTitles(read, unknown, scope.condition)) found.set(ref, title)
      for (const ref of unknown) titles.set(`${scope.key} ${ref}`, { title: found.get(ref) ?? null })
      return found
    },
  }

  /** The store joins titles of owners and systems without asking who looks; a title out of scope is as good as none. */
  function withOwnTitles<T extends Titled>(actor: Actor, rows: readonly T[]): T[] {
    if (scopeOf(actor).isWhole) return [...rows]
    const refs = rows.flatMap(({ owner, system }) => [owner ?? [], system ?? []].flat())
    const titles = service.titlesOf(actor, refs)
    const titleOf = (ref: string | null | undefined) => (ref ? (titles.get(ref) ?? null) : null)
    return rows.map((row) => {
      const systemTitle = 'systemTitle' in row ? { systemTitle: titleOf(row.system) } : {}
      return { ...row, ownerTitle: titleOf(row.owner), ...systemTitle }
    })
  }

  return service
}

interface Titled {
  owner: string | null
  ownerTitle: string | null
  system?: string | null
  systemTitle?: string | null
}

/** The document as the portal hands it out: with the id and version it gave it. */
export function stamped(entity: Entity, { uid, etag }: { uid: string; etag: string }): Entity {
  return { ...entity, metadata: { ...entity.metadata, uid, etag: entity.metadata.etag ?? etag } }
}

function nearestNames(name: string, candidates: readonly Named[], most: number): Named[] {
  const byName = groupBy(candidates, ({ name }) => name.toLowerCase())
  const names = nearest(name.toLowerCase(), [...byName.keys()], most)
  return names.flatMap((one) => byName.get(one) ?? []).slice(0, most)
}

function absent({ kind, namespace, name }: EntityRef): PortalError {
  return new PortalError(
    'not_found',
    `There is no ${kind.toLowerCase()} called ${name} in the namespace ${namespace}`,
    {
      hint: 'It may have another kind or namespace, or no source of the catalog defines it.',
    },
  )
}

function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
