import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { EntityPage } from '../views.ts'

export interface KeptOverview {
  props: EntityPage
  /** Equal for equal props. */
  stable: string
}

/** Made of some 50 kB each, so few; their pages are kept as they were sent. */
const most = 60
const minute = 60_000

/** Props of pages that are asked for again and again, each under everything it is made of. */
export function createKeptOverviews(now: () => Date) {
  const kept = new LRUCache<string, KeptOverview>({ max: most })

  return {
    /**
     * @param version undefined where something that it is made of has none: it is put together anew
     * @param isLasting whether the props, once made, may be kept
     */
    async get(
      version: readonly unknown[] | undefined,
      make: () => Promise<{ props: EntityPage; isLasting: boolean }>,
    ): Promise<KeptOverview> {
      // They tell how long ago things were.
      const key = version && JSON.stringify([Math.floor(now().getTime() / minute), ...version])
      const known = key && kept.get(key)
      if (known) return known
      const { props, isLasting } = await make()
      const made = { props, stable: createHash('sha1').update(JSON.stringify(props)).digest('base64') }
      if (key && isLasting) kept.set(key, made)
      return made
    },
  }
}
