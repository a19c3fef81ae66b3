import { posix } from 'node:path'
import picomatch from 'picomatch'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { Log, Progress } from '../../api/plugin.ts'
import type { Provider } from '../../api/provider.ts'
import type { SourceTree, TreeEntry } from '../../api/source-tree.ts'
import { giveWay } from '../../platform/attendance.ts'
import type { Haste } from '../../platform/haste.ts'
import type { Addresses } from './addresses.ts'
import { createInclusions } from './inclusions.ts'
import { isCodeowners } from './infer/codeowners.ts'
import { type LocationIn, type LocationProblem, type Target, targetsOf } from './locations.ts'
import type { DocumentProblem } from './model/problem.ts'
import { elsewhereOf, type NamedElsewhere } from './named-elsewhere.ts'
import type { ParsedFile, Parser } from './parser.ts'
import type { ReadUrl } from './placeholder-targets.ts'
import { processFile } from './process.ts'
import type { ReadFile } from './reading.ts'
import type { RuleCheck } from './rules.ts'
import type { CrawlStore, KnownFile } from './store/crawl.ts'
import type { Kinds } from './store/winners.ts'

/** Milliseconds of work after which pages go first, for so many. */
const breath = 5
const courtesy = 20

export interface CrawlLimits {
  maxFileBytes: number
  maxFiles: number
}

export interface CrawlArgs {
  provider: Provider
  tree: SourceTree
  parser: Parser
  store: CrawlStore
  kinds: Kinds
  limits: CrawlLimits
  /** What the source may define; everything unless given. */
  rules?: RuleCheck | undefined
  /** Every source of the portal, and its files: a placeholder may name one of them by its address. */
  sources?: readonly Provider[]
  treeOf?(sourceId: string, signal: AbortSignal): Promise<SourceTree | undefined>
  /** Fetches what a placeholder names by an address that no source has; without it, such an address is refused. */
  readUrl?: ReadUrl
  /** What absolute targets of Locations lead to; without it they are not followed. */
  addresses?: Addresses
  /** What Locations of other sources name here; read as well. */
  named?: readonly NamedElsewhere[]
  /** Looks through the files although the revision is the one that was read. */
  again?: boolean
  haste: Haste
  /** Reads files again even where their content is known. */
  full?: boolean
  progress: Progress
  signal: AbortSignal
  log: Log
}

export interface CrawlResult {
  revision: string
  files: number
  /** Files whose content was new. */
  read: number
  /** Entities that nothing defines any more. */
  removed: number
  /** Entities that would have gone, had it not been so many: somebody is asked. */
  held: number
}

export interface Crawled extends CrawlResult {
  /** What its Locations name in other sources; undefined where nothing was looked through. */
  elsewhere: readonly NamedElsewhere[] | undefined
}

/** A file to be read, and how the crawl came to it. */
interface Wanted {
  entry: TreeEntry
  parent: string | undefined
}

const batchFiles = 64
const batchBytes = 400_000

/**
 * Reads one source: **discover** the files that its globs name, **read** those whose content is new, **parse**
 * and **validate** them off the main thread, **process** what they say, **store** it in small transactions, and
 * follow the Locations among them to further files. What is not found any more is forgotten at the end.
 */
