import { createHash, timingSafeEqual } from 'node:crypto'
import type { Actor } from '../../api/actor.ts'
import type { Policy } from '../permissions/policy.ts'
import type { Identify } from './identity.ts'

/** Whoever can read the data folder: commands on the machine itself. They could change the database as well. */
export const operator: Actor = { id: 'command-line', kind: 'service', name: 'Command line', groups: [] }

/** Lets in who shows the key of this process, which stands in the data folder for its owner alone. */
export function withOperator(identify: Identify, key: string): Identify {
  const right = digest(`Bearer ${key}`)
  return (request) => {
    const given = request.headers.authorization
    return given !== undefined && timingSafeEqual(digest(given), right) ? operator : identify(request)
  }
}

/** The operator may do everything. */
export function withOperatorPolicy(policy: Policy): Policy {
  return {
    check: (actor, ...rest) => (actor === operator ? { allow: true } : policy.check(actor, ...rest)),
    scope: (actor, permission) => (actor === operator ? { kind: 'all' } : policy.scope(actor, permission)),
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()
