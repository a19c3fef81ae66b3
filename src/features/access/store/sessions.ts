import { and, desc, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import { sessions } from '../schema.ts'

export type SessionRow = typeof sessions.$inferSelect

/** Why a session ended. */
export type SessionEnd = 'signed-out' | 'revoked' | 'expired' | 'replaced'

/** Open or ended, by the SHA-256 of the cookie's value. */
export function findSession(read: Reader, hash: string): SessionRow | undefined {
  return read.select().from(sessions).where(eq(sessions.hash, hash)).get()
}

/** The open ones of these identities; the one that was used last comes first. */
export function listSessions(read: Reader, identities: readonly string[]): SessionRow[] {
  return read
    .select()
    .from(sessions)
    .where(and(inArray(sessions.identity, [...identities]), isNull(sessions.endedAt)))
    .orderBy(desc(sessions.seenAt), desc(sessions.id))
    .all()
}

export async function insertSession(tx: Transaction, row: typeof sessions.$inferInsert): Promise<void> {
  await tx.insert(sessions).values(row)
}

/** @returns the hashes of those that were open until now */
export async function endSessions(
  tx: Transaction,
  ids: readonly string[],
  { ended, at }: { ended: SessionEnd; at: Date },
): Promise<string[]> {
  const rows = await tx
    .update(sessions)
    .set({ ended, endedAt: at })
    .where(and(inArray(sessions.id, [...ids]), isNull(sessions.endedAt)))
    .returning({ hash: sessions.hash })
  return rows.map(({ hash }) => hash)
}

export async function touchSessions(tx: Transaction, seen: Iterable<[id: string, at: number]>): Promise<void> {
  const rows = JSON.stringify([...seen])
  await tx.run(sql`update ${sessions} set seen_at = max(seen_at, j.value ->> 1)
    from json_each(${rows}) j where ${sessions.id} = j.value ->> 0`)
}

/** Ends what has been idle or lasted for too long. @returns how many */
export async function expireSessions(tx: Transaction, now: Date, idleSince: Date): Promise<number> {
  const rows = await tx
    .update(sessions)
    .set({ ended: 'expired', endedAt: now })
    .where(and(isNull(sessions.endedAt), or(lt(sessions.seenAt, idleSince), lt(sessions.expiresAt, now))))
    .returning({ id: sessions.id })
  return rows.length
}

/** Forgets what ended before. */
export async function removeEnded(tx: Transaction, before: Date): Promise<void> {
  await tx.delete(sessions).where(lt(sessions.endedAt, before))
}
