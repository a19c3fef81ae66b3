import type { Actor } from '../../api/actor.ts'
import type { Entity } from '../../api/entity.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import type { Rulebook } from './rules/decide.ts'
import type { Explanation } from './rules/explain.ts'

/** Whom an identity, a row of somebody who has signed in once, stands for now. */
export interface Who {
  /** Undefined for who would not get in any more: a disabled account, somebody who left the catalog. */
  actorOf(identity: string): Actor | undefined
  /** The identities of the same person: several where somebody has several ways to sign in. */
  identitiesOf(actor: Actor): readonly string[]
  /** Accounts, administrators or identities have changed: everybody is looked up anew. */
  forget(): void
}

export const whoRef: ServiceRef<Who> = serviceRef('access.who')

/** Whether there is anybody who may do everything; as long as there is not, everybody may be the guest. */
export interface Administrators {
  exist(): boolean
}

export const administratorsRef: ServiceRef<Administrators> = serviceRef('access.administrators')

/** The rules in force, for those who show them and say why. */
export interface Rules {
  book: Rulebook
  /** Decides as the portal does, and says by which rule. */
  explain(actor: Actor, permission: string, entity?: Entity): Explanation
  /** What about the rules needs attention, in sentences: names that the catalog does not have. */
  notes(): readonly string[]
}

export const rulesRef: ServiceRef<Rules> = serviceRef('access.rules')
