import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import type { Session, Sessions } from './sessions.ts'
import type { People } from './who.ts'

/** What people do with their own sessions. */
export interface OwnSessions {
  list(actor: Actor, request: FastifyRequest): { sessions: readonly Session[]; current: string | undefined }
  /** @returns whether it was the one of this request */
  revoke(actor: Actor, request: FastifyRequest, id: string): Promise<boolean>
  revokeOthers(actor: Actor, request: FastifyRequest): Promise<void>
  /** Ends every session of an identity: its account was disabled, its password changed. */
  revokeAll(actor: Actor, identity: string, requestId?: string): Promise<void>
  /** @returns the header that takes the cookie from the browser */
  signOut(request: FastifyRequest): Promise<string>
}

export const ownSessionsRef: ServiceRef<OwnSessions> = serviceRef('access.own-sessions')

export function createOwnSessions(
  ctx: PluginContext,
  { sessions, people }: { sessions: Sessions; people: People },
): OwnSessions {
  function list(actor: Actor, request: FastifyRequest) {
    const current = sessions.of(request)
    const own = current && people.actorOf(current.identity)?.id === actor.id ? current : undefined
    const identities = new Set([...people.identitiesOf(actor), ...(own ? [own.identity] : [])])
    return { sessions: sessions.list([...identities]), current: own?.id }
  }

  async function end(actor: Actor, ids: readonly string[], requestId: string | undefined): Promise<void> {
    const ended = await ctx.db.write(async (tx) => {
      const hashes = await sessions.end(tx, ids, 'revoked')
      const line = { action: 'access.session.revoke', actor, ...(requestId && { requestId }) }
      for (const target of ids) await ctx.audit(tx, { ...line, target })
      return hashes
    })
    sessions.forget(ended)
  }

  return {
    list,

    async revoke(actor, request, id) {
      const { sessions: own, current } = list(actor, request)
      if (!own.some((session) => session.id === id)) {
        throw new PortalError('not_found', 'You have no such session', { hint: 'It may have ended already.' })
      }
      await end(actor, [id], request.id)
      return id === current
    },

    async revokeOthers(actor, request) {
      const { sessions: own, current } = list(actor, request)
      await end(
        actor,
        own.map(({ id }) => id).filter((id) => id !== current),
        request.id,
      )
    },

    async revokeAll(actor, identity, requestId) {
      await end(
        actor,
        sessions.list([identity]).map(({ id }) => id),
        requestId,
      )
    },

    async signOut(request) {
      const session = sessions.of(request)
      if (session) {
        const actor = request.actor ?? { id: session.identity, kind: 'user', name: session.identity, groups: [] }
        const ended = await ctx.db.write(async (tx) => {
          const hashes = await sessions.end(tx, [session.id], 'signed-out')
          const line = { action: 'access.sign-out', actor, target: session.id, requestId: request.id }
          await ctx.audit(tx, line)
          return hashes
        })
        sessions.forget(ended)
      }
      return sessions.noCookie
    },
  }
}
