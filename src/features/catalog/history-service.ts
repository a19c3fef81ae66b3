import { sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { Entity } from '../../api/entity.ts'
import { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type EntityRef, formatRef } from '../../api/ref.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { type Policy, within } from '../../platform/permissions/policy.ts'
import type { ChangeQuery } from './change-query.ts'
import { fieldsOf } from './change-words.ts'
import { undoChanges } from './model/changes.ts'
import { etagOf } from './model/etag.ts'
import { relationsOf } from './model/relations.ts'
import { entities } from './schema.ts'
import type { CatalogService } from './service.ts'
import { type EntityRow, findEntity, type RelatedEntity } from './store/entity.ts'
import {
  type ChangeCounts,
  countChangeGroups,
  countChanges,
  countChangesBefore,
  describeTargets,
  entityBefore,
  type HistoryStep,
  type ListedChange,
  listChanges,
  stepBefore,
  stepsAfter,
} from './store/history.ts'
import { columnsOf, type Kinds, orphanAnnotation } from './store/winners.ts'

export interface ChangeListing {
  rows: readonly ListedChange[]
  next: string | undefined
  previous: string | undefined
  /** Number of rows in front of the first one. */
  before: number
  total: number
}

/** An entity as it was at a moment. */
export interface EarlierState {
  /** As the row would have been; problems are not remembered. */
  row: EntityRow
  /** What its own document said it was related to. */
  related: readonly RelatedEntity[]
  /** Until when it was like this; null when it still is. */
  until: Date | null
  /** Whether something of that name is in the catalog now. */
  exists: boolean
}

/** Why there was nothing at a moment: what had gone before, and what came after. */
export interface Absence {
  removedAt: Date | null
  createdAt: Date | null
}

/** What became of entities. Everything is found through the actor. */
export interface HistoryService {
  list(actor: Actor, query: ChangeQuery): ChangeListing
  groups(actor: Actor, query: ChangeQuery): ChangeCounts
  /** @throws PortalError `not_found` when it was not there, or the actor may not see it */
  at(actor: Actor, ref: EntityRef, moment: Date): EarlierState
  /** Undefined when nothing of that name ever was that the actor may know of. */
  absence(actor: Actor, ref: EntityRef, moment: Date): Absence | undefined
}

export const historyService: ServiceRef<HistoryService> = serviceRef('catalog.history')

const pageSize = 50

export function createHistoryService(
  ctx: PluginContext,
  catalog: CatalogService,
  policy: () => Policy,
  kinds: () => Kinds,
): HistoryService {
  const read = ctx.db.read
  const counts = new LRUCache<string, ChangeCounts>({ max: 100 })
  const scopeOf = (actor: Actor) => within(policy().scope(actor, 'catalog.read'), sql`${entities.id}`)

  /** The row there is now. @returns null when there is none, undefined when the actor may not see it */
  function currentRow(actor: Actor, ref: string): EntityRow | null | undefined {
    const row = findEntity(read, ref, undefined)
    if (!row) return null
    const scope = scopeOf(actor)
    if (scope === undefined) return row
    return read.get(sql`select 1 from ${entities} where ${entities.ref} = ${ref} and ${scope}`) ? row : undefined
  }

  /** Of what is gone no list of ids can tell any more: its last state decides. */
  function mayKnow(actor: Actor, ref: string, current: EntityRow | null | undefined): boolean {
    if (current !== null) return current !== undefined
    const removal = stepBefore(read, ref, Number.MAX_SAFE_INTEGER, 'removed')
    const last = removal && entityBefore(removal)
    return last ? policy().check(actor, 'catalog.read', last).allow : false
  }

  return {
    list(actor, query) {
      const scope = scopeOf(actor)
      const page = listChanges(read, query, scope, pageSize)
      const [first] = page.rows
      const isInside = first !== undefined && page.previous !== undefined
      return {
        ...page,
        before: isInside ? countChangesBefore(read, query, scope, first) : 0,
        total: countChanges(read, query, scope),
      }
    },

    groups(actor, query) {
      const { after: _after, before: _before, ...asked } = query
      const key = `${catalog.version(actor)} ${JSON.stringify(asked)}`
      const counted = counts.get(key) ?? countChangeGroups(read, query, scopeOf(actor))
      counts.set(key, counted)
      return counted
    },

    at(actor, ref, moment) {
      const full = formatRef(ref)
      const current = currentRow(actor, full)
      if (!mayKnow(actor, full, current)) throw wasNotThere(ref, moment)
      const later = stepsAfter(read, full, moment.getTime())
      const state = rewind(current?.entity ?? null, later)
      const last = stepBefore(read, full, moment.getTime())
      if (!state || !last) throw wasNotThere(ref, moment)
      const next = later.at(-1)
      return {
        row: rowOf(full, state, last, kinds()),
        related: describeTargets(read, targetsOf(full, state, kinds()), scopeOf(actor)),
        until: next ? new Date(next.at) : null,
        exists: current !== null,
      }
    },

    absence(actor, ref, moment) {
      const full = formatRef(ref)
      if (!mayKnow(actor, full, currentRow(actor, full))) return undefined
      const removal = stepBefore(read, full, moment.getTime(), 'removed')
      const creation = stepsAfter(read, full, moment.getTime()).findLast(({ action }) => action === 'created')
      return {
        removedAt: removal ? new Date(removal.at) : null,
        createdAt: creation ? new Date(creation.at) : null,
      }
    },
  }
}

/** Undoes what happened since, the newest first. */
function rewind(now: Entity | null, later: readonly HistoryStep[]): Entity | null {
  return later.reduce<Entity | null>((state, step) => {
    if (step.action === 'created') return null
    if (step.action === 'removed') return entityBefore(step)
    return state && undoChanges(state, fieldsOf(step))
  }, now)
}

function rowOf(ref: string, entity: Entity, last: HistoryStep, kinds: Kinds): EntityRow {
  const since = new Date(last.at)
  return {
    ...columnsOf(ref, entity, kinds),
    number: 0,
    id: last.entityId,
    uid: '',
    etag: etagOf(entity),
    sourceId: last.sourceId,
    path: last.path,
    position: 0,
    stale: false,
    orphanedAt: entity.metadata.annotations?.[orphanAnnotation] === 'true' ? since : null,
    errors: 0,
    warnings: 0,
    createdAt: since,
    changedAt: since,
    entity,
  }
}

/** Only what its own document stated: the other side's documents may have been others then. */
export function targetsOf(ref: string, entity: Entity, { kinds, processors }: Kinds) {
  const spec = kinds.get(entity.kind)
  const stated = spec ? relationsOf(entity, spec).relations.filter(({ declared }) => declared) : []
  const derived = processors.flatMap((processor) => processor.relations?.(entity) ?? [])
  const all = [...stated.filter(({ sourceRef }) => sourceRef === ref), ...derived]
  return all.map(({ type, targetRef }) => ({ type, targetRef }))
}

function wasNotThere({ kind, name }: EntityRef, moment: Date): PortalError {
  return new PortalError('not_found', `There was no ${kind.toLowerCase()} called ${name} at ${moment.toISOString()}`, {
    hint: 'Leave out "at" to see it as it is now.',
  })
}
