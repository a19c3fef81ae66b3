import { type SQL, sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { type Policy, type Scope, within } from '../../platform/permissions/policy.ts'
import { entities } from './schema.ts'
import type { CatalogService } from './service.ts'
import type { RecentChange } from './store/entity.ts'
import { countOwned, type OwnedCount } from './store/organisation.ts'
import {
  changesAround,
  type GravestRow,
  gravestOf,
  listByRefs,
  listWorst,
  type OwnRow,
  type OwnSample,
  sampleOwned,
  type WorstRow,
} from './store/own-work.ts'

export interface Mine {
  /** All that the actor can own something as: the person and their groups. */
  owners: readonly string[]
  byOwner: readonly OwnedCount[]
  /** Some of each kind, the kind with most first. */
  rows: readonly OwnSample[]
}

/** What an actor owns, directly and through groups, and what becomes of it. Never more than a page has room for. */
export interface OwnWork {
  /** Undefined for somebody who can own nothing. */
  mine(actor: Actor): Mine | undefined
  /** What of it has problems, the worst first, each with its gravest one. */
  worst(actor: Actor): { rows: readonly WorstRow[]; gravest: ReadonlyMap<string, GravestRow> }
  /** What changed of it, of these references, and of what either is related to. */
  around(actor: Actor, refs: readonly string[]): readonly RecentChange[]
  /** Of these references, what there is and the actor may see. */
  named(actor: Actor, refs: readonly string[]): readonly (Omit<OwnRow, 'owner'> & { owner: string | null })[]
}

export const ownWorkRef: ServiceRef<OwnWork> = serviceRef('catalog.own-work')

const perKind = 6
const mostWorst = 10
const mostChanges = 8

export function createOwnWork(ctx: PluginContext, catalog: CatalogService, policy: () => Policy): OwnWork {
  const { read } = ctx.db
  // Keys begin with the generation of the catalog, so that what is old is never asked for again.
  const known = new LRUCache<string, object>({ max: 300 })
  const scopeOf = (actor: Actor) => visibleRows(policy().scope(actor, 'catalog.read'))

  function remembered<T extends object>(what: string, actor: Actor, asked: readonly string[], find: () => T): T {
    const key = JSON.stringify([what, catalog.version(actor), asked])
    const found = (known.get(key) as T | undefined) ?? find()
    known.set(key, found)
    return found
  }

  return {
    mine(actor) {
      const owners = identitiesOf(actor)
      if (owners.length === 0) return undefined
      return remembered('mine', actor, owners, () => ({
        owners,
        byOwner: countOwned(read, owners, scopeOf(actor)),
        rows: sampleOwned(read, owners, perKind, scopeOf(actor)),
      }))
    },

    worst(actor) {
      const owners = identitiesOf(actor)
      return remembered('worst', actor, owners, () => {
        const rows = owners.length === 0 ? [] : listWorst(read, owners, mostWorst, scopeOf(actor))
        const refs = rows.map(({ ref }) => ref)
        return { rows, gravest: new Map(gravestOf(read, refs).map((one) => [one.ref, one])) }
      })
    },

    around(actor, refs) {
      const owners = identitiesOf(actor)
      if (owners.length === 0 && refs.length === 0) return []
      return remembered('around', actor, [...owners, '', ...refs], () =>
        changesAround(read, { owners, refs }, mostChanges, scopeOf(actor)),
      )
    },

    named: (actor, refs) => listByRefs(read, refs, scopeOf(actor)),
  }
}

/** Looked up row by row: what is asked for is hundreds of rows, and all that is visible may be tens of thousands. */
function visibleRows(scope: Scope): SQL | undefined {
  if (scope.kind !== 'some' || scope.holds) return within(scope, sql`${entities.id}`)
  return sql`exists (with seen(id) as (${scope.entityIds}) select 1 from seen where seen.id = ${entities.id})`
}

function identitiesOf({ ref, groups }: Actor): string[] {
  return [...new Set(ref === undefined ? groups : [ref, ...groups])]
}
