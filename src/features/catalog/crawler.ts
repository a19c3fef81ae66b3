import type { Actor } from '../../api/actor.ts'
import type { Transaction } from '../../api/database.ts'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { PluginContext, Progress } from '../../api/plugin.ts'
import type { Provider } from '../../api/provider.ts'
import type { SourceTree } from '../../api/source-tree.ts'
import { milliseconds } from '../../api/time.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import type { Contributions } from '../../platform/contributions.ts'
import { dataFolder } from '../../platform/data-folder.ts'
import { createHaste } from '../../platform/haste.ts'
import { listedHosts } from '../../platform/http-client/listed-hosts.ts'
import { forgesRef, tokensOf } from '../../platform/source/forges/forges-ref.ts'
import { type Activities, type Activity, createActivities } from './activity.ts'
import { createAddresses } from './addresses.ts'
import type { CatalogOptions } from './config.ts'
import { type CatalogChanged, catalogChanged } from './contract.ts'
import { type CrawlResult, crawl } from './crawl.ts'
import { createDepartures, nothingAsked, otherSet } from './departures.ts'
import { createForgeLinks, type ForgeLinks } from './forge-links.ts'
import { heedingTree } from './heeding.ts'
import { createNamedFiles, type NamedFiles } from './named-elsewhere.ts'
import { createOpening } from './opening.ts'
import { createParser, type Parser } from './parser.ts'
import { readerOf } from './reader.ts'
import { createRemoteText } from './remote-text.ts'
import { rulesFor, ruleText } from './rules.ts'
import { createCrawlStore } from './store/crawl.ts'
import { includedElsewhere } from './store/inclusions.ts'
import { dropUnused } from './store/interned.ts'
import { locationsOf } from './store/locations.ts'
import { decideRemoval, findRemoval, listRemovals, type Removal, type RemovalDecision } from './store/removals.ts'
import {
  type CountedSource,
  countSources,
  declareSources,
  expiredOrphans,
  findSource,
  listSources,
  markFailed,
  markFinished,
  type SourceRow,
  unconfiguredSources,
} from './store/sources.ts'
import type { Kinds } from './store/winners.ts'

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
  /** Takes away what nothing has defined for as long as orphans are kept. @returns how many went */
  sweep(): Promise<number>
  /** How many sources are being read. */
  readonly running: number
  sources(): Promise<CountedSource[]>
  sourceRows(): Promise<SourceRow[]>
  /** Of which sources so much is missing that somebody is asked, or has decided. */
  removals(): Promise<Removal[]>
  provider(sourceId: string): Provider | undefined
  /** The files of a source as they were last read; opened anew where nothing was read since the start. */
  tree(sourceId: string, signal: AbortSignal): Promise<SourceTree | undefined>
}

export interface RefreshOptions {
  /** Reads every file again, also those that did not change. */
  full?: boolean
  after?: Date
  /** For the audit line. */
  detail?: object
}

export interface Answer {
  decision: RemovalDecision
  /** Digest of what was missing when the question was read. */
  set: string
}

export const crawlerRef: ServiceRef<Crawler> = serviceRef('catalog.crawler')

/** A source that failed is tried again after this, if its own interval is not shorter. */
const rescue = '1m'

