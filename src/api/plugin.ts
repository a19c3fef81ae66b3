import type { Actor } from './actor.ts'
import type { Database, Transaction } from './database.ts'
import type { Entity } from './entity.ts'
import type { FactSpec } from './fact.ts'
import type { HttpClient } from './http-client.ts'
import type { KindSpec } from './kind.ts'
import type { Processor, Provider } from './provider.ts'
import type { Route } from './route.ts'
import type { SearchSource } from './search.ts'
import type { SettingsSection } from './settings.ts'
import type { Duration } from './time.ts'
import type { EventRef, ServiceRef } from './wiring.ts'

/**
 * A plugin is a plain object: data first, `setup` for the rest. Ids are unique within the plugin and get its
 * name as prefix.
 */
export interface Plugin {
  /** Lower case, letters, digits and hyphens; also the prefix of its tables, permissions and DOM ids. */
  name: string
  apiVersion: 1
  /** What `/admin/plugins` shows; secrets are masked. */
  options?: object
  permissions?: Record<string, PermissionSpec>
  routes?: readonly Route[]
  nav?: readonly NavItem[]
  homeCards?: readonly HomeCard[]
  entityTabs?: readonly EntityTab[]
  entityCards?: readonly EntityCard[]
  facts?: readonly FactSpec[]
  kinds?: readonly KindSpec[]
  providers?: readonly Provider[]
  processors?: readonly Processor[]
  searchSources?: readonly SearchSource[]
  settings?: readonly SettingsSection[]
  jobs?: readonly JobSpec[]
  commands?: readonly Command[]
  tables?: TablesSpec
  /** Folder that holds the plugin's views, absolute. `costs/table` is `table.eta` in the folder of plugin `costs`. */
  views?: string
  setup?(ctx: PluginContext): void | Promise<void>
}

export interface PermissionSpec {
  /** `entity`: decided for each entity; `portal`: for the portal as a whole. */
  on: 'entity' | 'portal'
  /** One sentence for the person who writes the rules. */
  description: string
  /** Only looks, and harms nobody: whoever is signed in has it, where no rule names it. So has every `….read` that does not say `false` here. */
  reads?: boolean
  /** Another permission that decides where no rule names this one. */
  default?: string
}

export interface NavItem {
  id: string
  title: string
  href: string
  /** Name of an icon in `public/icons`. */
  icon: string
  permission: string
  /**
   * `main` is always in sight, `more` stands below it, `end` at the bottom; `admin` is a tab of the administration, and
   * its page is shown `within: 'admin'`; `palette` is only found by searching.
   */
  group?: 'main' | 'more' | 'end' | 'admin' | 'palette'
  /** Further words under which the palette finds it, such as `crawl refresh`. */
  words?: string
  /** A number beside the title, from memory or one indexed query: it is asked for on every page. */
  count?(args: { actor: Actor; ctx: PluginContext }): Promise<number | undefined> | number | undefined
}

export interface LoadArgs {
  actor: Actor
  ctx: PluginContext
  /** Aborts when the time allowed is over. */
  signal: AbortSignal
}

export interface HomeCard<T extends object = object> {
  id: string
  title: string
  permission: string
  /**
   * `waiting`: above all else, what its reader should do something about; a card without anything leaves itself out.
   * `main` is the wide column, `side` the narrow one, `organisation` below what is the reader's own.
   */
  place?: 'waiting' | 'main' | 'side' | 'organisation'
  /** A built-in view (`table`, `facts`, `tree`) or one of the plugin's own, such as `costs/table`. */
  view: string
  load(args: LoadArgs): Promise<T | undefined> | T | undefined
}

export interface EntityTab<T extends object = object> {
  /** Last segment of the tab's address. */
  id: string
  title: string
  permission: string
  when?(entity: Entity): boolean
  view: string
  load(args: LoadArgs & { entity: Entity; query: Record<string, string | undefined> }): Promise<T> | T
}

export interface EntityCard<T extends object = object> {
  id: string
  title: string
  permission: string
  place?: 'main' | 'side'
  when?(entity: Entity): boolean
  view: string
  /** `undefined` leaves the card out. */
  load(args: LoadArgs & { entity: Entity }): Promise<T | undefined> | T | undefined
  /**
   * What it shows beside the entity and what the catalog has for the actor: as long as the answer is the same, so are the
   * props. To be answered from memory, it is asked for with every page. Without it, or with `undefined`, it is loaded
   * each time.
   */
  version?(args: LoadArgs & { entity: Entity }): Promise<string | undefined> | string | undefined
}