export async function crawl(args: CrawlArgs): Promise<Crawled> {
  const { provider, tree, parser, store, kinds, limits, rules, progress, signal, named = [] } = args
  const { revision } = tree
  const unchanged = args.full || args.again ? undefined : await store.unchanged(provider, revision)
  if (unchanged !== undefined) {
    return { revision, files: unchanged, read: 0, removed: 0, held: 0, elsewhere: undefined }
  }
  progress(0, undefined, 'listing')
  await tree.prefetch?.(anyOf(matcher(provider.paths), isCodeowners, ...named.map(matcherOf)), signal)
  const listing = listingOf(await tree.list(undefined, signal))
  const known = await store.begin(provider, tree.revision, args.full ?? false)
  const inclusions = createInclusions(inclusionArgs(args, listing))
  const outdated = await inclusions.outdated(known)
  const first = new Set([...listing.matching(provider.paths), ...named.flatMap((target) => entriesOf(target, listing))])
  const queue: Wanted[] = [...first].map((entry) => ({ entry, parent: undefined }))
  // By which of the files that its globs name the crawl came to each.
  const reached = new Map(queue.map(({ entry }) => [entry.path, entry.path]))
  const misses: LocationProblem[] = []
  const lost: ReadFile[] = []
  const elsewhere: NamedElsewhere[] = []
  let [done, read] = [0, 0]
  // While one batch is stored on this thread, the worker parses the next.
  let storing: Promise<void> = Promise.resolve()

  for (const { isGlob, required, pattern, ref } of named) if (required && !isGlob) await keepVanished(pattern, { ref })
  while (queue.length > 0) {
    signal.throwIfAborted()
    const batch = takeBatch(queue)
    const [unchanged, changed] = split(batch, known, outdated)
    const contents = await readFiles(tree, changed, limits, signal)
    args.haste.spend(sizeOf(changed))
    const parsed = await parser.parse(contents, signal)
    await followAll(unchanged.flatMap(({ entry }) => known.get(entry.path)?.locations ?? []))
    for await (const portion of inclusions.finished(parsed)) {
      const files: ReadFile[] = []
      for (let [at, from] = [0, performance.now()]; at < portion.length; at++) {
        const file = portion[at] as ParsedFile
        files.push(processFile(file, { provider, kinds, rules, origin: reached.get(file.path) }))
        if (performance.now() - from < breath) continue
        await giveWay(courtesy)
        from = performance.now()
      }
      await followAll(files.flatMap(locationsIn))
      await storing
      storing = store.put(files)
      storing.catch(() => undefined)
      read += files.length
    }
    done += batch.length
    progress(done, done + queue.length, 'reading')
  }

  progress(0, undefined, 'storing')
  await storing
  await store.put(lost)
  if (reached.size >= limits.maxFiles) {
    args.log.warn({ source: provider.id, files: reached.size }, 'A source leads to more files than are read')
  }
  const lostOnes = await store.finish(
    [...known.keys()].filter((path) => !reached.has(path)),
    misses,
    tree.warnings ?? [],
  )
  return { revision, files: reached.size, read, ...lostOnes, elsewhere }

  async function followAll(locations: readonly LocationIn[]): Promise<void> {
    const added: Wanted[] = []
    for (const location of locations) {
      const { found, vanished, problems, others } = follow(location, args, listing)
      elsewhere.push(...others)
      misses.push(...problems, ...(await missesElsewhere(location, others, args)))
      for (const path of vanished) await keepVanished(path, location)
      for (const wanted of found) {
        if (reached.has(wanted.entry.path) || reached.size >= limits.maxFiles) continue
        reached.set(wanted.entry.path, reached.get(location.path) ?? location.path)
        added.push(wanted)
      }
    }
    queue.push(...(await brought(tree, added, signal)))
  }

  /** As in the reference, a file that a Location still names is no orphan when it is gone: what it defined stays. */
  async function keepVanished(path: string, by: { path?: string; ref: string }): Promise<void> {
    const file = known.get(path)
    if (!file || reached.has(path)) return
    const { path: parent, ref } = by
    reached.set(path, parent === undefined ? path : (reached.get(parent) ?? parent))
    lost.push({ path, blob: '', parent, documents: [], problems: [gone(path, ref)], unreadable: true })
    await followAll(file.locations)
  }
}

function inclusionArgs({ provider, tree, parser, kinds, limits, signal, ...args }: CrawlArgs, listing: Listing) {
  const { sources = [provider], treeOf = async () => undefined, readUrl, addresses } = args
  const { maxFileBytes } = limits
  return {
    provider,
    tree,
    listing,
    parser,
    kinds: kinds.kinds,
    sources,
    treeOf,
    ...(readUrl && { readUrl }),
    ...(addresses && { addresses }),
    maxFileBytes,
    signal,
  }
}

/** The files of a tree, to be found by path and by glob. */
interface Listing {
  at(path: string): TreeEntry | undefined
  matching(patterns: readonly string[]): TreeEntry[]
  /** Names of the files in the same folder. */
  beside(path: string): string[]
}

function listingOf(entries: readonly TreeEntry[]): Listing {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  return {
    at: (path) => byPath.get(path),
    matching: (patterns) => {
      const matches = matcher(patterns)
      return entries.filter(({ path }) => matches(path))
    },
    beside: (path) => {
      const folder = posix.dirname(path)
      return entries.flatMap((entry) => (posix.dirname(entry.path) === folder ? posix.basename(entry.path) : []))
    },
  }
}

function matcher(patterns: readonly string[]): (path: string) => boolean {
  return picomatch([...patterns], { dot: true })
}

const anyOf = (...checks: readonly ((path: string) => boolean)[]) => {
  return (path: string) => checks.some((holds) => holds(path))
}

function matcherOf({ isGlob, pattern }: Target): (path: string) => boolean {
  return isGlob ? matcher([pattern]) : (path) => path === pattern
}

/** What Locations lead to is fetched at once, where it must be; its size is known only then. */
async function brought(tree: SourceTree, wanted: readonly Wanted[], signal: AbortSignal): Promise<readonly Wanted[]> {
  if (!tree.prefetch || wanted.length === 0) return wanted
  const paths = new Set(wanted.map(({ entry }) => entry.path))
  await tree.prefetch((path) => paths.has(path), signal)
  const entries = new Map((await tree.list(undefined, signal)).map((entry) => [entry.path, entry]))
  return wanted.map((one) => ({ ...one, entry: entries.get(one.entry.path) ?? one.entry }))
}

