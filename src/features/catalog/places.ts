import { posix } from 'node:path'
import { LRUCache } from 'lru-cache'
import { PortalError } from '../../api/errors.ts'
import type { Log } from '../../api/plugin.ts'
import type { Crawler } from './crawler.ts'
import type { Locator } from './model/position.ts'
import type { Place } from './model/problem.ts'

/** A document in a file of a source. */
export interface DocumentAt {
  sourceId: string
  path: string
  position: number
  /** Tells this content from an earlier one. */
  etag: string
}

/** Where in its file something stands, and what stands there. */
export interface Located {
  text: string
  place(path: readonly (string | number)[], at?: 'key' | 'value'): Place | undefined
}

/** Finds lines and columns when somebody asks for them: they are computed from the file and not stored. */
export interface Places {
  /** @returns undefined when the file cannot be read any more */
  of(document: DocumentAt, signal: AbortSignal): Promise<Located | undefined>
  /** The text of any file of a source. @throws PortalError `not_found`, `invalid` when it is too large */
  text(sourceId: string, path: string, signal: AbortSignal): Promise<string>
}

const largest = 2_000_000

/** Whoever sees an entity sees the files beside and below its own, and no others of the source. */
export function isBeside(file: string, own: string): boolean {
  const folder = posix.dirname(own)
  return folder === '.' || posix.normalize(file).startsWith(`${folder}/`)
}

export function createPlaces(crawler: Crawler, log: Log): Places {
  const cache = new LRUCache<string, Located>({
    max: 200,
    maxSize: 8_000_000,
    sizeCalculation: ({ text }) => text.length + 200,
  })

  async function text(sourceId: string, path: string, signal: AbortSignal): Promise<string> {
    const tree = await crawler.tree(sourceId, signal)
    if (!tree) throw new PortalError('not_found', 'The source of this file is no longer configured')
    const bytes = await tree.read(path, { maxBytes: largest, signal })
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  }

  return {
    text,
    async of({ sourceId, path, position, etag }, signal) {
      const key = `${sourceId}\n${path}\n${position}\n${etag}`
      const known = cache.get(key)
      if (known) return known
      try {
        const content = await text(sourceId, path, signal)
        // Loaded with the first page that shows lines: it brings a parser of 6 MB.
        const { locator } = await import('./model/position.ts')
        const find: Locator | undefined = locator(content, position)
        const located = { text: content, place: find ?? (() => undefined) }
        cache.set(key, located)
        return located
      } catch (error) {
        if (!(error instanceof PortalError)) throw error
        log.debug({ source: sourceId, file: path }, `Lines cannot be told: ${error.message}`)
        return undefined
      }
    },
  }
}
