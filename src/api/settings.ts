import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from './actor.ts'
import type { LoadArgs } from './plugin.ts'
import type { Reply } from './route.ts'
import { type ServiceRef, serviceRef } from './wiring.ts'

/**
 * A part of `/settings`. Its view may hold forms, which post to routes of its plugin; these redirect to `settingsPath`,
 * or answer with `settingsPages`.
 */
export interface SettingsSection<T extends object = object> {
  id: string
  title: string
  permission: string
  /** `browser` for what the browser alone keeps; `person`, unless told otherwise, for what is kept for its reader. */
  place?: 'browser' | 'person'
  /** A built-in view (`table`, `facts`, `tree`) or one of the plugin's own, such as `access/_sessions`. */
  view: string
  /** What it says after one of its forms, by the word that `settingsPath` is given: `{ saved: 'Your choice is saved.' }`. */
  messages?: Readonly<Record<string, string>>
  /** `undefined` leaves the section out. */
  load(args: SettingsArgs): Promise<T | undefined> | T | undefined
}

export interface SettingsArgs extends LoadArgs {
  request: FastifyRequest
  /** What a route of the section's own has to say, by `settingsPages`. */
  form?: object
}

/** What a route answers with that does not redirect: something to mend, or to be shown only once. */
export interface SettingsAnswer {
  actor: Actor
  /** `<plugin>.<id>` */
  section: string
  /** Given to the `load` of that section. */
  form: object
  /** 200 unless given. */
  status?: number
}

export interface SettingsPages {
  /** Sends the whole page, in which one section was told what became of its form. */
  answer(reply: Reply, answer: SettingsAnswer): Promise<FastifyReply>
}

export const settingsPages: ServiceRef<SettingsPages> = serviceRef('settings.pages')

/**
 * Where a section is, for the redirect after one of its forms.
 *
 * @param section `<plugin>.<id>`
 * @param message one of the words in its `messages`
 * @example reply.redirect(settingsPath('access.sessions', 'ended'), 303)
 */
export function settingsPath(section: string, message?: string): string {
  const query = message === undefined ? '' : `?said=${section}.${message}`
  return `/settings${query}#${sectionAnchor(section)}`
}

/** The id of a section's element. */
export const sectionAnchor = (section: string): string => `section-${section.replaceAll('.', '-')}`
