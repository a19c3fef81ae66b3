import { LRUCache } from 'lru-cache'

const most = 3_000_000
const minute = 60_000

/**
 * Pages as they were sent, under everything they were made of. They say how long ago things were, so none is kept
 * longer than the minute it belongs to.
 */
export class StablePages {
  // As bytes: a text would be turned into them each time that it is sent.
  readonly #pages = new LRUCache<string, Buffer>({ maxSize: most, sizeCalculation: (html) => html.length + 1 })
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  get(render: () => string, parts: readonly unknown[]): Buffer {
    const key = JSON.stringify([Math.floor(this.#now().getTime() / minute), ...parts])
    const known = this.#pages.get(key)
    if (known !== undefined) return known
    const html = Buffer.from(render())
    this.#pages.set(key, html)
    return html
  }
}
