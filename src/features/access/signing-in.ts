import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../api/actor.ts'
import type { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { anonymous } from '../../platform/auth/identity.ts'
import type { Profile, Refusal, SigningIn } from './profile.ts'
import type { Proxies } from './proxy.ts'
import { refusalOf } from './refusal.ts'
import type { Sessions } from './sessions.ts'
import { findIdentityOf, saveIdentity } from './store/identities.ts'
import type { Throttle } from './throttle.ts'
import type { Judgement, People } from './who.ts'

export interface SigningInHost {
  ctx: PluginContext
  proxies: Proxies
  sessions: Sessions
  people: People
  /** Keeps who is refused again and again from filling the audit. */
  throttle: Throttle
  titleOf(provider: string): string
}

export interface SigningInService extends SigningIn {
  /** Writes down, in its own time, that somebody does not get in. */
  turnedAway(request: FastifyRequest, profile: Profile, judgement: Judgement): void
  /** The same of somebody who proves nothing. */
  refusedLater(request: FastifyRequest, refusal: Refusal): void
}

/** The end of every way to sign in: a session for whom the catalog knows, a line in the audit for everybody. */
export function createSigningIn(host: SigningInHost): SigningInService {
  const { ctx, proxies, sessions, people, throttle } = host

  async function signIn(request: FastifyRequest, profile: Profile): Promise<{ actor: Actor; cookies: string[] }> {
    const judgement = people.judge(profile)
    const { actor, match } = judgement
    if (!actor) throw await turnAway(request, profile, judgement)
    const before = sessions.of(request)
    const address = proxies.addressOf(request)
    const { cookie, ended } = await ctx.db.write(async (tx) => {
      const identity = findIdentityOf(tx, profile.provider, profile.subject)?.id ?? ctx.id()
      const { provider, subject, login = null, email = null, name = null } = profile
      const times = { firstAt: ctx.now(), lastAt: ctx.now() }
      const ref = actor.ref ?? null
      await saveIdentity(tx, { id: identity, provider, subject, login, email, name, ref, profile, ...times })
      const ended = before ? await sessions.end(tx, [before.id], 'replaced') : []
      const { id, cookie } = await sessions.begin(tx, identity, { address, agent: request.headers['user-agent'] ?? '' })
      const rule = match.user ? match.rule : undefined
      await ctx.audit(tx, {
        ...{ action: 'access.sign-in', actor, target: actor.id, requestId: request.id },
        detail: { provider, login: profile.login, rule, session: id },
      })
      return { cookie, ended }
    })
    sessions.forget(ended)
    people.forget()
    return { actor, cookies: [cookie] }
  }

  async function turnAway(request: FastifyRequest, profile: Profile, judgement: Judgement): Promise<PortalError> {
    await record(request, 'denied', refusalIn(profile, judgement))
    return refusalOf(profile, judgement, host.titleOf(profile.provider))
  }

  async function record(request: FastifyRequest, result: 'denied' | 'failed', { provider, reason, who }: Refusal) {
    const address = proxies.addressOf(request)
    if (!throttle.admits(address)) return
    const actor = who === undefined ? anonymous : { ...anonymous, name: who.slice(0, 200) }
    await ctx.db.write((tx) =>
      ctx.audit(tx, {
        ...{ action: 'access.sign-in', actor, target: provider, requestId: request.id, result },
        ...{ address, detail: { provider, reason } },
      }),
    )
  }

  function later(written: Promise<void>): void {
    written.catch((error: unknown) => ctx.log.error({ err: error }, 'A refused sign-in could not be written down'))
  }

  return {
    signIn,
    refused: (request, refusal) => record(request, 'failed', refusal),
    refusedLater: (request, refusal) => later(record(request, 'failed', refusal)),
    turnedAway: (request, profile, judgement) => later(record(request, 'denied', refusalIn(profile, judgement))),
  }
}

function refusalIn({ provider, subject, login, email }: Profile, { disabled, match }: Judgement): Refusal {
  const unknown = 'ambiguous' in match ? 'several Users fit' : 'no User of the catalog'
  return { provider, reason: disabled ? 'disabled account' : unknown, who: login ?? email ?? subject }
}
