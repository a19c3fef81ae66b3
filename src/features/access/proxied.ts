import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { upTo } from '../../platform/up-to.ts'
import type { Profile } from './profile.ts'
import type { Proxies } from './proxy.ts'
import { refusalOf } from './refusal.ts'
import type { SigningInService } from './signing-in.ts'
import { findIdentityOf, saveIdentity } from './store/identities.ts'
import type { People } from './who.ts'

export interface ProxiedHost {
  ctx: PluginContext
  proxies: Proxies
  people: People
  signingIn: SigningInService
}

/** Whom a proxy names with every request: there is no moment of signing in, and no session. */
export interface Proxied {
  /** Whom the proxy names; `actor` is undefined for who does not get in. */
  of(request: FastifyRequest): { profile: Profile; actor: Actor | undefined } | undefined
  /** What somebody is told who does not get in. The audit has it once in a while. */
  refusal(request: FastifyRequest, profile: Profile): PortalError
}

const remembered = 5_000
/** How often the audit says that somebody came through the proxy, or was refused. */
const day = 24 * 3_600_000

export function createProxied({ ctx, proxies, people, signingIn }: ProxiedHost): Proxied {
  const noted = new LRUCache<string, number>(upTo(remembered))

  function isDue(key: string): boolean {
    const [now, before] = [ctx.now().getTime(), noted.get(key)]
    if (before !== undefined && now - before < day) return false
    noted.set(key, now)
    return true
  }

  /** Not on the path of the request: it is answered from memory. */
  function note(request: FastifyRequest, profile: Profile, actor: Actor): void {
    const { provider, subject, login = null, email = null, name = null } = profile
    const id = findIdentityOf(ctx.db.read, provider, subject)?.id ?? ctx.id()
    const detail = { provider, login }
    const line = { action: 'access.sign-in', actor, target: actor.id, requestId: request.id, detail }
    const address = proxies.addressOf(request)
    const times = { firstAt: ctx.now(), lastAt: ctx.now() }
    const written = ctx.db.write(async (tx) => {
      await saveIdentity(tx, { id, provider, subject, login, email, name, ref: actor.ref ?? null, profile, ...times })
      await ctx.audit(tx, { ...line, address })
    })
    written.catch((error: unknown) => {
      noted.delete(`in ${subject}`)
      ctx.log.error({ err: error }, 'A sign-in through the proxy could not be written down; it is tried again')
    })
  }

  return {
    of(request) {
      const profile = proxies.personOf(request)
      if (!profile) return undefined
      const actor = people.actorOfProfile(profile)
      if (actor && isDue(`in ${profile.subject}`)) note(request, profile, actor)
      return { profile, actor }
    },

    refusal(request, profile) {
      const judgement = people.judge(profile)
      if (isDue(`out ${profile.subject}`)) signingIn.turnedAway(request, profile, judgement)
      return refusalOf(profile, judgement, 'The proxy in front of the portal')
    },
  }
}
