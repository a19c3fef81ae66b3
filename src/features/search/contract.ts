import type { Actor } from '../../api/actor.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

export { type SearchIndex, searchIndex } from '../../api/search.ts'

/**
 * What somebody marked and where they were: shown first. To be provided by the feature that knows; without it nothing
 * is marked. Keys are those of documents: references of entities, else addresses.
 */
export interface ReaderMarks {
  /** The newest first. */
  starred(actor: Actor): readonly string[]
  /** The last one first, each once. */
  visited(actor: Actor): readonly string[]
}

export const readerMarks: ServiceRef<ReaderMarks> = serviceRef('search.reader-marks')
