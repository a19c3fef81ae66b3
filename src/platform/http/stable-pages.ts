import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { MadeBefore } from '../asked-again.ts'

const most = 3_000_000
const minute = 60_000

/**
 * Pages as they were sent, under everything they were made of, once they were asked for a second time: most are not,
 * and would only push out those that are. They say how long ago things were, so none is kept longer than the minute it
 * belongs to.
 */
export class StablePages {
  // As bytes: a text would be turned into them each time that it is sent.
  readonly #pages = new LRUCache<string, Buffer>({ maxSize: most, sizeCalculation: (html) => html.length + 1 })
  readonly #made = new MadeBefore()
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  get(render: () => string, parts: readonly unknown[]): Buffer | string {
    const key = shortOf([Math.floor(this.#now().getTime() / minute), ...parts])
    const known = this.#pages.get(key)
    if (known !== undefined) return known
    const html = render()
    if (!this.#made.note(key)) return html
    const bytes = bytesOf(html)
    this.#pages.set(key, bytes)
    return bytes
  }
}

/** In memory of their own: `Buffer.from` would keep the pool of 64 KiB that it takes them from. */
function bytesOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
  bytes.write(text)
  return bytes
}

function shortOf(parts: readonly unknown[]): string {
  return createHash('sha1').update(JSON.stringify(parts)).digest('base64')
}
