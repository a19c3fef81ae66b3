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
import { createCollector } from './collected.ts'
import type { CatalogOptions } from './config.ts'
import { type CatalogChanged, catalogChanged, sourceRead } from './contract.ts'
import { type CrawlResult, crawl } from './crawl.ts'
import type { Crawler, RefreshOptions, Registered } from './crawling.ts'
import { createDepartures, nothingAsked, otherSet, unknownSource } from './departures.ts'
import { withCompanion } from './entity-stock.ts'
import { heedingTree } from './heeding.ts'
import { createOpening } from './opening.ts'
import { createParser, type Parser } from './parser.ts'
import { readerOf } from './reader.ts'
import { createRemoteText } from './remote-text.ts'
import { rulesFor, ruleText } from './rules.ts'
import { createEntityIndex } from './search-documents.ts'
import { createSourceSet } from './source-set.ts'
import { type CrawlStore, createCrawlStore } from './store/crawl.ts'
import { includedElsewhere } from './store/inclusions.ts'
import { dropUnused } from './store/interned.ts'
import { locationsOf } from './store/locations.ts'
import { decideRemoval, findRemoval, listRemovals } from './store/removals.ts'
import {
  countSources,
  declareSources,
  expiredOrphans,
  findSource,
  listSources,
  markFailed,
  markFinished,
  unconfiguredSources,
} from './store/sources.ts'
import type { Kinds } from './store/winners.ts'

export type { Crawler } from './crawling.ts'

export const crawlerRef: ServiceRef<Crawler> = serviceRef('catalog.crawler')

/** A source that failed is tried again after this, if its own interval is not shorter. */
const rescue = '1m'

