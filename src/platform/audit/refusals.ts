import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Database } from '../../api/database.ts'
import { messageOf, type PortalError } from '../../api/errors.ts'
import type { Log } from '../../api/plugin.ts'
import { anonymous } from '../auth/identity.ts'
import { loggedUrl } from '../http/logged-url.ts'
import type { Senders } from '../http/senders.ts'
import { upTo } from '../up-to.ts'
import type { Audit } from './auditor.ts'

export interface RefusalsHost {
  db: Pick<Database, 'write'>
  audit: Audit
  senders: Pick<Senders, 'of'>
  now: () => Date
  log: Pick<Log, 'error'>
}

/** Writes down that somebody was refused a write, or a token a read. */
export type Refused = (request: FastifyRequest, error: PortalError) => void

/** Of one person and address, of everybody: what is more in a minute is counted only. */
const most = { each: 10, all: 200 }
const minute = 60_000
const remembered = 5_000

interface Count {
  since: number
  count: number
  /** Refusals that were not written down. */
  silent: number
}

/**
 * Writes that the permissions refuse, and of tokens reads as well, leave a line, though nothing was written: who tries doors should be seen. In its
 * own time, so that nobody waits for it, and so that only so much comes of it. Public addresses write down by
 * themselves what they refuse.
 */
export function createRefusals({ db, audit, senders, now, log }: RefusalsHost): Refused {
  const counts = new LRUCache<string, Count>(upTo(remembered))
  const ofAll: Count = { since: 0, count: 0, silent: 0 }

  /** @returns how many were left out before this one; undefined when this one is */
  function admit(key: string): number | undefined {
    const at = now().getTime()
    const each = counts.get(key) ?? { since: at, count: 0, silent: 0 }
    counts.set(key, each)
    for (const one of [each, ofAll]) if (at - one.since >= minute || at < one.since) Object.assign(one, begun(at))
    if (each.count >= most.each || ofAll.count >= most.all) {
      each.silent++
      return undefined
    }
    each.count++
    ofAll.count++
    const { silent } = each
    each.silent = 0
    return silent
  }

  return (request, error) => {
    const { access, plugin } = request.routeOptions.config as { access?: string; plugin?: string }
    if (error.code !== 'forbidden' || access === undefined || access === 'public') return
    const actor = request.actor ?? anonymous
    const isRead = reads.has(request.method)
    // Whoever made a token is not there to see that it reaches for more than it was made for.
    if (isRead && actor.permissions === undefined) return
    const sender = senders.of(request)
    const leftOut = admit(`${actor.id} ${sender.address}`)
    if (leftOut === undefined) return
    const detail = { permission: access, plugin, reason: error.message, ...(leftOut > 0 && { leftOut }) }
    const target = `${request.method} ${loggedUrl(request.url).split('?')[0]?.slice(0, 500)}`
    const line = {
      action: isRead ? 'portal.read' : 'portal.write',
      actor,
      target,
      requestId: request.id,
      ...sender,
      detail,
    }
    db.write((tx) => audit(tx, { ...line, result: 'denied' })).catch((failure: unknown) => {
      log.error({ err: failure }, `A refused write could not be written into the audit: ${messageOf(failure)}`)
    })
  }
}

const reads: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const begun = (since: number): Partial<Count> => ({ since, count: 0 })
