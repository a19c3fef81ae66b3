import type { Actor } from '../../../api/actor.ts'
import { PortalError } from '../../../api/errors.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { milliseconds } from '../../../api/time.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { operator } from '../../../platform/auth/operator.ts'
import { contributionsRef } from '../../../platform/contributions.ts'
import { digestOf } from '../keys.ts'
import { type ListPage, type ListQuery, pageOf } from '../list-query.ts'
import {
  countTokens,
  findToken,
  insertToken,
  listOwnTokens,
  listTokens,
  removeDeadTokens,
  revokeToken,
  type TokenRow,
  tokensBeside,
} from '../store/tokens.ts'
import type { Bearers } from './bearer.ts'
import { checkDraft, type TokenDraft } from './draft.ts'
import { hintOf, newToken, type TokenKind } from './format.ts'
import { isBeyondTokens } from './scope.ts'
import type { TokenUses } from './uses.ts'

/** A token as it is shown: all but itself. */
export type Token = Omit<TokenRow, 'hash' | 'kind'> & { kind: TokenKind }

/** A token that was just made. */
export interface NewToken {
  /** Shown once, and not kept. */
  token: string
  row: Token
}

export interface Tokens {
  /** Permissions that a token of this actor can be limited to. */
  offered(actor: Actor): string[]
  /** The newest first. */
  listOwn(actor: Actor): Token[]
  list(): Token[]
  /** The newest first, fifty at a time; `q` is looked for in titles, makers and first letters. */
  page(query: ListQuery): ListPage<Token>
  /** @throws FormFault; PortalError `conflict` for who has no identity of their own, or too many tokens */
  createOwn(
    actor: Actor,
    draft: TokenDraft,
    from: { identity: string | undefined; requestId: string },
  ): Promise<NewToken>
  /** @throws FormFault */
  createService(actor: Actor, draft: TokenDraft, requestId?: string): Promise<NewToken>
  /** @throws PortalError `not_found` for one that is somebody else's */
  revokeOwn(actor: Actor, id: string, requestId: string): Promise<void>
  revoke(actor: Actor, id: string, requestId?: string): Promise<void>
  /** Forgets what was revoked or has ended a while ago; the audit keeps it. */
  prune(): Promise<void>
}

export const tokensRef: ServiceRef<Tokens> = serviceRef('access.tokens')

export interface TokensHost {
  bearers: Bearers
  uses: TokenUses
  identitiesOf(actor: Actor): readonly string[]
}

const mostOwn = 50
/** How long dead ones are shown. */
const keepDead = milliseconds('30d')

