import type { LocationProblem } from './locations.ts'
import type { ReadFile } from './reading.ts'
import type { CrawlStore } from './store/crawl.ts'

/** What a crawl would have written. */
export interface Collected {
  files: ReadFile[]
  /** Targets of its Locations that lead nowhere. */
  misses: LocationProblem[]
  /** What was left out. */
  notes: string[]
}

/** Takes what a crawl finds in place of the catalog, which stays as it is. */
export function createCollector(): CrawlStore & { found: Collected } {
  const found: Collected = { files: [], misses: [], notes: [] }
  return {
    found,
    unchanged: async () => undefined,
    begin: async () => new Map(),
    async put(files) {
      found.files.push(...files)
    },
    async finish(_gone, misses, notes) {
      found.misses.push(...misses)
      found.notes.push(...notes)
      return { removed: 0, held: 0 }
    },
  }
}
