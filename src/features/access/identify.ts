import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { guest, type Identify } from '../../platform/auth/identity.ts'
import type { Proxied } from './proxied.ts'
import type { Sessions } from './sessions.ts'
import type { People } from './who.ts'

/**
 * Whom the token of a request stands for; undefined for a text that is no token of this portal.
 *
 * @throws PortalError `unauthenticated` for one that is wrong, revoked or too old
 */
export type Bearer = (token: string, request: FastifyRequest) => Actor | undefined

/** Whoever keeps the tokens provides it; it must answer at once. */
export const bearerRef: ServiceRef<Bearer> = serviceRef('access.bearer')

export interface Identification {
  ctx: PluginContext
  proxied: Proxied
  sessions: Sessions
  people: People
  isOpen(): boolean
}

/** Who sends a request: whom the proxy names, else whom a token stands for, else who is signed in, else the guest. */
export function createIdentify({ ctx, proxied, sessions, people, isOpen }: Identification): Identify {
  return (request) => {
    const named = proxied.of(request)
    if (named?.actor) return named.actor
    const [, token] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? []
    const bearer = token === undefined ? undefined : ctx.tryUse(bearerRef)
    const bearing = token === undefined ? undefined : bearer?.(token, request)
    if (bearing) return bearing
    const session = sessions.of(request)
    const actor = session && people.actorOf(session.identity)
    if (actor) return actor
    if (named && !isPublic(request)) throw proxied.refusal(request, named.profile)
    return isOpen() ? guest : undefined
  }
}

function isPublic(request: FastifyRequest): boolean {
  return (request.routeOptions.config as { access?: string }).access === 'public'
}
