import { LRUCache } from 'lru-cache'

export interface Throttle {
  /** Whether one more from there is within bounds. */
  admits(key: string): boolean
}

const remembered = 10_000

/** So many in so long from each: of the rest nothing is kept. */
export function createThrottle({ most, every, now }: { most: number; every: number; now(): Date }): Throttle {
  const counts = new LRUCache<string, { since: number; count: number }>({ max: remembered })
  return {
    admits(key) {
      const at = now().getTime()
      const known = counts.get(key)
      const current = known && at - known.since < every ? known : { since: at, count: 0 }
      current.count++
      counts.set(key, current)
      return current.count <= most
    },
  }
}
