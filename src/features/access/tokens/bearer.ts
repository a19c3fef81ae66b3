import { LRUCache } from 'lru-cache'
import type { Actor } from '../../../api/actor.ts'
import { PortalError } from '../../../api/errors.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { networkOf } from '../../../platform/http/network.ts'
import { upTo } from '../../../platform/up-to.ts'
import { digestOf } from '../keys.ts'
import { findTokenByHash, type TokenRow } from '../store/tokens.ts'
import { createThrottle } from '../throttle.ts'
import { isToken } from './format.ts'
import { readOnly } from './scope.ts'
import type { TokenUses } from './uses.ts'

/** A request, as far as its token is concerned. */
export interface Bearing {
  id: string
  method: string
  ip: string
}

export interface Bearers {
  /**
   * Whom a token stands for, with what it is limited to; undefined for a text that is none of this portal's.
   *
   * @throws PortalError `unauthenticated` with the reason for one that does not hold, or not any more
   */
  actorOf(token: string, request: Bearing): Actor | undefined
  /** From the next request on, this one is looked up again. */
  forget(hash: string): void
}

export interface BearersHost {
  uses: TokenUses
  /** Undefined for who would not get in any more. */
  ownerOf(identity: string): Actor | undefined
}

const remembered = 2_000
/** Different texts from one address that are no token of the portal, until no other is looked for there for a while. */
const guesses = { most: 30, every: 15 * 60_000 }
/** A program that goes on with a dead token leaves one line in so many milliseconds. */
const lineEvery = 60_000

export function createBearers(ctx: PluginContext, { uses, ownerOf }: BearersHost): Bearers {
  const rows = new LRUCache<string, TokenRow>(upTo(remembered))
  const guessed = createThrottle({ ...guesses, now: ctx.now })
  const guessesKnown = new LRUCache<string, true>(upTo(10_000))
  const told = new LRUCache<string, number>(upTo(10_000))

  function rowOf(token: string, ip: string): TokenRow | undefined {
    const hash = digestOf(token)
    const known = rows.get(hash)
    if (known) return known
    const network = networkOf(ip)
    const guess = `${network} ${hash}`
    // A program that goes on with one dead token guesses nothing; one that tries many is not looked up any more.
    if (guessed.isOver(network) && !guessesKnown.has(guess)) throw tooMany()
    const row = findTokenByHash(ctx.db.read, hash)
    if (row) rows.set(hash, row)
    else if (!guessesKnown.has(guess)) {
      guessesKnown.set(guess, true)
      guessed.admits(network)
    }
    return row
  }

  function refuse({ id, ip }: Bearing, row: TokenRow | undefined, reason: string, hint: string): never {
    const target = row ? `token:${row.id}` : 'token'
    const key = row?.id ?? networkOf(ip)
    const now = ctx.now().getTime()
    if (now - (told.get(key) ?? Number.NEGATIVE_INFINITY) >= lineEvery) {
      told.set(key, now)
      const actor: Actor = { id: target, kind: 'service', name: row?.title ?? 'Unknown token', groups: [] }
      const line = { action: 'access.token.use', actor, target, requestId: id, address: ip, detail: { reason } }
      ctx.db
        .write((tx) => ctx.audit(tx, { ...line, result: 'denied' }))
        .catch((error) => ctx.log.error({ err: error }, 'That a token was refused could not be written to the audit'))
    }
    throw new PortalError('unauthenticated', reason, { hint })
  }

  return {
    actorOf(token, request) {
      if (!/^cb[ps]_/.test(token)) return undefined
      const row = isToken(token) ? rowOf(token, request.ip) : undefined
      if (!row) return refuse(request, row, 'There is no such token', 'It may have been cut or mistyped when copied.')
      const renew = 'Make a new one and put it in its place.'
      if (row.revokedAt) return refuse(request, row, `This token was revoked on ${day(row.revokedAt)}`, renew)
      if (row.expiresAt && row.expiresAt <= ctx.now()) {
        return refuse(request, row, `This token ended on ${day(row.expiresAt)}`, renew)
      }
      const actor = tokenActor(row, ownerOf)
      if (!actor) {
        const hint = 'Their account was disabled, or they left the catalog.'
        return refuse(request, row, 'Whoever this token belongs to does not get in any more', hint)
      }
      uses.note(row.id, request.ip)
      return { ...actor, permissions: limitsOf(row, request) }
    },

    forget: (hash) => void rows.delete(hash),
  }
}

/** Whom a token stands for, without its limits; undefined for one of somebody who would not get in any more. */
export function tokenActor(
  { id, kind, title, identity }: Pick<TokenRow, 'id' | 'kind' | 'title' | 'identity'>,
  ownerOf: BearersHost['ownerOf'],
): Actor | undefined {
  if (kind === 'service') return { id: `token:${id}`, kind: 'service', name: title, groups: [] }
  return identity === null ? undefined : ownerOf(identity)
}

/** Some of what `….read` is asked for is a mark that one makes for oneself: whoever only reads makes none. */
function limitsOf({ permissions }: TokenRow, { method }: Bearing): readonly string[] {
  return method === 'GET' || method === 'HEAD' ? permissions : permissions.filter((one) => one !== readOnly)
}

const day = (date: Date) => date.toISOString().slice(0, 10)

function tooMany(): PortalError {
  return new PortalError('rate_limited', 'Too many different tokens that are none came from your address', {
    hint: 'Look for the right one, and try again in a quarter of an hour. Tokens in use go on working.',
    retryAfter: guesses.every / 1000,
  })
}
