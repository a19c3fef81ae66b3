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
/** As `bin/memory.mjs` sets them at the start. */
const calm = ['--optimize-for-size', '--heap-growing-percent=30', '--semi-space-growth-factor=1']

/**
 * Bytes of the young generation from which on it grows no more. Left to grow it takes 128 MB, nearly all that the heap
 * may grow by, so that the whole of it is collected again and again.
 */
const youngEnough = 16 * 1024 * 1024

/** Milliseconds for which it stays as it is: going back has the whole heap collected and moved together, and sources are often read one after the other. */
const linger = 3_000

let calming: NodeJS.Timeout | undefined
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
      if (hurries) return limitYoung()
      if (spent < worthIt) return
      hurries = true
      hurried += 1
      if (hurried > 1) return
      hurryUp()
      for (const one of others) one.begin()
    },
    end() {
      if (!hurries) return
      hurries = false
      hurried -= 1
      if (hurried > 0) return
      calming = setTimeout(calmDown, linger).unref()
      for (const one of others) one.end()
    },
  }
}

function hurryUp(): void {
  clearTimeout(calming)
  for (const flag of hasty) v8.setFlagsFromString(flag)
}

function calmDown(): void {
  for (const flag of calm) v8.setFlagsFromString(flag)
}

function limitYoung(): void {
  const young = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
  if (young && young.space_size >= youngEnough) v8.setFlagsFromString('--semi-space-growth-factor=1')
}
