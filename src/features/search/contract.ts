import type { Actor } from '../../api/actor.ts'
import type { Transaction } from '../../api/database.ts'
import type { SearchDocument } from '../../api/search.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

/** Where a feature puts what can be found of it, in the transaction that changes it. */
export interface SearchIndex {
  /**
   * Adds documents, or puts them in the place of those with their keys; what is the same costs a comparison.
   *
   * @param source `<plugin>.<id>` of a contributed source
   * @returns how many were new or other
   */
  put(tx: Transaction, source: string, documents: readonly SearchDocument[]): number
  /** @returns how many there were */
  remove(tx: Transaction, source: string, keys: readonly string[]): number
}

export const searchIndex: ServiceRef<SearchIndex> = serviceRef('search.index')

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
