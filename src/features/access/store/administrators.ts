import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { accounts } from '../schema.ts'

/** Whether there is an account of an administrator that somebody can sign in with. */
export function hasAdministrator(read: Reader): boolean {
  const usable = and(eq(accounts.administrator, true), isNull(accounts.disabledAt), isNotNull(accounts.password))
  return read.select({ name: accounts.name }).from(accounts).where(usable).limit(1).get() !== undefined
}
