import type { Contributions } from '../../platform/contributions.ts'
import type { SearchIndex } from './contract.ts'
import { putDocuments, removeDocuments } from './store/documents.ts'

/** The index as features write to it. */
export function createSearchIndex({ searchSources }: Pick<Contributions, 'searchSources'>): SearchIndex {
  const ids = new Set(searchSources.map(({ id }) => id))
  const known = (source: string): string => {
    if (ids.has(source)) return source
    throw new Error(`No plugin contributes the search source "${source}"; its id is <plugin>.<id>`)
  }
  return {
    put: (tx, source, documents) => putDocuments(tx, known(source), documents),
    remove: (tx, source, keys) => removeDocuments(tx, known(source), keys),
  }
}
