import { z } from 'zod'
import { type Duration, milliseconds } from './time.ts'

/**
 * A length of time as an option of a plugin; longer than none.
 *
 * @param examples what would fit there: `30s, 5m or 1d`
 * @example every: durationOption('30s, 5m or 1d').default('10m')
 */
export function durationOption(examples: string) {
  return z.custom<Duration>(isDuration, { message: `write a length of time such as ${examples}` })
}

function isDuration(value: unknown): boolean {
  try {
    return typeof value === 'string' && milliseconds(value) > 0
  } catch {
    return false
  }
}
