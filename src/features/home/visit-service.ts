import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { createLater } from '../../platform/db/later.ts'
import type { Marked, MarkedThing, PageRequest, Visits } from './contract.ts'
import { isPerson, nameOf, thingsOf } from './star-service.ts'
import { insertVisits, listVisits, removeVisits, type VisitRow } from './store.ts'

export interface Visit extends Marked {
  at: Date
}

export interface VisitService extends Visits {
  /** The last one first, each once; among them what is gone, or out of sight. */
  visited(actor: Actor): readonly Visit[]
  /** What of it is there and the actor may see. */
  list(actor: Actor, most: number): readonly (Visit & MarkedThing)[]
  /** Forgets them all. */
  clear(actor: Actor): Promise<void>
  /** Writes what was noted since the last time. */
  flush(): Promise<void>
}

export const visitService: ServiceRef<VisitService> = serviceRef('home.visit-service')

export interface VisitLimits {
  /** How many are kept of each person. */
  most: number
  /** Milliseconds from a visit to its being written: what a killed portal forgets. */
  delay: number
}

/** By name, the last one last. */
type VisitsOfOne = ReadonlyMap<string, Visit>

export function createVisitService(ctx: PluginContext, { most, delay }: VisitLimits): VisitService {
  const written = new LRUCache<string, readonly Visit[]>({ max: 2000 })
  const noted = createLater<VisitsOfOne>(ctx, {
    ...{ what: 'What people visited', delay },
    write: (tx, batch) => insertVisits(tx, rowsOf(batch), most),
    written: (batch) => {
      for (const actorId of batch.keys()) written.delete(actorId)
    },
  })

  function visited({ id }: Actor): readonly Visit[] {
    const stored = written.get(id) ?? listVisits(ctx.db.read, id).map(({ kind, key, at }) => ({ kind, key, at }))
    written.set(id, stored)
    const newest = [...(noted.of(id)?.values() ?? [])].reverse()
    const each = new Map<string, Visit>()
    for (const visit of [...newest, ...stored]) if (!each.has(nameOf(visit))) each.set(nameOf(visit), visit)
    return [...each.values()].slice(0, most)
  }

  return {
    note(actor, { kind, key }, request) {
      if (!isPerson(actor) || !isVisit(request)) return
      noted.note(actor.id, withVisit(noted.of(actor.id), { kind, key, at: ctx.now() }, most))
    },

    visited,

    list(actor, limit) {
      const all = visited(actor)
      const found = thingsOf(ctx, actor, all)
      return all
        .flatMap((visit) => {
          const thing = found.get(nameOf(visit))
          return thing ? [{ ...thing, at: visit.at }] : []
        })
        .slice(0, limit)
    },

    async clear({ id }) {
      // What is being written comes first, or it would be back.
      await noted.flush()
      await ctx.db.write((tx) => removeVisits(tx, id))
      written.delete(id)
    },

    flush: noted.flush,
  }
}

function withVisit(before: VisitsOfOne | undefined, visit: Visit, most: number): VisitsOfOne {
  const name = nameOf(visit)
  const visits = new Map(before)
  visits.delete(name)
  visits.set(name, visit)
  for (const oldest of visits.keys()) {
    if (visits.size <= most) break
    visits.delete(oldest)
  }
  return visits
}

function rowsOf(batch: ReadonlyMap<string, VisitsOfOne>): VisitRow[] {
  return [...batch].flatMap(([actorId, own]) => {
    return [...own.values()].map(({ kind, key, at }) => ({ actorId, kind, key, at }))
  })
}

function isVisit({ method, headers }: PageRequest): boolean {
  const isPart = headers['hx-request-type'] === 'partial' || headers['callboard-live'] === 'again'
  const isAhead = /prefetch|prerender/.test(`${headers['sec-purpose']} ${headers.purpose} ${headers['x-moz']}`)
  return method === 'GET' && !isPart && !isAhead && headers['hx-preloaded'] === undefined
}
