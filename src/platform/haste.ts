import v8 from 'node:v8'

/** Trades memory for speed while something long runs. */
export interface Haste {
  /** Says that so many more bytes were read; from the fourth million on the compilers prefer speed. */
  spend(bytes: number): void
  end(): void
}

/** What else takes more memory meanwhile. */
export interface Hastened {
  begin(): void
  end(): void
}

const worthIt = 4_000_000

// The young generation may grow meanwhile: what is read is soon forgotten. On speed alone the heap would grow to three times of what lives in it, and be hardly faster for it.
const hasty = ['--no-optimize-for-size', '--heap-growing-percent=60', '--semi-space-growth-factor=2']
const calm = ['--optimize-for-size', '--heap-growing-percent=0', '--semi-space-growth-factor=1']

let hurried = 0
const others = new Set<Hastened>()

/** @returns what leaves it out again */
export function alsoHastened(one: Hastened): () => void {
  others.add(one)
  if (hurried > 0) one.begin()
  return () => others.delete(one)
}

/**
 * With the compilers on size (decision 0008) long work takes more processor time. On speed it takes up to 40 MB more
 * while it lasts; afterwards the portal is as small as before.
 */
export function createHaste(): Haste {
  let spent = 0
  let hurries = false
  return {
    spend(bytes) {
      spent += bytes
      if (hurries || spent < worthIt) return
      hurries = true
      hurried += 1
      if (hurried > 1) return
      for (const flag of hasty) v8.setFlagsFromString(flag)
      for (const one of others) one.begin()
    },
    end() {
      if (!hurries) return
      hurries = false
      hurried -= 1
      if (hurried > 0) return
      for (const flag of calm) v8.setFlagsFromString(flag)
      for (const one of others) one.end()
    },
  }
}
