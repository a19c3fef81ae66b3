import { posix } from 'node:path'
import { LRUCache } from 'lru-cache'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import type { Contributors, SourceTree } from '../../api/source-tree.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { forgesRef } from '../../platform/source/forges/forges-ref.ts'
import type { Crawler } from './crawler.ts'
import type { EntityRow } from './store/entity.ts'
import { createTurns } from './turns.ts'

/** The folder of an entity, in the tree of its source. */
export interface HistoryPlace {
  /** In the tree; empty where it is all of it. */
  folder: string
  /** The same in its repository. */
  shown: string
  hasHistory: boolean
  tree: Pick<SourceTree, 'contributors'>
  /** Equal as long as the same would be read. */
  key: string
  since: number
}

export type HistoryReading = { contributors: Contributors } | { error: PortalError }

/** Who works on what lies in the folders of entities, from the histories that are here already. Nothing is fetched. */
export interface ContributorReader {
  /** @returns undefined where the entity says that its code is elsewhere, or its source cannot be had */
  place(row: EntityRow, signal: AbortSignal): Promise<HistoryPlace | undefined>
  /** What was read before. Otherwise reading begins, unless many wait already. */
  known(place: HistoryPlace): HistoryReading | undefined
  read(place: HistoryPlace): Promise<HistoryReading>
}

export const contributorReaderRef: ServiceRef<ContributorReader> = serviceRef('catalog.contributors')

const day = 86_400_000
const most = { commits: 5_000, people: 200, atOnce: 2, waiting: 20 }
/** After which what went wrong is tried again. */
const again = 5 * 60_000

export function createContributorReader(ctx: PluginContext, crawler: Crawler): ContributorReader {
  const readings = new LRUCache<string, HistoryReading>({
    max: 2_000,
    maxSize: 40_000,
    sizeCalculation: (one) => 1 + ('contributors' in one ? one.contributors.people.length : 0),
  })
  const running = new Map<string, Promise<HistoryReading>>()
  const turns = createTurns(most.atOnce)
  const forges = ctx.use(forgesRef)
  const stop = new AbortController()
  ctx.onClose(() => stop.abort())

  async function readOnce({ key, folder, tree, since }: HistoryPlace): Promise<HistoryReading> {
    const giveBack = await turns.take(stop.signal)
    try {
      const options = { since, most: most.commits, signal: stop.signal }
      const found = (await tree.contributors?.(folder, options)) ?? { people: [], commits: 0, isPartial: false }
      const contributors = { ...found, people: found.people.slice(0, most.people) }
      readings.set(key, { contributors })
      return { contributors }
    } catch (thrown) {
      stop.signal.throwIfAborted()
      ctx.log.warn({ err: thrown, folder }, `Contributors could not be read: ${messageOf(thrown)}`)
      const error = thrown instanceof PortalError ? thrown : unreadable(thrown)
      readings.set(key, { error }, { ttl: again })
      return { error }
    } finally {
      giveBack()
    }
  }

  function read(place: HistoryPlace): Promise<HistoryReading> {
    const earlier = running.get(place.key)
    if (earlier) return earlier
    const reading = readOnce(place).finally(() => running.delete(place.key))
    running.set(place.key, reading)
    return reading
  }

  /** The folder that it says its code is in, where that is the repository of its own file. */
  function folderOf({ entity, path, sourceId }: EntityRow, tree: SourceTree): string | undefined {
    const beside = posix.dirname(path) === '.' ? '' : posix.dirname(path)
    const target = /^url:(.+)$/.exec(entity.metadata.annotations?.['backstage.io/source-location'] ?? '')?.[1]
    const provider = crawler.provider(sourceId)
    if (target === undefined || target === provider?.folderUrl?.(path)) return beside
    const said = locationOf(target)
    const repository = tree.repositoryOf?.(path)
    const url = repository?.url ?? provider?.repository
    if (!said || url === undefined) return beside
    if (!forges.sameRepository(said.repository.https, url)) return undefined
    const folder = provider?.pathOf?.(target) ?? said.path
    return posix.join(repository?.folder ?? '', said.kind === 'file' ? posix.dirname(folder) : folder)
  }

  function locationOf(target: string) {
    try {
      return forges.parse(target)
    } catch (error) {
      if (error instanceof PortalError) return undefined
      throw error
    }
  }

  return {
    async place(row, signal) {
      const tree = await openedTree(crawler, row.sourceId, signal)
      if (!tree) return undefined
      const stated = folderOf(row, tree)
      if (stated === undefined) return undefined
      const folder = stated === '.' ? '' : stated.replace(/\/$/, '')
      const root = tree.repositoryOf?.(row.path)?.folder ?? ''
      // To the day, so that what was read can be remembered.
      const since = Math.floor(ctx.now().getTime() / day) * day - 365 * day
      const key = [row.sourceId, tree.revision, since, folder].join('\n')
      const hasHistory = tree.contributors !== undefined
      return { folder, shown: posix.relative(root, folder), hasHistory, tree, key, since }
    },

    known(place) {
      const found = readings.get(place.key)
      const isBusy = running.size >= most.waiting
      // It never throws but at the stop of the portal.
      if (!found && !isBusy) void read(place).catch(() => undefined)
      return found
    },

    read: async (place) => readings.get(place.key) ?? read(place),
  }
}

/** The files of a source as they were last read; undefined where they cannot be had. */
export async function openedTree(
  crawler: Crawler,
  sourceId: string,
  signal: AbortSignal,
): Promise<SourceTree | undefined> {
  try {
    return await crawler.tree(sourceId, signal)
  } catch (error) {
    if (error instanceof PortalError) return undefined
    throw error
  }
}

function unreadable(cause: unknown): PortalError {
  return new PortalError('upstream', 'Its history cannot be read at the moment', {
    hint: 'It is tried again later; the log of the portal says more.',
    cause,
  })
}
