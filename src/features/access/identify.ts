import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { guest, type Identify } from '../../platform/auth/identity.ts'
import type { Proxies } from './proxy.ts'
import type { Sessions } from './sessions.ts'
import type { People } from './who.ts'

/**
 * Whom the token of a request stands for.
 *
 * @throws PortalError `unauthenticated` for one that is wrong, revoked or too old
 */
export type Bearer = (token: string, request: FastifyRequest) => Actor

/** Whoever keeps the tokens provides it; it must answer at once. */
export const bearerRef: ServiceRef<Bearer> = serviceRef('access.bearer')

export interface Identification {
  ctx: PluginContext
  proxies: Proxies
  sessions: Sessions
  people: People
  isOpen(): boolean
}

/** Who sends a request: whom the proxy names, else whom a token stands for, else who is signed in, else the guest. */
export function createIdentify({ ctx, proxies, sessions, people, isOpen }: Identification): Identify {
  return (request) => {
    const named = proxies.personOf(request)
    if (named) return people.actorOfProfile(named)
    const [, token] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? []
    const bearer = token === undefined ? undefined : ctx.tryUse(bearerRef)
    if (token !== undefined && bearer) return bearer(token, request)
    const session = sessions.of(request)
    const actor = session && people.actorOf(session.identity)
    return actor ?? (isOpen() ? guest : undefined)
  }
}
