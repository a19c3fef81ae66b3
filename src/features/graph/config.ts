import { z } from 'zod'
import { type Duration, milliseconds } from '../../api/time.ts'

export const GraphOptions = z.strictObject({
  timeout: z
    .custom<Duration>(isDuration, 'write a length of time, for example 500ms or 5s')
    .default('5s')
    .describe('How long a page waits for a picture before it shows the list without one.'),
})

function isDuration(value: unknown): boolean {
  try {
    return typeof value === 'string' && milliseconds(value) > 0
  } catch {
    return false
  }
}
