import { LRUCache } from 'lru-cache'
import { upTo } from '../../platform/up-to.ts'

export interface Throttle {
  /** Whether one more from there is within bounds. */
  admits(key: string): boolean
  /** Whether one more would be out of bounds; counts nothing. */
  isOver(key: string): boolean
}

const remembered = 10_000

/** So many in so long from each: of the rest nothing is kept. */
export function createThrottle({ most, every, now }: { most: number; every: number; now(): Date }): Throttle {
  const counts = new LRUCache<string, { since: number; count: number }>(upTo(remembered))

  function currentOf(key: string): { since: number; count: number } {
    const at = now().getTime()
    const known = counts.get(key)
    return known && at - known.since < every ? known : { since: at, count: 0 }
  }

  return {
    isOver: (key) => currentOf(key).count >= most,

    admits(key) {
      const current = currentOf(key)
      current.count++
      counts.set(key, current)
      return current.count <= most
    },
  }
}
