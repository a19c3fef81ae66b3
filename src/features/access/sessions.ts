import { createHash, randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Transaction } from '../../api/database.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { milliseconds } from '../../api/time.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { sessionsEnded } from '../../platform/auth/sign-in.ts'
import { createLater, type Later } from '../../platform/db/later.ts'
import { cookieOf } from '../../platform/http/cookies.ts'
import { upTo } from '../../platform/up-to.ts'
import type { AccessOptions } from './config.ts'
import {
  endSessions,
  expireSessions,
  findSession,
  insertSession,
  listSessions,
  removeEnded,
  type SessionEnd,
  touchSessions,
} from './store/sessions.ts'

/** A browser in which somebody is signed in. */
export interface Session {
  id: string
  identity: string
  createdAt: number
  seenAt: number
  expiresAt: number
  address: string
  agent: string
}

export interface Sessions {
  /** The open session whose cookie a request carries. From memory, after the first request. */
  of(request: FastifyRequest): Session | undefined
  /** What `end` and `forget` call it. */
  keyOf(request: FastifyRequest): string | undefined
  /** Begins one, in the transaction of the sign-in. @returns the header that gives it to the browser */
  begin(
    tx: Transaction,
    identity: string,
    from: { address: string; agent: string },
  ): Promise<{ id: string; cookie: string }>
  /** The header that takes it from the browser. */
  readonly noCookie: string
  list(identities: readonly string[]): Session[]
  /** Ends sessions, in a transaction. Call `forget` with what it returns once that has ended. */
  end(tx: Transaction, ids: readonly string[], how: SessionEnd): Promise<string[]>
  /** From the next request on, these are looked up again; the streams that they hold open end now. */
  forget(hashes: readonly string[]): void
  /** Writes when sessions were last used. */
  flush(): Promise<void>
  /** Ends what is too old, and removes what ended long ago. */
  prune(): Promise<void>
}

export const sessionsRef: ServiceRef<Sessions> = serviceRef('access.sessions')

const remembered = 5_000
const touchEvery = 60_000
const touchDelay = 5_000
/** How long ended ones are kept: the audit has them for longer. */
const keepEnded = milliseconds('30d')
const longestAgent = 400

/** @param unknown is told of a cookie that was never given to anybody, once for each */
export function createSessions(
  ctx: PluginContext,
  options: AccessOptions['sessions'],
  isSecure: boolean,
  unknown: (request: FastifyRequest) => void,
): Sessions {
  const [idle, absolute] = [milliseconds(options.idle), milliseconds(options.absolute)]
  const name = isSecure ? '__Host-callboard' : 'callboard'
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
  const open = new LRUCache<string, Session>(upTo(remembered))
  const told = new LRUCache<string, true>(upTo(remembered))
  const asked = new WeakMap<FastifyRequest, { hash: string; session: Session }>()
  const seen = createTouches(ctx)

  function of(request: FastifyRequest): Session | undefined {
    const known = asked.get(request)
    // A page asks several times; what ended in between has taken its hash out of `open`.
    if (known && open.get(known.hash) === known.session && isOpen(known.session)) return known.session
    const found = find(request)
    if (found) asked.set(request, found)
    return found?.session
  }

  function find(request: FastifyRequest): { hash: string; session: Session } | undefined {
    const value = cookieOf(request, name)
    if (!value) return undefined
    const hash = digest(value)
    const known = open.get(hash)
    const session = known ?? stored(hash, request)
    if (!session) return undefined
    const now = ctx.now().getTime()
    if (!isOpen(session, now)) {
      open.delete(hash)
      return undefined
    }
    if (!known) open.set(hash, session)
    touch(session, now)
    return { hash, session }
  }

  function isOpen({ expiresAt, seenAt }: Session, now = ctx.now().getTime()): boolean {
    return now < expiresAt && now - seenAt <= idle
  }

  function stored(hash: string, request: FastifyRequest): Session | undefined {
    const row = findSession(ctx.db.read, hash)
    if (row) return row.endedAt === null ? sessionOf(row, seen.of(row.id)) : undefined
    if (!told.has(hash)) unknown(request)
    told.set(hash, true)
    return undefined
  }

  function touch(session: Session, now: number): void {
    if (now - session.seenAt < touchEvery) return
    session.seenAt = now
    seen.note(session.id, now)
  }

  return {
    of,

    keyOf: (request) => (of(request) ? asked.get(request)?.hash : undefined),

    async begin(tx, identity, { address, agent }) {
      const value = randomBytes(32).toString('base64url')
      const now = ctx.now()
      const row = {
        ...{ id: ctx.id(), hash: digest(value), identity, address, agent: agent.slice(0, longestAgent) },
        ...{ createdAt: now, seenAt: now, expiresAt: new Date(now.getTime() + absolute) },
      }
      await insertSession(tx, row)
      return { id: row.id, cookie: `${name}=${value}; ${attributes}; Max-Age=${Math.floor(absolute / 1000)}` }
    },

    noCookie: `${name}=; ${attributes}; Max-Age=0`,

    list: (identities) => {
      const all = listSessions(ctx.db.read, identities).map((row) => sessionOf(row, seen.of(row.id)))
      return all.filter((session) => isOpen(session))
    },

    end: (tx, ids, ended) => endSessions(tx, ids, { ended, at: ctx.now() }),

    forget(hashes) {
      for (const hash of hashes) open.delete(hash)
      if (hashes.length > 0) ctx.emit(sessionsEnded, { sessions: hashes })
    },

    flush: seen.flush,

    async prune() {
      await seen.flush()
      const now = ctx.now()
      const [idleSince, before] = [idle, keepEnded].map((age) => new Date(now.getTime() - age)) as [Date, Date]
      await ctx.db.write(async (tx) => {
        await expireSessions(tx, now, idleSince)
        await removeEnded(tx, before)
      })
    },
  }
}

function createTouches(ctx: PluginContext): Later<number> {
  return createLater(ctx, { what: 'When sessions were last used', delay: touchDelay, write: touchSessions })
}

const digest = (value: string) => createHash('sha256').update(value).digest('base64url')

function sessionOf(row: NonNullable<ReturnType<typeof findSession>>, seen: number | undefined): Session {
  const { id, identity, address, agent } = row
  return {
    ...{ id, identity, address, agent },
    createdAt: row.createdAt.getTime(),
    seenAt: Math.max(row.seenAt.getTime(), seen ?? 0),
    expiresAt: row.expiresAt.getTime(),
  }
}
