import type { Actor } from '../../../api/actor.ts'
import type { Entity } from '../../../api/entity.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import type { Rulebook } from './decide.ts'
import type { Explanation } from './explain.ts'

/** The rules in force, for those who show them and say why. */
export interface Rules {
  book: Rulebook
  /** Decides as the portal does, and says by which rule. */
  explain(actor: Actor, permission: string, entity?: Entity): Explanation
}

export const rulesRef: ServiceRef<Rules> = serviceRef('access.rules')
