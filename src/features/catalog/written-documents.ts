import { LRUCache } from 'lru-cache'
import { PortalError } from '../../api/errors.ts'
import type { Crawler } from './crawler.ts'
import { type Chunk, type Cuts, cutAgain, cutAt, cutsOf, splitDocuments } from './model/chunks.ts'
import type { Lost } from './model/origins.ts'
import type { WrittenDocument } from './model/written-values.ts'
import type { Places } from './places.ts'
import type { EntityRow } from './store/entity.ts'

export type DocumentOf = Pick<EntityRow, 'ref' | 'sourceId' | 'path' | 'position'>

/** The documents of entities as they stand in their files now. */
export interface WrittenDocuments {
  /** @param blob tells the content of the file from an earlier one */
  of(row: DocumentOf, blob: string, signal: AbortSignal): Promise<WrittenDocument | { why: Lost }>
}

/**
 * A page may ask for many documents of one large file, and many pages for some of every file. So the files of the last
 * pages are kept whole, and of all others where their documents stand: then only one is read.
 */
export function createWrittenDocuments(crawler: Crawler, places: Places): WrittenDocuments {
  const files = new LRUCache<string, readonly Chunk[]>({ max: 500, maxSize: 600_000, sizeCalculation: lengthOf })
  const cuts = new LRUCache<string, Cuts>({ maxSize: 1_000_000, sizeCalculation: ({ length }) => length + 1 })
  const reading = new Map<string, Promise<readonly Chunk[] | { why: Lost }>>()

  /** The document alone, where it is known where it stands. @returns undefined when all of the file must be looked at */
  async function partOf({ sourceId, path, position }: DocumentOf, key: string, signal: AbortSignal) {
    const known = cuts.get(key)
    const at = known && cutAt(known, position)
    if (!at || files.has(key)) return undefined
    try {
      const tree = await crawler.tree(sourceId, signal)
      const read = await tree?.readPart?.(path, at, signal)
      return read && at.chunk(Buffer.from(read.buffer, read.byteOffset, read.byteLength).toString('utf8'))
    } catch (error) {
      if (!(error instanceof PortalError)) throw error
      return undefined
    }
  }

  async function fileOf(row: DocumentOf, key: string, signal: AbortSignal): Promise<readonly Chunk[] | { why: Lost }> {
    const known = files.get(key)
    if (known) return known
    const shared = reading.get(key)
    if (shared) {
      return shared.catch(() => {
        // Who began to read it may have gone away.
        signal.throwIfAborted()
        return readFile(row, key, signal)
      })
    }
    const read = readFile(row, key, signal).finally(() => reading.delete(key))
    reading.set(key, read)
    return read
  }

  async function readFile({ sourceId, path }: DocumentOf, key: string, signal: AbortSignal) {
    try {
      const text = await places.text(sourceId, path, signal)
      const known = cuts.get(key)
      const chunks = known ? cutAgain(text, known) : splitDocuments(text)
      if (!known) cuts.set(key, cutsOf(text, chunks))
      files.set(key, chunks)
      return chunks
    } catch (error) {
      if (!(error instanceof PortalError)) throw error
      const why: Lost = error.code === 'not_found' ? 'gone' : 'unread'
      return { why }
    }
  }

  return {
    async of(row, blob, signal) {
      // Loaded with the first page that shows lines: it brings a parser of 6 MB.
      const { documentIn, writtenDocument } = await import('./model/written-values.ts')
      const key = `${row.sourceId}\n${row.path}\n${blob}`
      const part = await partOf(row, key, signal)
      const alone = part && documentIn(part, row.ref)
      if (alone) return alone
      // Something else stands there: the file was written in between.
      if (part) cuts.delete(key)
      const file = await fileOf(row, key, signal)
      return 'why' in file ? file : (writtenDocument(file, row.position, row.ref) ?? { why: 'dropped' })
    },
  }
}

function lengthOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { text }) => sum + text.length, 1)
}
