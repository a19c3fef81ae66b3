import { and, desc, eq, isNull } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import { tokens } from '../schema.ts'

export type TokenRow = typeof tokens.$inferSelect

type Handle = Pick<Reader, 'select'>

/** When and from where a token was used. */
export interface TokenUse {
  at: Date
  address: string
}

export function findTokenByHash(read: Handle, hash: string): TokenRow | undefined {
  return read.select().from(tokens).where(eq(tokens.hash, hash)).get()
}

export function findToken(read: Handle, id: string): TokenRow | undefined {
  return read.select().from(tokens).where(eq(tokens.id, id)).get()
}

/** Those of one identity, the newest first. */
export function listOwnTokens(read: Handle, identity: string): TokenRow[] {
  const own = and(eq(tokens.identity, identity), eq(tokens.kind, 'personal'))
  return read.select().from(tokens).where(own).orderBy(desc(tokens.id)).all()
}

/** All of them, the newest first. */
export function listTokens(read: Handle): TokenRow[] {
  return read.select().from(tokens).orderBy(desc(tokens.id)).all()
}

export function insertToken(tx: Transaction, row: TokenRow): void {
  tx.insert(tokens).values(row).run()
}

/** @returns false when it was revoked before */
export function revokeToken(tx: Transaction, id: string, revokedAt: Date): boolean {
  const open = and(eq(tokens.id, id), isNull(tokens.revokedAt))
  return tx.update(tokens).set({ revokedAt }).where(open).run().changes > 0
}

export function saveUses(tx: Transaction, uses: ReadonlyMap<string, TokenUse>): void {
  for (const [id, { at, address }] of uses) {
    tx.update(tokens).set({ lastUsedAt: at, lastAddress: address }).where(eq(tokens.id, id)).run()
  }
}
