import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import type { Policy } from '../permissions/policy.ts'
import type { Identify } from './identity.ts'

export interface StillHost {
  identify: Identify
  policy: Policy
  permission: string
  log: Logger
}

/**
 * Asks again, for an answer that goes on, whether whoever sent its request would get it now: with the same token or
 * session, in the same groups, with the same permission.
 */
export function stillHolds({ identify, policy, permission, log }: StillHost): (request: FastifyRequest) => boolean {
  return (request) => {
    try {
      const now = identify(request)
      if (!now || !request.actor || !isAsBefore(now, request.actor)) return false
      return policy.check(now, permission).allow
    } catch (error) {
      // A token that was revoked. Anything else is no reason to go on either.
      if (!(error instanceof PortalError))
        log.error({ err: error }, 'Whether an open page still may listen is not known')
      return false
    }
  }
}

function isAsBefore(now: Actor, before: Actor): boolean {
  return now === before || rightsOf(now) === rightsOf(before)
}

function rightsOf({ id, kind, groups, administrator = false, permissions }: Actor): string {
  return JSON.stringify([id, kind, groups, administrator, permissions])
}