export function createCrawler(
  ctx: PluginContext,
  options: CatalogOptions,
  contributions: () => Contributions,
): Crawler {
  const running = new Map<string, Promise<unknown>>()
  let generation = 1
  const trees = new Map<string, SourceTree>()
  const readers = new Map<string, string>()
  const forges = ctx.use(forgesRef)
  const host = { data: ctx.use(dataFolder), tokenFor: tokensOf(forges) }
  const results = new Map<string, CrawlResult>()
  const activities: Activities = createActivities(ctx.now)
  const open = createOpening({ ...host, offline: false }, (sourceId) =>
    activities.report(sourceId, 'opening', 0, undefined),
  )
  let parser: Parser | undefined
  ctx.onClose(() => parser?.close())

  const kinds = (): Kinds => ({
    kinds: new Map(contributions().kinds.map(({ spec }) => [spec.kind, spec])),
    processors: contributions().processors.map(({ spec }) => spec),
  })
  const parserOf = () => {
    parser ??= createParser({ log: ctx.log })
    return parser
  }
  let links: ForgeLinks | undefined
  const linked = () => {
    const given = () => contributions().providers.map(({ spec }) => spec)
    links ??= createForgeLinks(given(), forges)
    return links
  }
  const hosts = ctx.use(listedHosts)
  let named: NamedFiles | undefined
  const providers = () => linked().providers
  const provider = (id: string) => linked().of(id)
  const changed = (change: Omit<CatalogChanged, 'generation'>) =>
    ctx.emit(catalogChanged, { generation: ++generation, ...change })

  const departures = createDepartures({ ctx, kinds, changed })
  const addresses = () => createAddresses({ sources: providers(), forges, hosts })
  const namedFiles = () => {
    const revision = (id: string) => trees.get(id)?.revision
    const locations = () => locationsOf(ctx.db.read)
    named ??= createNamedFiles({ locations, addresses: addresses(), provider, revision })
    return named
  }

  async function watch(one: Provider): Promise<void> {
    if (!one.watch) return
    const again = () => void enqueue(one.id).catch((error) => failed(error))
    const failed = (error: unknown) => {
      ctx.log.warn({ source: one.id, err: error }, `Changes of ${one.title} are not seen at once: ${messageOf(error)}`)
    }
    try {
      const close = await one.watch(again, failed)
      ctx.onClose(close)
      // What changed while the watch was being set up has not been told.
      again()
    } catch (error) {
      failed(error)
    }
  }

  async function enqueue(sourceId: string): Promise<void> {
    await ctx.db.write((tx) => ask(tx, sourceId))
    activities.ask(sourceId)
  }

  /** A full reading waits beside a usual one, which must not take its place. */
  async function ask(tx: Transaction, sourceId: string, { full, after }: RefreshOptions = {}): Promise<void> {
    const payload = { sourceId, ...(full && { full }) }
    const key = full ? `${sourceId} full` : sourceId
    await ctx.jobs.enqueue(tx, 'crawl', { payload, key, ...(after && { after }) })
  }

  async function readSource(one: Provider, full: boolean, told: Progress, stop: AbortSignal): Promise<CrawlResult> {
    const { tree, signal, giveBack } = await open(one, stop)
    const haste = createHaste()
    try {
      keep(one.id, tree)
      const namedHere = namedFiles().in(one.id)
      const limits = { maxFileBytes: options.maxFileBytes, maxFiles: options.maxFiles }
      const reader = readerOf(kinds(), ruleText(one, options.rules), one, limits)
      const lastReader = readers.get(one.id)
      const removal = options.removal || undefined
      const store = createCrawlStore({ db: ctx.db, kinds: kinds(), reader, lastReader, clock: ctx, removal, changed })
      const { elsewhere, ...result } = await crawl({
        provider: one,
        tree: heedingTree(tree, signal),
        parser: parserOf(),
        store,
        kinds: kinds(),
        limits,
        rules: rulesFor(one, options.rules),
        sources: providers(),
        treeOf,
        readUrl: createRemoteText({ http: ctx.http, hosts, forges }),
        addresses: addresses(),
        named: namedHere,
        again: namedFiles().isDue(one.id),
        haste,
        full,
        progress: told,
        signal,
        log: ctx.log,
      })
      readers.set(one.id, reader)
      if (elsewhere) for (const other of namedFiles().read(one.id, elsewhere, namedHere)) await enqueue(other)
      return result
    } catch (error) {
      // Whatever failed because the time was over: that it was over is what people must know.
      if (signal.aborted && !stop.aborted) throw signal.reason
      throw error
    } finally {
      haste.end()
      giveBack()
    }
  }

  async function readOnce(one: Provider, full: boolean, progress: Progress, signal: AbortSignal): Promise<CrawlResult> {
    const began = ctx.now()
    const ended = activities.begin(one.id)
    const told: Progress = (done, total, what) => {
      activities.report(one.id, what as Activity['phase'], done, total)
      progress(done, total, what)
    }
    try {
      await departures.ofMissing(one.id)
      const result = await readSource(one, full, told, signal)
      await finished(one, began, result)
      return result
    } catch (error) {
      // The portal stops: the job waits for the next start, and the source is not to blame.
      if (signal.aborted) throw error
      await failed(one, error)
      throw error
    } finally {
      ended()
    }
  }

  async function finished(one: Provider, began: Date, result: CrawlResult): Promise<void> {
    const at = ctx.now()
    const took = at.getTime() - began.getTime()
    results.set(one.id, result)
    await ctx.db.write(async (tx) => {
      await markFinished(tx, one.id, at, took)
      await comeAgain(tx, one, nextTime(one, at))
    })
    if (result.read > 0) ctx.log.info({ source: one.id, ...result, ms: took }, 'Read a source')
    if (result.held > 0) ctx.log.warn({ source: one.id, held: result.held }, 'Much of a source is missing and is kept')
    await tellIncluding(one.id)
  }

  async function failed(one: Provider, error: unknown): Promise<void> {
    const hint = error instanceof PortalError ? error.hint : undefined
    const known = await findSource(ctx.db.read, one.id)
    await ctx.db.write(async (tx) => {
      await markFailed(tx, one.id, ctx.now(), messageOf(error), hint)
      await comeAgain(tx, one, nextTry(one, ctx.now(), known?.failedSince ?? undefined))
    })
  }

  /** Sources that take something from files of this one, of which the content is another by now, are read again. */
  async function tellIncluding(sourceId: string): Promise<void> {
    const tree = trees.get(sourceId)
    const outdated = new Set<string>()
    for (const { by, included, blob } of includedElsewhere(ctx.db.read, sourceId)) {
      if (!tree || outdated.has(by) || !provider(by)) continue
      const entry = await tree.stat(included).catch(() => undefined)
      if ((entry?.blob ?? null) !== blob) outdated.add(by)
    }
    for (const by of outdated) await enqueue(by)
  }

  async function treeOf(sourceId: string, signal: AbortSignal): Promise<SourceTree | undefined> {
    const known = trees.get(sourceId)
    if (known) return known
    const opened = await provider(sourceId)?.open(signal, { ...host, offline: true })
    if (opened) keep(sourceId, opened)
    return opened
  }

  function keep(sourceId: string, tree: SourceTree): void {
    trees.set(sourceId, tree)
    if (linked().opened(sourceId, tree.branch)) namedFiles().reload()
  }

  async function comeAgain(tx: Transaction, one: Provider, after: Date): Promise<void> {
    await ctx.jobs.enqueue(tx, 'crawl', { payload: { sourceId: one.id }, key: one.id, after })
    changed({ refs: [], shown: [], content: false })
  }

  function nextTime(one: Provider, from: Date): Date {
    return new Date(from.getTime() + milliseconds(one.every ?? options.every))
  }

  /** A source that has failed for long is tried less and less often, but never less than its own interval. */
  function nextTry(one: Provider, from: Date, since: Date = from): Date {
    const pause = Math.max(from.getTime() - since.getTime(), milliseconds(rescue))
    return new Date(Math.min(from.getTime() + pause, nextTime(one, from).getTime()))
  }

  function known(sourceId: string): Provider {
    const found = provider(sourceId)
    if (!found) throw new PortalError('not_found', `There is no source called ${sourceId}`)
    return found
  }

  return {
    get running() {
      return running.size
    },

    async start() {
      await declareSources(ctx.db, providers())
      const isNew = (await listSources(ctx.db.read)).some(({ okAt }) => okAt === null)
      if (isNew) parserOf().warm()
      for (const { id } of await unconfiguredSources(ctx.db.read)) await departures.ofSource(id)
      for (const one of providers()) {
        await enqueue(one.id)
        void watch(one)
      }
    },

    declare: () => declareSources(ctx.db, providers()),

    async refresh(actor, sourceId, requestId, asked = {}) {
      known(sourceId)
      await ctx.db.write(async (tx) => {
        await ask(tx, sourceId, asked)
        const detail = { ...asked.detail, ...(asked.full && { full: true }) }
        await ctx.audit(tx, { action: 'catalog.refresh', actor, target: sourceId, requestId, detail })
      })
      activities.ask(sourceId)
    },

    async decide(actor, sourceId, { decision, set }, requestId) {
      known(sourceId)
      await ctx.db.write(async (tx) => {
        const removal = await findRemoval(tx, sourceId)
        if (!removal) throw nothingAsked(sourceId)
        if (removal.digest !== set) throw otherSet()
        await decideRemoval(tx, sourceId, { decision, decidedAt: ctx.now(), decidedBy: actor.name })
        const { count, total } = removal
        const detail = { decision, count, total }
        await ctx.audit(tx, { action: 'catalog.remove', actor, target: sourceId, requestId, detail })
        if (decision === 'apply') await ask(tx, sourceId)
        changed({ refs: [], shown: [], content: true })
      })
      if (decision === 'apply') activities.ask(sourceId)
    },

    async crawl(sourceId, progress, signal, full = false) {
      const one = provider(sourceId)
      if (!one) return undefined
      // Two crawls of one source would undo each other's work: the later one waits and finds nothing new.
      const earlier = running.get(sourceId)
      if (!earlier) activities.ask(sourceId)
      const turn = (earlier ?? Promise.resolve()).then(() => readOnce(one, full, progress, signal))
      const ended = turn.catch(() => undefined)
      running.set(sourceId, ended)
      try {
        return await turn
      } finally {
        if (running.get(sourceId) === ended) running.delete(sourceId)
      }
    },

    activity: (sourceId) => activities.of(sourceId),
    lastResult: (sourceId) => results.get(sourceId),

    async sweep() {
      const until = new Date(ctx.now().getTime() - milliseconds(options.keepOrphans))
      const refs = await expiredOrphans(ctx.db.read, until)
      if (refs.length > 0) await departures.ofOrphans(refs)
      for (let at: number | undefined = 0; at !== undefined; ) at = await ctx.db.write(dropUnusedFrom(at))
      return refs.length
    },

    sources: () => countSources(ctx.db.read),
    sourceRows: () => listSources(ctx.db.read),
    removals: () => listRemovals(ctx.db.read),
    provider,

    tree: treeOf,
  }
}

const dropUnusedFrom = (after: number) => (tx: Transaction) => dropUnused(tx, after)
