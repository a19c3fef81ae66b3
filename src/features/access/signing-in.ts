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

/** The end of every way to sign in: a session for whom the catalog knows, a line in the audit for everybody. */
export function createSigningIn(host: SigningInHost): SigningIn {
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
        detail: { provider, login: profile.login, rule, address, session: id },
      })
      return { cookie, ended }
    })
    sessions.forget(ended)
    people.forget()
    return { actor, cookies: [cookie] }
  }

  async function turnAway(request: FastifyRequest, profile: Profile, judgement: Judgement): Promise<PortalError> {
    const { provider, subject, login, email } = profile
    const reason = judgement.disabled
      ? 'disabled account'
      : 'ambiguous' in judgement.match
        ? 'several Users fit'
        : 'no User of the catalog'
    await record(request, 'denied', { provider, reason, who: login ?? email ?? subject })
    return refusalOf(profile, judgement, host.titleOf(provider))
  }

  async function record(request: FastifyRequest, result: 'denied' | 'failed', { provider, reason, who }: Refusal) {
    const address = proxies.addressOf(request)
    if (!throttle.admits(address)) return
    const actor = who === undefined ? anonymous : { ...anonymous, name: who.slice(0, 200) }
    await ctx.db.write((tx) =>
      ctx.audit(tx, {
        ...{ action: 'access.sign-in', actor, target: provider, requestId: request.id, result },
        detail: { provider, reason, address },
      }),
    )
  }

  return { signIn, refused: (request, refusal) => record(request, 'failed', refusal) }
}
