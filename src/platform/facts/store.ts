import { and, eq, inArray, notInArray } from 'drizzle-orm'
import type { Reader, Transaction } from '../../api/database.ts'
import { type Given, prepared } from '../db/prepared.ts'
import { factValues } from './schema.ts'

export type StoredFact = typeof factValues.$inferSelect

/** Everything that is known of some entities. */
export function factsOf(read: Reader, refs: readonly string[], facts?: readonly string[]): StoredFact[] {
  if (refs.length === 0 || facts?.length === 0) return []
  const [ref] = refs
  if (ref !== undefined && refs.length === 1 && !facts) return ofOne.all(read, { ref })
  const ofThese = inArray(factValues.ref, [...refs])
  return read
    .select()
    .from(factValues)
    .where(facts ? and(ofThese, inArray(factValues.fact, [...facts])) : ofThese)
    .all()
}

/** What the page of every entity asks. */
const ofOne = prepared((db, { ref }: Given<{ ref: string }>) =>
  db.select().from(factValues).where(eq(factValues.ref, ref)),
)

/** When a fact was last asked for, and whether that failed, by entity. */
export function attemptsOf(read: Reader, fact: string): Map<string, { at: Date; failed: boolean }> {
  const rows = read
    .select({ ref: factValues.ref, triedAt: factValues.triedAt, error: factValues.error })
    .from(factValues)
    .where(eq(factValues.fact, fact))
    .all()
  return new Map(rows.map(({ ref, triedAt, error }) => [ref, { at: triedAt, failed: error !== null }]))
}

export function putFacts(tx: Transaction, rows: readonly StoredFact[]): void {
  tx.bulkInsert(factValues, rows, 'replace')
}

export async function dropFacts(tx: Transaction, fact: string, refs: readonly string[]): Promise<void> {
  for (let start = 0; start < refs.length; start += 500) {
    const some = refs.slice(start, start + 500)
    await tx.delete(factValues).where(and(eq(factValues.fact, fact), inArray(factValues.ref, some)))
  }
}

/** Forgets facts that no plugin collects any more. */
export async function dropOtherFacts(tx: Transaction, facts: readonly string[]): Promise<void> {
  await tx.delete(factValues).where(facts.length > 0 ? notInArray(factValues.fact, [...facts]) : undefined)
}
