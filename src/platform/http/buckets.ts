import { LRUCache } from 'lru-cache'
import { upTo } from '../up-to.ts'

export interface BucketOptions {
  /** How many are given back a second. */
  perSecond: number
  /** How many there are at most. */
  burst: number
  /** Buckets that are remembered; of the rest the longest unused are forgotten, and with that full again. */
  remembered?: number
  now(): number
}

/** What is left in a bucket after something was taken. */
export interface Taken {
  /** Whole seconds until there is one again; 0 where one was taken. */
  wait: number
  left: number
  /** Whole seconds until the bucket is full again. */
  full: number
}

/** A bucket for each key, which fills by itself, and from which each request takes one. */
export interface Buckets {
  readonly burst: number
  readonly perSecond: number
  readonly size: number
  take(key: string): Taken
}

const most = 20_000

export function createBuckets({ perSecond, burst, remembered = most, now }: BucketOptions): Buckets {
  const buckets = new LRUCache<string, { left: number; at: number }>(upTo(remembered))
  return {
    burst,
    perSecond,
    get size() {
      return buckets.size
    },
    take(key) {
      const at = now()
      let bucket = buckets.get(key)
      if (bucket === undefined) {
        bucket = { left: burst, at }
        buckets.set(key, bucket)
      }
      // A clock that was put back gives nothing.
      bucket.left = Math.min(burst, bucket.left + (Math.max(0, at - bucket.at) / 1000) * perSecond)
      bucket.at = at
      const isThere = bucket.left >= 1
      if (isThere) bucket.left -= 1
      return {
        wait: isThere ? 0 : Math.ceil((1 - bucket.left) / perSecond),
        left: Math.floor(bucket.left),
        full: Math.ceil((burst - bucket.left) / perSecond),
      }
    },
  }
}
