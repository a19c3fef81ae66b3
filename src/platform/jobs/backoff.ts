const first = 10_000
const longest = 3_600_000

/**
 * How long to wait after a failed attempt: 10 s, doubling up to an hour, each up to 20 % shorter or longer so that
 * jobs that failed together do not come back together.
 * @param attempt the attempt that failed, from 1
 * @param random a number from 0 to 1
 * @returns milliseconds
 */
export function backoff(attempt: number, random: () => number): number {
  const delay = Math.min(first * 2 ** (attempt - 1), longest)
  return Math.round(jitter(delay, 0.2, random))
}

/** A value up to `share` of it smaller or larger. */
export function jitter(value: number, share: number, random: () => number): number {
  return value * (1 - share + 2 * share * random())
}
