import { createHash } from 'node:crypto'
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
import type { CatalogOptions } from './config.ts'
import { type CatalogChanged, catalogChanged } from './contract.ts'
import { type CrawlLimits, type CrawlResult, crawl } from './crawl.ts'
import { createParser, type Parser } from './parser.ts'
import { rulesFor, ruleText } from './rules.ts'
import { createCrawlStore } from './store/crawl.ts'
import { includedElsewhere } from './store/inclusions.ts'
import { forgetFile } from './store/ingest.ts'
import { dropUnused } from './store/interned.ts'
import { settleProblems } from './store/references.ts'
import {
  type CountedSource,
  countSources,
  declareSources,
  expiredOrphans,
  filesOf,
  forgetSource,
  listSources,
  markFailed,
  markFinished,
  type SourceRow,
  unconfiguredSources,
} from './store/sources.ts'
import { chooseWinners, type Kinds, removeEntities } from './store/winners.ts'

export interface Crawler {
  /** Takes up the work: sources of the configuration are read and watched, those that are gone are let go. */
  start(): Promise<void>
  /** Asks for a source to be read soon. @throws PortalError `not_found` */
  refresh(actor: Actor, sourceId: string, requestId: string): Promise<void>
  /** Reads one source now; the job behind `refresh`. */
  crawl(sourceId: string, progress: Progress, signal: AbortSignal): Promise<CrawlResult | undefined>
  /** Takes away what nothing has defined for as long as orphans are kept. @returns how many went */
  sweep(): Promise<number>
  /** How many sources are being read. */
  readonly running: number
  sources(): Promise<CountedSource[]>
  sourceRows(): Promise<SourceRow[]>
  provider(sourceId: string): Provider | undefined
  /** The files of a source as they were last read; opened anew where nothing was read since the start. */
  tree(sourceId: string, signal: AbortSignal): Promise<SourceTree | undefined>
}

export const crawlerRef: ServiceRef<Crawler> = serviceRef('catalog.crawler')

/** Grows when the same file would be read differently: everything is read again then. */
const readerVersion = 2

/** A source that failed is tried again after this, if its own interval is not shorter. */
const rescue = '1m'

/** How long reading one source may take. */
const longest = '20m'

