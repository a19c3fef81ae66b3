import picomatch from 'picomatch'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { Log, Progress } from '../../api/plugin.ts'
import type { Provider } from '../../api/provider.ts'
import type { SourceTree, TreeEntry } from '../../api/source-tree.ts'
import { type LocationIn, type LocationProblem, type Target, targetsOf } from './locations.ts'
import type { DocumentProblem } from './model/problem.ts'
import type { Parser } from './parser.ts'
import { processFile } from './process.ts'
import type { ReadFile } from './reading.ts'
import type { CrawlStore, KnownFile } from './store/crawl.ts'
import type { Kinds } from './store/winners.ts'

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
export async function crawl(args: CrawlArgs): Promise<CrawlResult> {
  const { provider, tree, parser, store, kinds, limits, progress, signal } = args
  const listing = listingOf(await tree.list(undefined, signal))
  const known = await store.begin(provider, tree.revision, args.full ?? false)
  const queue: Wanted[] = listing.matching(provider.paths).map((entry) => ({ entry, parent: undefined }))
  const reached = new Set(queue.map(({ entry }) => entry.path))
  const misses: LocationProblem[] = []
  let [done, read] = [0, 0]
  // While one batch is stored on this thread, the worker parses the next.
  let storing: Promise<void> = Promise.resolve()

  while (queue.length > 0) {
    signal.throwIfAborted()
    const batch = takeBatch(queue)
    const [unchanged, changed] = split(batch, known)
    const contents = await readFiles(tree, changed, limits, signal)
    const parsed = await parser.parse(contents, signal)
    const files = parsed.map((file) => processFile(file, { provider, kinds }))
    const locations = [
      ...files.flatMap(locationsIn),
      ...unchanged.flatMap(({ entry }) => known.get(entry.path)?.locations ?? []),
    ]
    for (const location of locations) {
      const { found, problems } = follow(location, provider, listing)
      misses.push(...problems)
      for (const wanted of found) {
        if (reached.has(wanted.entry.path) || reached.size >= limits.maxFiles) continue
        reached.add(wanted.entry.path)
        queue.push(wanted)
      }
    }
    await storing
    storing = store.put(files)
    storing.catch(() => undefined)
    done += batch.length
    read += files.length
    progress(done, done + queue.length, 'files')
  }

  await storing
  if (reached.size >= limits.maxFiles) {
    args.log.warn({ source: provider.id, files: reached.size }, 'A source leads to more files than are read')
  }
  await store.finish(
    [...known.keys()].filter((path) => !reached.has(path)),
    misses,
  )
  return { revision: tree.revision, files: reached.size, read }
}

/** The files of a tree, to be found by path and by glob. */
interface Listing {
  at(path: string): TreeEntry | undefined
  matching(patterns: readonly string[]): TreeEntry[]
}

function listingOf(entries: readonly TreeEntry[]): Listing {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  return {
    at: (path) => byPath.get(path),
    matching: (patterns) => {
      const matches = picomatch([...patterns], { dot: true })
      return entries.filter(({ path }) => matches(path))
    },
  }
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

function split(batch: readonly Wanted[], known: ReadonlyMap<string, KnownFile>): [Wanted[], Wanted[]] {
  const isKnown = ({ entry }: Wanted) => known.get(entry.path)?.blob === entry.blob
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

function locationsIn(file: ReadFile): LocationIn[] {
  return file.documents.flatMap(({ entity, ref, position }) =>
    entity?.kind === 'Location' && ref !== undefined ? [{ path: file.path, position, ref, entity }] : [],
  )
}

interface Followed {
  found: Wanted[]
  problems: LocationProblem[]
}

/** The files that a Location names, and what it names in vain. */
function follow(location: LocationIn, provider: Provider, listing: Listing): Followed {
  const { targets, problems } = targetsOf(location.entity, location.path, provider)
  const found: Wanted[] = []
  for (const target of targets) {
    const entries = target.isGlob ? listing.matching([target.pattern]) : [listing.at(target.pattern) ?? []].flat()
    found.push(...entries.map((entry) => ({ entry, parent: location.path })))
    if (entries.length === 0 && target.required) problems.push(missing(target))
  }
  return { found, problems: problems.map((problem) => ({ ...location, problem })) }
}

function missing({ written, field, isGlob, pattern }: Target): DocumentProblem {
  return {
    severity: 'error',
    code: 'target-not-found',
    path: field,
    message: isGlob ? `No file of this source matches ${written}` : `There is no file ${pattern} in this source`,
    hint: 'Correct the target, or write presence: optional if it may be absent.',
  }
}