export function createTokens(ctx: PluginContext, { bearers, uses, identitiesOf }: TokensHost): Tokens {
  const { db, now } = ctx
  const known = () => ctx.use(contributionsRef).permissions

  function shown({ hash: _hash, kind, ...row }: TokenRow): Token {
    const use = uses.of(row.id)
    const last = use ? { lastUsedAt: use.at, lastAddress: use.address } : {}
    return { ...row, ...last, kind: kind === 'service' ? 'service' : 'personal' }
  }

  const ownRows = (actor: Actor) => identitiesOf(actor).flatMap((identity) => listOwnTokens(db.read, identity))

  /** What is decided for each entity may be used on some: which, is asked with every request. */
  function mayUse(actor: Actor, permission: string): boolean {
    return actor === operator || known().get(permission)?.on === 'entity' || ctx.allows(actor, permission)
  }

  async function create(
    kind: TokenKind,
    { actor, draft, requestId }: { actor: Actor; draft: TokenDraft; requestId: string | undefined },
    identity: string | null,
  ): Promise<NewToken> {
    const names = new Set(known().keys())
    const checked = checkDraft(kind, draft, { known: names, mayUse: (name) => mayUse(actor, name), now: now() })
    const token = newToken(kind)
    const row: TokenRow = {
      ...{ id: ctx.id(), hash: digestOf(token), hint: hintOf(token), kind, identity, ...checked },
      ...{ createdBy: actor.id, createdAt: now(), lastUsedAt: null, lastAddress: null, revokedAt: null },
    }
    await db.write(async (tx) => {
      insertToken(tx, row)
      const line = { action: 'access.token.create', actor, target: targetOf(row), ...withId(requestId) }
      await ctx.audit(tx, { ...line, after: audited(row) })
    })
    return { token, row: shown(row) }
  }

  async function revoke(actor: Actor, row: TokenRow, requestId: string | undefined): Promise<void> {
    await db.write(async (tx) => {
      const at = now()
      if (!revokeToken(tx, row.id, at)) return
      const changed = { before: audited(row), after: audited({ ...row, revokedAt: at }) }
      const line = { action: 'access.token.revoke', actor, target: targetOf(row), ...withId(requestId) }
      await ctx.audit(tx, { ...line, ...changed })
    })
    bearers.forget(row.hash)
  }

  return {
    offered: (actor) => [...known().keys()].filter((name) => !isBeyondTokens(name) && mayUse(actor, name)).sort(),

    listOwn: (actor) =>
      ownRows(actor)
        .map(shown)
        .sort((a, b) => (a.id < b.id ? 1 : -1)),

    list: () => listTokens(db.read).map(shown),

    page({ q, ...keys }) {
      const page = pageOf<TokenRow>(keys, {
        keyOf: ({ id }) => id,
        read: (side, limit) => tokensBeside(db.read, q, side, limit),
        count: () => countTokens(db.read, q),
      })
      return { ...page, rows: page.rows.map(shown) }
    },

    async createOwn(actor, draft, { identity, requestId }) {
      refuseTokens(actor)
      const own = identity ?? identitiesOf(actor)[0]
      if (own === undefined) throw withoutIdentity()
      const open = ownRows(actor).filter(({ revokedAt, expiresAt }) => !revokedAt && !(expiresAt && expiresAt <= now()))
      if (open.length >= mostOwn) throw tooMany()
      return create('personal', { actor, draft, requestId }, own)
    },

    async createService(actor, draft, requestId) {
      refuseTokens(actor)
      return create('service', { actor, draft, requestId }, null)
    },

    async revokeOwn(actor, id, requestId) {
      refuseTokens(actor)
      const row = ownRows(actor).find((one) => one.id === id)
      if (!row) throw absent()
      await revoke(actor, row, requestId)
    },

    async revoke(actor, id, requestId) {
      refuseTokens(actor)
      const row = findToken(db.read, id)
      if (!row) throw absent()
      await revoke(actor, row, requestId)
    },

    async prune() {
      const before = new Date(now().getTime() - keepDead)
      const hashes = await db.write(async (tx) => removeDeadTokens(tx, before))
      for (const hash of hashes) bearers.forget(hash)
    },
  }
}

/** @throws PortalError `forbidden` for who came with a token: it could give itself what it was not given */
export function refuseTokens({ permissions }: Actor): void {
  if (permissions === undefined) return
  throw new PortalError('forbidden', 'A token cannot see or change sessions, accounts or tokens', {
    hint: 'Sign in and do it on the page, or run the command where the portal runs.',
  })
}

const withId = (requestId: string | undefined) => (requestId === undefined ? {} : { requestId })

const targetOf = ({ id }: Pick<TokenRow, 'id'>) => `token:${id}`

/** What the audit keeps of a token: nothing that lets anybody use it. */
function audited({ kind, title, identity, permissions, expiresAt, revokedAt }: TokenRow) {
  return { kind, title, identity, permissions, until: expiresAt ?? 'for ever', revokedAt }
}

function absent(): PortalError {
  return new PortalError('not_found', 'There is no such token', { hint: 'Load the list again.' })
}

function withoutIdentity(): PortalError {
  return new PortalError('conflict', 'Personal tokens are for people who sign in at the portal itself', {
    hint: 'Ask an administrator for a service token.',
  })
}

function tooMany(): PortalError {
  return new PortalError('conflict', `You have ${mostOwn} tokens, and there can be no more`, {
    hint: 'Revoke some that you no longer need.',
  })
}