export function createCrawler(
  ctx: PluginContext,
  options: CatalogOptions,
  contributions: () => Contributions,
): Crawler {
  const running = new Map<string, Promise<unknown>>()
  let generation = 1
  const trees = new Map<string, SourceTree>()
  const readers = new Map<string, string>()
  const host = { data: ctx.use(dataFolder) }
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
  const providers = () => contributions().providers.map(({ spec }) => spec)
  const provider = (id: string) => providers().find((one) => one.id === id)
  const changed = (change: Omit<CatalogChanged, 'generation'>) =>
    ctx.emit(catalogChanged, { generation: ++generation, ...change })

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

  async function enqueue(sourceId: string, after?: Date): Promise<void> {
    await ctx.db.write((tx) =>
      ctx.jobs.enqueue(tx, 'crawl', { payload: { sourceId }, key: sourceId, ...(after && { after }) }),
    )
  }

  async function letGo(sourceId: string): Promise<void> {
    const paths = await filesOf(ctx.db.read, sourceId)
    await ctx.db.write(async (tx) => {
      const refs: string[] = []
      for (const path of paths) refs.push(...(await forgetFile(tx, sourceId, path)))
      await chooseWinners(tx, refs, { revision: 'removed from the configuration', kinds: kinds(), clock: ctx })
      const shown = await settleProblems(tx, new Set(refs), ctx)
      await forgetSource(tx, sourceId)
      changed({ refs, shown, content: true })
    })
    ctx.log.info({ source: sourceId, files: paths.length }, 'A source is no longer in the configuration')
  }

  async function readSource(one: Provider, progress: Progress, signal: AbortSignal): Promise<CrawlResult> {
    const tree = await one.open(signal, { ...host, offline: false })
    trees.set(one.id, tree)
    const limits = { maxFileBytes: options.maxFileBytes, maxFiles: options.maxFiles }
    const reader = readerOf(kinds(), ruleText(one, options.rules), one, limits)
    const lastReader = readers.get(one.id)
    const store = createCrawlStore({ db: ctx.db, kinds: kinds(), reader, lastReader, clock: ctx, changed })
    const haste = createHaste()
    const reading = crawl({
      provider: one,
      tree,
      parser: parserOf(),
      store,
      kinds: kinds(),
      limits,
      rules: rulesFor(one, options.rules),
      sources: providers(),
      treeOf,
      haste,
      progress,
      signal,
      log: ctx.log,
    })
    const result = await reading.finally(() => haste.end())
    readers.set(one.id, reader)
    return result
  }

  async function removeForGood(refs: readonly string[]): Promise<void> {
    await ctx.db.write(async (tx) => {
      await removeEntities(tx, refs, 'swept', ctx)
      const shown = await settleProblems(tx, new Set(refs), ctx)
      changed({ refs, shown, content: true })
    })
    ctx.log.info({ entities: refs.length }, 'Removed entities that nothing defines any more')
  }

  async function readOnce(one: Provider, progress: Progress, signal: AbortSignal): Promise<CrawlResult> {
    const began = ctx.now()
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(milliseconds(longest))])
      const result = await readSource(one, progress, deadline)
      const ended = ctx.now()
      const took = ended.getTime() - began.getTime()
      await ctx.db.write(async (tx) => {
        await markFinished(tx, one.id, ended, took)
        await comeAgain(tx, one, ended, false)
      })
      if (result.read > 0) ctx.log.info({ source: one.id, ...result, ms: took }, 'Read a source')
      await tellIncluding(one.id)
      return result
    } catch (error) {
      // The portal stops: the job waits for the next start, and the source is not to blame.
      if (signal.aborted) throw error
      const hint = error instanceof PortalError ? error.hint : undefined
      await ctx.db.write(async (tx) => {
        await markFailed(tx, one.id, ctx.now(), messageOf(error), hint)
        await comeAgain(tx, one, ctx.now(), true)
      })
      throw error
    }
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
    if (opened) trees.set(sourceId, opened)
    return opened
  }

  async function comeAgain(tx: Transaction, one: Provider, from: Date, didFail: boolean): Promise<void> {
    const after = nextTime(one, from, didFail)
    await ctx.jobs.enqueue(tx, 'crawl', { payload: { sourceId: one.id }, key: one.id, after })
    changed({ refs: [], shown: [], content: false })
  }

  function nextTime(one: Provider, from: Date, didFail: boolean): Date {
    const every = milliseconds(one.every ?? options.every)
    return new Date(from.getTime() + (didFail ? Math.min(every, milliseconds(rescue)) : every))
  }

  return {
    get running() {
      return running.size
    },

    async start() {
      await declareSources(ctx.db, providers())
      const isNew = (await listSources(ctx.db.read)).some(({ okAt }) => okAt === null)
      if (isNew) parserOf().warm()
      for (const { id } of await unconfiguredSources(ctx.db.read)) await letGo(id)
      for (const one of providers()) {
        await enqueue(one.id)
        void watch(one)
      }
    },

    async refresh(actor, sourceId, requestId) {
      if (!provider(sourceId)) throw new PortalError('not_found', `There is no source called ${sourceId}`)
      await ctx.db.write(async (tx) => {
        await ctx.jobs.enqueue(tx, 'crawl', { payload: { sourceId }, key: sourceId })
        await ctx.audit(tx, { action: 'catalog.refresh', actor, target: sourceId, requestId })
      })
    },

    async crawl(sourceId, progress, signal) {
      const one = provider(sourceId)
      if (!one) return undefined
      // Two crawls of one source would undo each other's work: the later one waits and finds nothing new.
      const earlier = running.get(sourceId)
      const turn = (earlier ?? Promise.resolve()).then(() => readOnce(one, progress, signal))
      const ended = turn.catch(() => undefined)
      running.set(sourceId, ended)
      try {
        return await turn
      } finally {
        if (running.get(sourceId) === ended) running.delete(sourceId)
      }
    },

    async sweep() {
      const until = new Date(ctx.now().getTime() - milliseconds(options.keepOrphans))
      const refs = await expiredOrphans(ctx.db.read, until)
      if (refs.length > 0) await removeForGood(refs)
      for (let at: number | undefined = 0; at !== undefined; ) at = await ctx.db.write(dropUnusedFrom(at))
      return refs.length
    },

    sources: () => countSources(ctx.db.read),
    sourceRows: () => listSources(ctx.db.read),
    provider,

    tree: treeOf,
  }
}

const dropUnusedFrom = (after: number) => (tx: Transaction) => dropUnused(tx, after)

/** Other kinds, checks, rules, limits or links read the same file differently, and other globs read other files. */
function readerOf({ kinds, processors }: Kinds, rules: string, provider: Provider, limits: CrawlLimits): string {
  const links = [provider.locationOf(''), provider.viewUrl?.('x') ?? '', provider.editUrl?.('x') ?? '']
  const own = [rules, ...provider.paths, ...links, JSON.stringify(limits)]
  const parts = [String(readerVersion), ...kinds.keys(), ...processors.map(({ id }) => id), ...own]
  return createHash('sha1').update(parts.join('\n')).digest('hex').slice(0, 12)
}
