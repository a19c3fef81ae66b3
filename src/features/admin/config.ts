import { z } from 'zod'
import { type Duration, milliseconds } from '../../api/time.ts'

const keep = z.custom<Duration | 'for ever'>(
  (value) => {
    try {
      return value === 'for ever' || (typeof value === 'string' && milliseconds(value) > 0)
    } catch {
      return false
    }
  },
  { message: 'write a length of time such as 90d or 400d, or for ever' },
)

const stream = z.custom<'stdout' | `file:${string}`>(
  (value) => value === 'stdout' || (typeof value === 'string' && /^file:\/(?!.*\0).*[^/]$/.test(value)),
  { message: 'write stdout, or file: and the whole path of a file such as file:/var/log/callboard/audit.jsonl' },
)

export const AuditOptions = z.strictObject({
  keep: keep.default('400d').describe('How long lines are kept.'),
  stream: stream.optional().describe('Where every line is written to besides, as a line of JSON.'),
})
export type AuditOptions = z.output<typeof AuditOptions>

export const AdminOptions = z.strictObject({
  audit: AuditOptions.prefault({}).describe('What becomes of the audit.'),
})
export type AdminOptions = z.output<typeof AdminOptions>
