import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import type { Marked, MarkedThing, PageRequest, Visits } from './contract.ts'
import { isPerson, nameOf, thingsOf } from './star-service.ts'
import { insertVisits, listVisits, removeVisits } from './store.ts'

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
type VisitsOfOne = Map<string, Visit>

export function createVisitService(ctx: PluginContext, { most, delay }: VisitLimits): VisitService {
  let noted = new Map<string, VisitsOfOne>()
  /** What is being written: neither noted nor read back yet. */
  let leaving: ReadonlyMap<string, VisitsOfOne> = new Map()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  const written = new LRUCache<string, readonly Visit[]>({ max: 2000 })

  function add(all: Map<string, VisitsOfOne>, actorId: string, visit: Visit): void {
    const own = all.get(actorId) ?? new Map<string, Visit>()
    const name = nameOf(visit)
    own.delete(name)
    own.set(name, visit)
    for (const oldest of own.keys()) {
      if (own.size <= most) break
      own.delete(oldest)
    }
    all.set(actorId, own)
  }

  function wait(): void {
    timer ??= setTimeout(() => void flush(), delay).unref()
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write)
    return writing
  }

  async function write(): Promise<void> {
    if (noted.size === 0) return
    const batch = noted
    leaving = batch
    noted = new Map()
    const rows = [...batch].flatMap(([actorId, own]) => {
      return [...own.values()].map(({ kind, key, at }) => ({ actorId, kind, key, at }))
    })
    try {
      await ctx.db.write((tx) => insertVisits(tx, rows, most))
    } catch (error) {
      ctx.log.error({ err: error }, 'Visits could not be written; they are tried again')
      const later = noted
      noted = batch
      for (const [actorId, own] of later) for (const visit of own.values()) add(noted, actorId, visit)
      wait()
    } finally {
      for (const actorId of batch.keys()) written.delete(actorId)
      leaving = new Map()
    }
  }

  function visited({ id }: Actor): readonly Visit[] {
    const stored = written.get(id) ?? listVisits(ctx.db.read, id).map(({ kind, key, at }) => ({ kind, key, at }))
    written.set(id, stored)
    const newest = [noted, leaving].flatMap((all) => [...(all.get(id)?.values() ?? [])].reverse())
    const each = new Map<string, Visit>()
    for (const visit of [...newest, ...stored]) if (!each.has(nameOf(visit))) each.set(nameOf(visit), visit)
    return [...each.values()].slice(0, most)
  }

  ctx.onClose(flush)

  return {
    note(actor, { kind, key }, request) {
      if (!isPerson(actor) || !isVisit(request)) return
      add(noted, actor.id, { kind, key, at: ctx.now() })
      wait()
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
      await flush()
      await ctx.db.write((tx) => removeVisits(tx, id))
      written.delete(id)
    },

    flush,
  }
}

function isVisit({ method, headers }: PageRequest): boolean {
  const isPart = headers['hx-request-type'] === 'partial' || headers['callboard-live'] === 'again'
  const isAhead = /prefetch|prerender/.test(`${headers['sec-purpose']} ${headers.purpose} ${headers['x-moz']}`)
  return method === 'GET' && !isPart && !isAhead && headers['hx-preloaded'] === undefined
}