function takeBatch(queue: Wanted[]): Wanted[] {
  let bytes = 0
  let count = 0
  while (count < queue.length && count < batchFiles && (count === 0 || bytes < batchBytes)) {
    bytes += queue[count]?.entry.size ?? 0
    count++
  }
  return queue.splice(0, count)
}

const sizeOf = (wanted: readonly Wanted[]) => wanted.reduce((sum, { entry }) => sum + entry.size, 0)

function split(
  batch: readonly Wanted[],
  known: ReadonlyMap<string, KnownFile>,
  outdated: ReadonlySet<string>,
): [Wanted[], Wanted[]] {
  const isKnown = ({ entry }: Wanted) => known.get(entry.path)?.blob === entry.blob && !outdated.has(entry.path)
  return [batch.filter(isKnown), batch.filter((wanted) => !isKnown(wanted))]
}

export interface FileContent extends Wanted {
  bytes: Uint8Array | undefined
  problem: DocumentProblem | undefined
}

async function readFiles(tree: SourceTree, wanted: readonly Wanted[], limits: CrawlLimits, signal: AbortSignal) {
  return Promise.all(
    wanted.map(async ({ entry, parent }): Promise<FileContent> => {
      try {
        const bytes = await tree.read(entry.path, { maxBytes: limits.maxFileBytes, signal })
        return { entry, parent, bytes, problem: undefined }
      } catch (error) {
        signal.throwIfAborted()
        return { entry, parent, bytes: undefined, problem: unreadable(error) }
      }
    }),
  )
}

function unreadable(error: unknown): DocumentProblem {
  const hint = error instanceof PortalError ? error.hint : undefined
  return { severity: 'error', code: 'file-unreadable', path: [], message: messageOf(error), ...(hint && { hint }) }
}

function gone(path: string, location: string): DocumentProblem {
  return {
    severity: 'error',
    code: 'file-unreadable',
    path: [],
    message: `${path} is not there any more, and ${location} still names it`,
    hint: 'Bring the file back, or take it out of the targets of that Location.',
  }
}

function locationsIn(file: ReadFile): LocationIn[] {
  return file.documents.flatMap(({ entity, ref, position }) =>
    entity?.kind === 'Location' && ref !== undefined ? [{ path: file.path, position, ref, entity }] : [],
  )
}

interface Followed {
  found: Wanted[]
  /** What it must lead to and what is not there. */
  vanished: string[]
  problems: LocationProblem[]
  /** What it names in other sources. */
  others: NamedElsewhere[]
}

/** The files that a Location names, and what it names in vain. */
function follow(location: LocationIn, { provider, addresses }: CrawlArgs, listing: Listing): Followed {
  const { targets, problems } = targetsOf(location.entity, location.path, provider, addresses)
  const found: Wanted[] = []
  const vanished: string[] = []
  for (const target of targets) {
    if (target.sourceId !== undefined) continue
    const entries = entriesOf(target, listing)
    found.push(...entries.map((entry) => ({ entry, parent: location.path })))
    if (entries.length > 0 || !target.required) continue
    problems.push(missing(target))
    if (!target.isGlob) vanished.push(target.pattern)
  }
  const others = elsewhereOf(targets, location.ref)
  return { found, vanished, problems: problems.map((problem) => ({ ...location, problem })), others }
}

function entriesOf({ isGlob, pattern }: Target, listing: Listing): TreeEntry[] {
  return isGlob ? listing.matching([pattern]) : [listing.at(pattern) ?? []].flat()
}

/** Those are read by their own source; a Location is told what is not there, as far as that can be known now. */
async function missesElsewhere(location: LocationIn, named: readonly NamedElsewhere[], args: CrawlArgs) {
  const misses: LocationProblem[] = []
  for (const target of named) {
    if (!target.required || (await isThere(target, args))) continue
    misses.push({
      ...location,
      problem: missing(
        target,
        args.sources?.find(({ id }) => id === target.sourceId),
      ),
    })
  }
  return misses
}

async function isThere(target: NamedElsewhere, { treeOf, signal }: CrawlArgs): Promise<boolean> {
  try {
    const tree = await treeOf?.(target.sourceId, signal)
    if (!tree) return true
    if (!target.isGlob) return (await tree.stat(target.pattern)) !== undefined
    const isMeant = matcherOf(target)
    return (await tree.list(undefined, signal)).some(({ path }) => isMeant(path))
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof PortalError)) throw error
    return error.code !== 'invalid' // It leads out of that source; that it cannot be opened is told with the source.
  }
}

function missing({ written, field, isGlob, pattern }: Target, other?: Provider): DocumentProblem {
  const where = other ? `the source ${other.title}` : 'this source'
  return {
    severity: 'error',
    code: 'target-not-found',
    path: field,
    message: isGlob ? `No file of ${where} matches ${written}` : `There is no file ${pattern} in ${where}`,
    hint: 'Correct the target, or write presence: optional if it may be absent.',
  }
}
