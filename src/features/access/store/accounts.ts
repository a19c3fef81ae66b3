import { and, asc, count, desc, eq, gt, isNotNull, isNull, lt, or } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import type { Side } from '../list-query.ts'
import { accounts, invitations } from '../schema.ts'
import { containing } from './containing.ts'

export type AccountRow = typeof accounts.$inferSelect
export type InvitationRow = typeof invitations.$inferSelect
export type InvitationPurpose = 'administrator' | 'password'

type Handle = Pick<Reader, 'select'>

export function findAccount(read: Handle, name: string): AccountRow | undefined {
  return read.select().from(accounts).where(eq(accounts.name, name)).get()
}

/** By name. */
export function listAccounts(read: Handle): AccountRow[] {
  return read.select().from(accounts).orderBy(asc(accounts.name)).all()
}

const matching = (text: string | undefined) => containing([accounts.name, accounts.title, accounts.email], text)

/** Those with a text in their names or address, on one side of a name, the nearest first. */
export function accountsBeside(read: Handle, text: string | undefined, side: Side, limit: number): AccountRow[] {
  const isBefore = 'before' in side
  const beside = isBefore ? lt(accounts.name, side.before) : side.after && gt(accounts.name, side.after)
  const rows = read
    .select()
    .from(accounts)
    .where(and(matching(text), beside || undefined))
  return rows
    .orderBy(isBefore ? desc(accounts.name) : asc(accounts.name))
    .limit(limit)
    .all()
}

export function countAccounts(read: Handle, text: string | undefined): number {
  return read.select({ n: count() }).from(accounts).where(matching(text)).get()?.n ?? 0
}

/** Administrators who can sign in: not disabled, and with a password. */
export function countAdministrators(read: Handle): number {
  const can = and(eq(accounts.administrator, true), isNull(accounts.disabledAt), isNotNull(accounts.password))
  return read.select({ n: count() }).from(accounts).where(can).get()?.n ?? 0
}

/** @returns false when there is one of that name */
export function insertAccount(tx: Transaction, row: AccountRow): boolean {
  return tx.insert(accounts).values(row).onConflictDoNothing().run().changes > 0
}

/** @returns false when there is none of that name */
export function updateAccount(tx: Transaction, name: string, changes: Partial<Omit<AccountRow, 'name'>>): boolean {
  return tx.update(accounts).set(changes).where(eq(accounts.name, name)).run().changes > 0
}

export function findInvitation(read: Handle, hash: string): InvitationRow | undefined {
  return read.select().from(invitations).where(eq(invitations.hash, hash)).get()
}

/** Links of accounts that can still be followed, by the account. */
export function openInvitations(read: Handle, now: Date): Map<string, Date> {
  const rows = read.select().from(invitations).where(isNull(invitations.usedAt)).all()
  return new Map(
    rows.flatMap(({ account, expiresAt }) => (account && expiresAt > now ? [[account, expiresAt] as const] : [])),
  )
}

export function insertInvitation(tx: Transaction, row: InvitationRow): void {
  tx.insert(invitations).values(row).run()
}

/** Takes a link once. @returns false when somebody else has, or it has run out */
export function takeInvitation(tx: Transaction, hash: string, now: Date): boolean {
  const open = and(eq(invitations.hash, hash), isNull(invitations.usedAt))
  const found = tx.select().from(invitations).where(open).get()
  if (!found || found.expiresAt <= now) return false
  tx.update(invitations).set({ usedAt: now }).where(open).run()
  return true
}

/** What was not followed yet and leads to the same, and what ran out or was used long ago. */
export function removeInvitations(
  tx: Transaction,
  { purpose, account }: { purpose: InvitationPurpose; account: string | null },
  longAgo: Date,
): void {
  const whose = account === null ? isNull(invitations.account) : eq(invitations.account, account)
  const same = and(eq(invitations.purpose, purpose), whose, isNull(invitations.usedAt))
  tx.delete(invitations)
    .where(or(same, lt(invitations.expiresAt, longAgo)))
    .run()
}
