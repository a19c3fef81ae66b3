import { createHash, randomBytes } from 'node:crypto'

/** What one announcement was about; `all` where it was about too much to tell apart. */
export type Codes = ReadonlySet<string> | 'all'

/** Announcements that are remembered. Whoever was away for longer is told that everything may have changed. */
const most = 64

/**
 * What was announced lately, numbered. A page says at which position it was made, so that nothing is missed between
 * its making and its connection. Positions of another process are never current: a restart changes everything.
 */
export class ChangeLog {
  readonly #process = randomBytes(6).toString('base64url')
  readonly #entries: Codes[] = []
  #count = 0

  get position(): string {
    return `${this.#process}.${this.#count}`
  }

  add(codes: Codes): void {
    this.#count++
    this.#entries.push(codes)
    if (this.#entries.length > most) this.#entries.shift()
  }

  /** Whether one of these was announced after a position; yes where that can no longer be told. */
  hasSince(position: string | undefined, codes: ReadonlySet<string>): boolean {
    const [process, count = ''] = (position ?? '').split('.')
    const missed = this.#count - Number(count)
    if (process !== this.#process || !/^\d{1,15}$/.test(count) || missed < 0 || missed > this.#entries.length)
      return true
    return missed > 0 && this.#entries.slice(-missed).some((entry) => touches(entry, codes))
  }
}

export function touches(changed: Codes, shown: ReadonlySet<string>): boolean {
  if (changed === 'all') return true
  for (const code of shown) if (changed.has(code)) return true
  return false
}

/** What stands for a topic in addresses: short, and it names nothing. */
export function codeOf(topic: string): string {
  return createHash('sha256').update(topic).digest('base64url').slice(0, 6)
}
