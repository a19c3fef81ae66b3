import type { Transaction } from '../../api/database.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

export const severities = ['low', 'normal', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

/** Something to tell people. */
export interface NotificationDraft {
  /** Who sends it: the name of the plugin. */
  origin: string
  /**
   * References of users and groups; another entity stands for its owner. `everyone`, or `admins` for those who run the
   * portal.
   */
  recipients: 'everyone' | 'admins' | readonly string[]
  /** Users who are not told, such as the one who did it. */
  exclude?: readonly string[]
  /** One line, at most 200 characters. */
  title: string
  /** Plain text, at most 2,000 characters. */
  description?: string | undefined
  /** Where to go: a path of the portal, or an `http:` or `https:` address. */
  link?: string | undefined
  /** `normal` unless given. */
  severity?: Severity
  /** What people choose by; `<origin>.<what>`, `<origin>.general` unless given. */
  topic?: string
  /** What is told again under the same scope to the same recipients takes the place of what was told, and is unread again. */
  scope?: string | undefined
  /** Only what was told under the scope is changed; nobody is told again, and nothing is told for the first time. */
  quiet?: boolean
}

/** A topic, as the settings name it. */
export interface NotificationTopic {
  id: string
  title: string
  description: string
}

/** What plugins tell people by. */
export interface Notifications {
  /**
   * Tells people, in the transaction of what it is about where there is one.
   *
   * @returns the id of the notification; undefined for a quiet one that there is nothing to change of
   * @throws PortalError `invalid` that names what is wrong with the draft
   * @example await ctx.use(notificationsService).send({ origin: ctx.plugin, recipients: ['group:default/payments'], title: 'Costs doubled' }, tx)
   */
  send(draft: NotificationDraft, tx?: Transaction): Promise<string | undefined>
  /** What was told under a scope, to one of several recipients or to all, is over: it is done, and mail that waits is not sent. */
  settle(about: { origin: string; scope: string; recipients?: string }, tx?: Transaction): Promise<void>
  /** Gives a topic its name in the settings. To be called in `setup`. */
  declare(topic: NotificationTopic): void
}

export const notificationsService: ServiceRef<Notifications> = serviceRef('notifications.service')

/** Who is behind a reference; whoever keeps the organisation provides it. */
export interface Directory {
  /** The users among these, in the groups among these and in the groups below, and owners of what is neither. Full references. */
  reach(refs: readonly string[]): { groups: string[]; users: string[] }
  /** Where to write to, by reference: of these users, or of all. */
  addresses(users: readonly string[] | 'everyone'): ReadonlyMap<string, { name: string; email: string }>
}

export const directorySeam: ServiceRef<Directory> = serviceRef('notifications.directory')

/** An entity with its owner and its errors and warnings. */
export interface TroubledEntity {
  ref: string
  title: string
  href: string
  owner: string
  errors: number
  warnings: number
  /** The gravest first. */
  messages: readonly string[]
}

export interface WatchedSource {
  id: string
  title: string
  error: string | null
  hint: string | null
  /** Null while it can be read. */
  failedSince: number | null
  /** When it was last tried. */
  readAt: number | null
}

/** What the first senders tell of; whoever keeps the catalog provides it. */
export interface CatalogWatch {
  troubled(): readonly TroubledEntity[]
  sources(): Promise<readonly WatchedSource[]>
}

export const catalogWatchSeam: ServiceRef<CatalogWatch> = serviceRef('notifications.catalog-watch')
