import type { FastifyRequest } from 'fastify'
import { PortalError } from '../../api/errors.ts'
import { type EventRef, eventRef, type ServiceRef, serviceRef } from '../../api/wiring.ts'

/** What pages and errors ask of sign-in. */
export interface SignIn {
  /** Whether the configuration lets everybody be the guest until there is an administrator. */
  readonly guest: boolean
  /** Whether everybody is the guest now. */
  isOpen(): boolean
  /** Where one signs in who wants to go on to this path; without being sent straight through whose session is over. */
  href(to: string, isOut?: boolean): string
  /** Where one signs in as somebody else; undefined where there is no other way to. */
  otherHref(to: string): string | undefined
  /** What the menu of the person offers; the addresses of forms that are posted among them. */
  menu(request: FastifyRequest): PersonMenu
  /** What `sessionsEnded` calls the session of a request; undefined for who has none. */
  sessionOf(request: FastifyRequest): string | undefined
}

export interface PersonMenu {
  signIn?: string
  /** Takes a POST. */
  signOut?: string
}

/** The seam that sign-in plugs its pages into. Without a provider nobody can sign in. */
export const signInSeam: ServiceRef<SignIn> = serviceRef('platform.sign-in')

/** Somebody said who they are and does not get in: that is no matter of what they may do. */
export class NotAdmitted extends PortalError {
  /** What stands above it on a page. */
  readonly title: string

  constructor(title: string, message: string, options: { hint?: string } = {}) {
    super('forbidden', message, options)
    this.title = title
  }
}

/** Sessions that are over before their time: what they still hold open is closed. */
export const sessionsEnded: EventRef<{ sessions: readonly string[] }> = eventRef('platform.sessions-ended')
