import { and, eq } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import { accounts, identities } from '../schema.ts'

export type IdentityRow = typeof identities.$inferSelect
export type AccountRow = typeof accounts.$inferSelect

export function findIdentity(read: Reader, id: string): IdentityRow | undefined {
  return read.select().from(identities).where(eq(identities.id, id)).get()
}

export function findIdentityOf(read: Reader, provider: string, subject: string): IdentityRow | undefined {
  const same = and(eq(identities.provider, provider), eq(identities.subject, subject))
  return read.select().from(identities).where(same).get()
}

/** Ids of the identities that were this User at their last sign-in. */
export function identitiesWith(read: Reader, ref: string): string[] {
  const rows = read.select({ id: identities.id }).from(identities).where(eq(identities.ref, ref)).all()
  return rows.map(({ id }) => id)
}

/** Writes what the last sign-in said. The id of a row that is there already stays. */
export async function saveIdentity(tx: Transaction, row: typeof identities.$inferInsert): Promise<void> {
  const { id: _id, provider: _provider, subject: _subject, firstAt: _firstAt, ...set } = row
  await tx
    .insert(identities)
    .values(row)
    .onConflictDoUpdate({ target: [identities.provider, identities.subject], set })
}

export function findLocalAccount(read: Reader, name: string): AccountRow | undefined {
  return read.select().from(accounts).where(eq(accounts.name, name)).get()
}