export function createCrawler(
  ctx: PluginContext,
  options: CatalogOptions,
  contributions: () => Contributions,
  registered: Registered,
): Crawler {
  const running = new Map<string, Promise<unknown>>()
  const stops = new Map<string, AbortController>()
  let generation = 1
  const trees = new Map<string, SourceTree>()
  const readers = new Map<string, string>()
  const forges = ctx.use(forgesRef)
  const host = { data: ctx.use(dataFolder), tokenFor: tokensOf(forges) }
  const results = new Map<string, CrawlResult>()
  const activities: Activities = createActivities(ctx.now)
  const limits = { maxFileBytes: options.maxFileBytes, maxFiles: options.maxFiles }
  const open = createOpening({ ...host, offline: false }, (sourceId) =>
    activities.report(sourceId, 'opening', 0, undefined),
  )
  let parser: Parser | undefined
  ctx.onClose(() => parser?.close())

  const index = withCompanion(ctx, createEntityIndex(ctx))
  const kinds = (): Kinds => ({
    kinds: new Map(contributions().kinds.map(({ spec }) => [spec.kind, spec])),
    processors: contributions().processors.map(({ spec }) => spec),
    index,
  })
  const parserOf = () => {
    parser ??= createParser({ log: ctx.log })
    return parser
  }
  const hosts = ctx.use(listedHosts)
  const set = createSourceSet({
    configured: () => contributions().providers.map(({ spec }) => spec),
    registered: () => registered.providers(),
    forges,
    hosts,
    locations: () => locationsOf(ctx.db.read),
    revision: (id) => trees.get(id)?.revision,
  })
  const provider = (id: string) => set.of(id)
  const changed = (change: Omit<CatalogChanged, 'generation'>) => {
    // Readings that find nothing new leave what is kept for pages as it is: with many sources one ends all the time.
    if (change.content) generation++
    ctx.emit(catalogChanged, { generation, ...change })
  }

  const departures = createDepartures({ ctx, kinds, changed })
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
      const namedHere = set.named.in(one.id)
      const reader = readerOf(kinds(), ruleText(one, options.rules), one, limits)
      const lastReader = readers.get(one.id)
      const removal = options.removal || undefined
      const store = createCrawlStore({ db: ctx.db, kinds: kinds(), reader, lastReader, clock: ctx, removal, changed })
      const { elsewhere, ...result } = await crawl({
        ...argsFor(one, tree, store, signal),
        sources: set.providers,
        addresses: set.addresses(),
        named: namedHere,
        again: set.named.isDue(one.id),
        haste,
        full,
        progress: told,
      })
      readers.set(one.id, reader)
      if (elsewhere) for (const other of set.named.read(one.id, elsewhere, namedHere)) await enqueue(other)
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

  function argsFor(one: Provider, tree: SourceTree, store: CrawlStore, signal: AbortSignal) {
    return {
      provider: one,
      tree: heedingTree(tree, signal),
      parser: parserOf(),
      store,
      kinds: kinds(),
      limits,
      rules: rulesFor(one, options.rules),
      treeOf,
      readUrl: createRemoteText({ http: ctx.http, hosts, forges }),
      signal,
      log: ctx.log,
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
    const taken = await ctx.db.write(async (tx) => {
      await markFinished(tx, one.id, at, took)
      await comeAgain(tx, one, nextTime(one, at))
      // Asked here, where what was read of the file is still known: the reader begins anew after each commit.
      return includedElsewhere(tx, one.id)
    })
    if (result.read > 0) ctx.log.info({ source: one.id, ...result, ms: took }, 'Read a source')
    if (result.held > 0) ctx.log.warn({ source: one.id, held: result.held }, 'Much of a source is missing and is kept')
    if (result.read > 0) ctx.emit(sourceRead, { sourceId: one.id })
    if (taken.length > 0) await tellIncluding(one.id, taken)
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
  async function tellIncluding(sourceId: string, taken: ReturnType<typeof includedElsewhere>): Promise<void> {
    const tree = trees.get(sourceId)
    const outdated = new Set<string>()
    for (const { by, included, blob } of taken) {
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
    set.opened(sourceId, tree.branch)
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

  /** Two that work on one source would undo each other's work: the later one waits. */
  async function inTurn<T>(sourceId: string, work: () => Promise<T>): Promise<T> {
    const turn = (running.get(sourceId) ?? Promise.resolve()).then(work)
    const ended = turn.catch(() => undefined)
    running.set(sourceId, ended)
    try {
      return await turn
    } finally {
      if (running.get(sourceId) === ended) running.delete(sourceId)
    }
  }

  function known(sourceId: string): Provider {
    const found = provider(sourceId)
    if (!found) throw unknownSource(sourceId)
    return found
  }

  return {
    get running() {
      return running.size
    },

    async start() {
      await declareSources(ctx.db, set.providers)
      const isNew = (await listSources(ctx.db.read)).some(({ okAt }) => okAt === null)
      if (isNew) parserOf().warm()
      for (const { id } of await unconfiguredSources(ctx.db.read))
        await departures.ofSource(id, registered.isLeaving(id))
      for (const one of set.providers) {
        await enqueue(one.id)
        void watch(one)
      }
    },

    declare: () => declareSources(ctx.db, set.providers),

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
      if (!provider(sourceId)) return undefined
      if (!running.has(sourceId)) activities.ask(sourceId)
      return inTurn(sourceId, async () => {
        // It may have gone while this waited for its turn.
        const one = provider(sourceId)
        if (!one) return undefined
        const stop = new AbortController()
        stops.set(sourceId, stop)
        try {
          return await readOnce(one, full, progress, AbortSignal.any([signal, stop.signal]))
        } catch (error) {
          if (!stop.signal.aborted) throw error
          return undefined // Somebody removed it meanwhile.
        }
      })
    },

    async rehearse(one, tree, { maxFiles, progress, signal }) {
      const { own, ...others } = set.with(one, tree.branch)
      const collector = createCollector()
      const args = { ...argsFor(own, tree, collector, signal), limits: { ...limits, maxFiles } }
      const addresses = others.addresses()
      const haste = createHaste()
      try {
        await crawl({ ...args, sources: others.providers, addresses, haste, progress })
      } finally {
        haste.end()
      }
      return { own, addresses, ...collector.found }
    },

    reload() {
      set.reload()
      for (const [sourceId, stop] of stops) if (!provider(sourceId)) stop.abort()
    },

    readSoon: (sourceId) => enqueue(sourceId),
    forget: (sourceId) => activities.forget(sourceId),

    async release(sourceId) {
      await inTurn(sourceId, () => departures.ofSource(sourceId, true))
      for (const known of [trees, readers, results, stops]) known.delete(sourceId)
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
    get providers() {
      return set.providers
    },

    tree: treeOf,
    opened: (sourceId) => trees.get(sourceId),
  }
}

const dropUnusedFrom = (after: number) => (tx: Transaction) => dropUnused(tx, after)
