import type { Actor } from '../../api/actor.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

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

/** What about the rules needs attention, in sentences: names that the catalog does not have. */
export const ruleNotesRef: ServiceRef<() => readonly string[]> = serviceRef('access.rule-notes')
