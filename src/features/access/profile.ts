import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../api/actor.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

/** What a way to sign in says of a person. */
export interface Profile {
  /** Id of the way: `github`, `oidc`, `local`, `proxy`. */
  provider: string
  /** What it calls this person for ever: `sub`, the number of a GitHub account, the name of a local one. */
  subject: string
  /** The user name there; names may be given to somebody else later. */
  login?: string
  name?: string
  email?: string
  /** Only an address that the provider has checked finds a User. */
  emailVerified?: boolean
  /** Annotations that the User entity of this person would carry, such as `github.com/user-login`. */
  annotations?: Readonly<Record<string, string>>
}

/** How the ways to sign in end. */
export interface SigningIn {
  /**
   * Finds the person in the catalog, makes a session and says so in the audit. A session that the browser had ends.
   *
   * @returns the headers of the answer, cookies among them
   * @throws PortalError `forbidden` when nobody in the catalog fits and strangers are not admitted; that is in the audit
   */
  signIn(request: FastifyRequest, profile: Profile): Promise<{ actor: Actor; cookies: string[] }>
  /** Writes into the audit that somebody did not get in. Never give it a password, code or token. */
  refused(request: FastifyRequest, refusal: Refusal): Promise<void>
}

export interface Refusal {
  provider: string
  /** Short and for the audit: `wrong nonce`. */
  reason: string
  /** As what they came, if that is known: a login, an account. */
  who?: string
}

export const signingInRef: ServiceRef<SigningIn> = serviceRef('access.signing-in')
