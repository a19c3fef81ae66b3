import { and, asc, count, desc, eq, gt, isNull, lt, or } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import type { Side } from '../list-query.ts'
import { tokens } from '../schema.ts'
import { containing } from './containing.ts'

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

const matching = (text: string | undefined) => containing([tokens.title, tokens.createdBy, tokens.hint], text)

/** Those with a text in their title, their maker or their first letters, on one side of an id, the nearest first. */
export function tokensBeside(read: Handle, text: string | undefined, side: Side, limit: number): TokenRow[] {
  const isBefore = 'before' in side
  const beside = isBefore ? gt(tokens.id, side.before) : side.after && lt(tokens.id, side.after)
  const rows = read
    .select()
    .from(tokens)
    .where(and(matching(text), beside || undefined))
  return rows
    .orderBy(isBefore ? asc(tokens.id) : desc(tokens.id))
    .limit(limit)
    .all()
}

export function countTokens(read: Handle, text: string | undefined): number {
  return read.select({ n: count() }).from(tokens).where(matching(text)).get()?.n ?? 0
}

/** Forgets those that were revoked or ended before. @returns their hashes */
export function removeDeadTokens(tx: Transaction, before: Date): string[] {
  const dead = or(lt(tokens.revokedAt, before), lt(tokens.expiresAt, before))
  return tx
    .delete(tokens)
    .where(dead)
    .returning({ hash: tokens.hash })
    .all()
    .map(({ hash }) => hash)
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