export interface JobSpec<P = unknown> {
  id: string
  /** How often it runs by itself, with a jitter of 10 %. */
  every?: Duration
  /** How long one attempt may take; 10 minutes unless told otherwise. */
  timeout?: Duration
  /** Attempts before it is given up; 5 unless told otherwise. */
  attempts?: number
  /** How many of this kind may run at once; 1 unless told otherwise. */
  limit?: number
  run(args: { payload: P; ctx: PluginContext; signal: AbortSignal; progress: Progress }): Promise<void>
}

/** Says how far long work has come; written at most twice a second. */
export type Progress = (done: number, total: number | undefined, what: string) => void

export interface Command {
  name: string
  /** One line for `callboard help`. */
  summary: string
  usage?: string
  /**
   * What it needs of the portal. `nothing`: it runs anywhere, before any `setup`, and `ctx.db` throws. `read`: the
   * database, read only, so it may run beside the running portal. `data`, unless told otherwise: the data folder for itself.
   * `portal`: the running portal, which does the work, and where none runs the data folder for itself.
   */
  needs?: 'nothing' | 'read' | 'data' | 'portal'
  /** @returns the exit code */
  run(args: {
    argv: readonly string[]
    ctx: PluginContext
    print(line: string): void
    /** The running portal, for a command that needs `portal`. Then `ctx` is that of one that needs `nothing`. */
    portal?: RunningPortal
  }): Promise<number>
}

/** A portal that runs on the same data folder, asked with the rights of whoever may read that folder. */
export interface RunningPortal {
  /**
   * Asks a path of it and takes JSON for an answer.
   *
   * @throws PortalError with the code, message and hint that the portal answered with; `upstream` when it did not answer
   */
  ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown>
}

export interface TablesSpec {
  /** Folder with drizzle-kit's SQL and journal, absolute. */
  migrations: string
}

export interface AuditLine {
  /** `catalog.refresh`: the noun and verb of what was done. */
  action: string
  actor: Actor
  /** On what: a reference, a job, a source. */
  target: string
  requestId?: string
  /** From where; unless given, where the request with this id was sent from, while that is being answered. */
  address?: string
  result?: 'ok' | 'denied' | 'failed'
  /** Where something was changed: the same fields of it, without secrets, as they were and as they are now. */
  before?: object | undefined
  after?: object | undefined
  detail?: object
}

export interface Log {
  debug(detail: object | string, message?: string): void
  info(detail: object | string, message?: string): void
  warn(detail: object | string, message?: string): void
  error(detail: object | string, message?: string): void
}

export interface Jobs {
  /**
   * Adds a job in the transaction of what it is about. `key` keeps at most one waiting job of that key.
   * @returns the id of the new or the waiting job
   */
  enqueue(tx: Transaction, id: string, options?: { payload?: unknown; key?: string; after?: Date }): Promise<string>
}

/** What a plugin gets of the portal, scoped to that plugin. */
export interface PluginContext {
  readonly plugin: string
  readonly db: Database
  readonly log: Log
  readonly jobs: Jobs
  /** The one way out to other systems; every address is checked. */
  readonly http: HttpClient
  /** Writes an audit line in the transaction of the write it is about. */
  audit(tx: Transaction, line: AuditLine): Promise<void>
  /** @throws PortalError `forbidden` with the reason, or `unauthenticated` */
  authorize(actor: Actor, permission: string, entity?: Entity): void
  /** Whether the actor may; for what is offered or hidden. */
  allows(actor: Actor, permission: string, entity?: Entity): boolean
  /** @throws Error at start when nobody provides it, naming both sides */
  use<T>(service: ServiceRef<T>): T
  tryUse<T>(service: ServiceRef<T>): T | undefined
  provide<T>(service: ServiceRef<T>, implementation: T): void
  on<T>(event: EventRef<T>, listener: (payload: T) => void | Promise<void>): void
  emit<T>(event: EventRef<T>, payload: T): void
  /** Runs at the stop of the portal, last registered first. */
  onClose(close: () => void | Promise<void>): void
  now(): Date
  /** A new id: text, 20 characters, in the order of creation. */
  id(): string
}

const pluginName = /^[a-z][a-z0-9-]{0,31}$/

/**
 * Declares a plugin.
 *
 * @throws TypeError when the name is not lower-case letters, digits and hyphens
 * @example export const costs = () => definePlugin({ name: 'costs', apiVersion: 1, nav: [] })
 */
export function definePlugin(plugin: Plugin): Plugin {
  if (!pluginName.test(plugin.name)) {
    throw new TypeError(`Plugin name "${plugin.name}": use lower-case letters, digits and hyphens, at most 32`)
  }
  return plugin
}
