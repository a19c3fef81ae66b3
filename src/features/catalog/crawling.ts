import type { Actor } from '../../api/actor.ts'
import type { Progress } from '../../api/plugin.ts'
import type { Provider } from '../../api/provider.ts'
import type { SourceTree } from '../../api/source-tree.ts'
import type { Activity } from './activity.ts'
import type { Addresses } from './addresses.ts'
import type { Collected } from './collected.ts'
import type { CrawlResult } from './crawl.ts'
import type { Removal, RemovalDecision } from './store/removals.ts'
import type { CountedSource, SourceRow } from './store/sources.ts'

export interface Crawler {
  /** Takes up the work: sources of the configuration are read and watched, those that are gone are let go. */
  start(): Promise<void>
  /** Brings the sources in line with the configuration, and no more: for who reads them without serving. */
  declare(): Promise<void>
  /** Asks for a source to be read soon. @throws PortalError `not_found` */
  refresh(actor: Actor, sourceId: string, requestId: string, options?: RefreshOptions): Promise<void>
  /**
   * Decides whether what is missing from a source goes or stays.
   *
   * @throws PortalError `not_found` when nothing is asked, `conflict` when something else is missing by now
   */
  decide(actor: Actor, sourceId: string, answer: Answer, requestId: string): Promise<void>
  /** Reads one source now; the job behind `refresh`. */
  crawl(sourceId: string, progress: Progress, signal: AbortSignal, full?: boolean): Promise<CrawlResult | undefined>
  /** What is being done about a source, or has been asked for. */
  activity(sourceId: string): Activity | undefined
  /** What its last reading came to, if there was one since the start. */
  lastResult(sourceId: string): CrawlResult | undefined
  /**
   * Reads a source that is none yet, and writes nothing.
   *
   * @returns what would be written, and the source with the addresses that its files would have
   */
  rehearse(one: Provider, tree: SourceTree, options: RehearseOptions): Promise<Rehearsed>
  /** Sources were registered or begin to leave: those that leave are not read any more. */
  reload(): void
  /** Has a source read soon, without an audit line: one that was just registered. */
  readSoon(sourceId: string): Promise<void>
  /** Somebody took back what was asked for. */
  forget(sourceId: string): void
  /** Takes everything away that a source brought which is none any more, once it is not being read. */
  release(sourceId: string): Promise<void>
  /** Takes away what nothing has defined for as long as orphans are kept. @returns how many went */
  sweep(): Promise<number>
  /** How many sources are being read. */
  readonly running: number
  sources(): Promise<CountedSource[]>
  sourceRows(): Promise<SourceRow[]>
  /** Of which sources so much is missing that somebody is asked, or has decided. */
  removals(): Promise<Removal[]>
  provider(sourceId: string): Provider | undefined
  /** Those of the configuration and those that people registered. */
  readonly providers: readonly Provider[]
  /** The files of a source as they were last read; opened anew where nothing was read since the start. */
  tree(sourceId: string, signal: AbortSignal): Promise<SourceTree | undefined>
  /** The same where it was read since the start; nothing is opened for it. */
  opened(sourceId: string): SourceTree | undefined
}

export interface RefreshOptions {
  /** Reads every file again, also those that did not change. */
  full?: boolean
  after?: Date
  /** For the audit line. */
  detail?: object
}

export interface RehearseOptions {
  maxFiles: number
  progress: Progress
  signal: AbortSignal
}

export interface Rehearsed extends Collected {
  own: Provider
  /** What the addresses in its files would lead to. */
  addresses: Addresses
}

/** The sources beside those of the configuration. */
export interface Registered {
  providers(): readonly Provider[]
  /** Whether a source was one until somebody removed it: then what it defined goes for good. */
  isLeaving(sourceId: string): boolean
}

export interface Answer {
  decision: RemovalDecision
  /** Digest of what was missing when the question was read. */
  set: string
}
