import { createHash } from 'node:crypto'
import type { Provider } from '../../api/provider.ts'
import type { CrawlLimits } from './crawl.ts'
import type { Kinds } from './store/winners.ts'

/** Grows when the same file would be read differently: everything is read again then. */
const readerVersion = 2

/** Other kinds, checks, rules or limits read the same file differently, and other globs read other files. */
export function readerOf({ kinds, processors }: Kinds, rules: string, one: Provider, limits: CrawlLimits): string {
  // What the addresses look like is part of the annotations.
  const own = [rules, one.locationOf('file'), one.folderUrl?.('file') ?? '', ...one.paths, JSON.stringify(limits)]
  const parts = [String(readerVersion), ...kinds.keys(), ...processors.map(({ id }) => id), ...own]
  return createHash('sha1').update(parts.join('\n')).digest('hex').slice(0, 12)
}
