/**
 * Tells what was certainly never met before, in half a megabyte for any number of terms: of a few it says wrongly that
 * they may have been.
 */
export class Met {
  readonly #bits = new Uint32Array(size / 32)

  add(key: string, value: string | null): void {
    const [one, other] = placesOf(key, value)
    this.#bits[one >>> 5] = at(this.#bits, one) | (1 << (one & 31))
    this.#bits[other >>> 5] = at(this.#bits, other) | (1 << (other & 31))
  }

  /** False only for what was never added. */
  mayHave(key: string, value: string | null): boolean {
    const [one, other] = placesOf(key, value)
    return ((at(this.#bits, one) >>> (one & 31)) & (at(this.#bits, other) >>> (other & 31)) & 1) === 1
  }
}

/** Bits; with two for each of 140 000 terms one in two hundred is taken for another. */
const size = 2 ** 22

const at = (bits: Uint32Array, place: number) => bits[place >>> 5] ?? 0

function placesOf(key: string, value: string | null): [number, number] {
  const one = hashed(value ?? '\u0000', hashed(key, 0x811c9dc5))
  // A second place from the same hash: its bits stirred, so that two that share the first seldom share both.
  const other = Math.imul(one ^ (one >>> 15), 0x2c1b3c6d)
  return [one & (size - 1), ((other ^ (other >>> 13)) >>> 0) & (size - 1)]
}

function hashed(text: string, from: number): number {
  let hash = from
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash ^ (hash >>> 16)
}
