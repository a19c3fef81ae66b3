import { LRUCache } from 'lru-cache'
import { attendance } from './attendance.ts'

/** Besides those of an `LRUCache`, which keeps what was made more than once. */
export type AskedAgainLimits<V extends object> = LRUCache.Options<string, V, unknown> & {
  /**
   * How many of those that were made last are held although nobody has asked again yet: for each who waits for a page
   * just now, since what one page is made of is asked for by several of its parts.
   */
  recent: number
}

/**
 * Keeps what is asked for again. What was made once is held for a moment and then let go: most pages are asked for by
 * one reader once, and whatever is kept of each of them becomes old, and costs a long pause when it is collected.
 */
export class AskedAgain<V extends object> {
  readonly #recent = new Map<string, { value: V; at: number }>()
  readonly #kept: LRUCache<string, V>
  readonly #made = new MadeBefore()
  readonly #most: number
  readonly #ttl: number

  constructor({ recent, ...limits }: AskedAgainLimits<V>) {
    this.#most = recent
    this.#ttl = limits.ttl ?? Number.POSITIVE_INFINITY
    this.#kept = new LRUCache<string, V>(limits)
  }

  get(key: string): V | undefined {
    const recent = this.#recent.get(key)
    if (!recent) return this.#kept.get(key)
    if (performance.now() - recent.at < this.#ttl) return recent.value
    this.#recent.delete(key)
    return undefined
  }

  /** @param name what is the same when it is made anew under another key */
  set(key: string, value: V, name = key): void {
    if (this.#made.note(name)) {
      this.#recent.delete(key)
      this.#kept.set(key, value)
      return
    }
    this.#recent.set(key, { value, at: performance.now() })
    while (this.#recent.size > this.#most * Math.max(1, attendance.number)) this.#dropOldest()
  }

  delete(key: string): void {
    this.#recent.delete(key)
    this.#kept.delete(key)
  }

  clear(): void {
    this.#recent.clear()
    this.#kept.clear()
  }

  /** How many there are just now. */
  get size(): number {
    return this.#recent.size + this.#kept.size
  }

  #dropOldest(): void {
    for (const key of this.#recent.keys()) {
      this.#recent.delete(key)
      return
    }
  }
}

/** Places in which it is noted what was made before: 4 kB. One that is taken by another is only made once more. */
const noted = 1024

/** Remembers the names of what was made, and nothing else of it. */
export class MadeBefore {
  readonly #marks = new Uint32Array(noted)

  /** @returns whether it was noted before */
  note(name: string): boolean {
    const mark = markOf(name)
    const place = mark % noted
    if (this.#marks[place] === mark) return true
    this.#marks[place] = mark
    return false
  }
}

/** FNV-1a, never 0: a number of 32 bits takes a hundredth of what the name takes. */
function markOf(name: string): number {
  let mark = 0x811c9dc5
  for (let at = 0; at < name.length; at++) mark = Math.imul(mark ^ name.charCodeAt(at), 0x01000193)
  return mark >>> 0 || 1
}
