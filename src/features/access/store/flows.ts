import { eq, lte, sql } from 'drizzle-orm'
import type { Transaction } from '../../../api/database.ts'
import { flows } from '../schema.ts'

export type FlowRow = typeof flows.$inferSelect

/** Adds one, unless so many are open already. Those that ended before a moment are forgotten. */
export async function insertFlow(
  tx: Transaction,
  row: FlowRow,
  { most, before }: { most: number; before: Date },
): Promise<boolean> {
  await tx.delete(flows).where(lte(flows.expiresAt, before))
  const { open } = (await tx.get(sql`select count(*) as open from ${flows}`)) as unknown as { open: number }
  if (open >= most) return false
  await tx.insert(flows).values(row)
  return true
}

/** Finds one and removes it: whoever comes second finds nothing. */
export async function takeFlow(tx: Transaction, hash: string): Promise<FlowRow | undefined> {
  const [row] = await tx.delete(flows).where(eq(flows.hash, hash)).returning()
  return row
}
