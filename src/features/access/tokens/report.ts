import { z } from 'zod'
import { tokenKinds } from './format.ts'
import type { Token } from './service.ts'

/** A token as programs read it, without itself; times in ISO 8601. */
export const TokenReport = z.object({
  id: z.string(),
  kind: z.enum(tokenKinds),
  title: z.string(),
  hint: z.string(),
  permissions: z.array(z.string()),
  createdBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  lastAddress: z.string().nullable(),
  revokedAt: z.string().nullable(),
})
export type TokenReport = z.output<typeof TokenReport>

const iso = (date: Date | null) => date?.toISOString() ?? null

export function tokenReport({ identity: _identity, ...token }: Token): TokenReport {
  return {
    ...token,
    createdAt: token.createdAt.toISOString(),
    expiresAt: iso(token.expiresAt),
    lastUsedAt: iso(token.lastUsedAt),
    revokedAt: iso(token.revokedAt),
  }
}
