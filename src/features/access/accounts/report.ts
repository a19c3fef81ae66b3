import { z } from 'zod'
import type { Account } from './service.ts'

/** An account as programs read it; times in ISO 8601. */
export const AccountReport = z.object({
  name: z.string(),
  title: z.string(),
  email: z.string().nullable(),
  administrator: z.boolean(),
  state: z.enum(['ok', 'waiting', 'disabled']),
  createdAt: z.string(),
})
export type AccountReport = z.output<typeof AccountReport>

export function accountReport({ name, title, email, administrator, ...row }: Account): AccountReport {
  const state = row.disabledAt ? 'disabled' : row.hasPassword ? 'ok' : 'waiting'
  return { name, title, email, administrator, state, createdAt: row.createdAt.toISOString() }
}
