import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Actor } from '../../api/actor.ts'
import { codeOf } from './change-log.ts'

/** What a page may listen to, as it stands in its address. */
export interface Sealed {
  on: string
  seal: string
}

/**
 * Seals what a page shows to whom. A page was made within the scope of its reader, so a reader can listen to what
 * some page showed to them and to nothing else. The key lives as long as the process.
 */
export class Seals {
  readonly #key = randomBytes(32)

  seal(actor: Actor, topics: readonly string[]): Sealed {
    const on = [...new Set(topics.map(codeOf))].sort().join('.')
    return { on, seal: this.#sign(actor, on).toString('base64url') }
  }

  /** @returns the codes of the topics; undefined where the portal never gave this to this reader */
  open(actor: Actor, { on, seal }: Sealed): ReadonlySet<string> | undefined {
    const given = Buffer.from(seal, 'base64url')
    const right = this.#sign(actor, on)
    return given.length === right.length && timingSafeEqual(given, right) ? new Set(on.split('.')) : undefined
  }

  #sign(actor: Actor, on: string): Buffer {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([actor.id, on]))
      .digest()
      .subarray(0, 12)
  }
}
