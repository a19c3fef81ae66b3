import { Origin, type OriginOptions } from './origin.ts'

const most = 1_000

/** The hosts of which something is to be remembered; of all others nothing is. */
export class Origins {
  readonly #options: Omit<OriginOptions, 'name'>
  readonly #known = new Map<string, Origin>()

  constructor(options: Omit<OriginOptions, 'name'>) {
    this.#options = options
  }

  get size(): number {
    return this.#known.size
  }

  /** How many are left alone at this moment. */
  get resting(): number {
    return [...this.#known.values()].filter(({ isResting }) => isResting).length
  }

  /** To be asked at once for a permit, and released when that was given back. */
  of(name: string): Origin {
    const known = this.#known.get(name)
    if (known) return known
    // Whoever names addresses could make as many hosts fail as they like.
    if (this.#known.size >= most) this.#dropOldest()
    const origin = new Origin({ ...this.#options, name })
    this.#known.set(name, origin)
    return origin
  }

  release(name: string): void {
    if (this.#known.get(name)?.isForgettable) this.#known.delete(name)
  }

  #dropOldest(): void {
    for (const [name, { isQuiet }] of this.#known) {
      if (isQuiet) return void this.#known.delete(name)
    }
  }
}
