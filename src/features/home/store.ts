import { and, desc, eq, sql } from 'drizzle-orm'
import type { Reader, Transaction } from '../../api/database.ts'
import { stars, visits } from './schema.ts'

export type StarRow = typeof stars.$inferSelect
export type VisitRow = typeof visits.$inferSelect

// Of one moment, the row that was written last is the newest.
const newestStar = [desc(stars.at), desc(sql`${stars}.rowid`)]
const newestVisit = [desc(visits.at), desc(sql`${visits}.rowid`)]

/** The newest first. */
export function listStars(read: Reader, actorId: string): StarRow[] {
  return read
    .select()
    .from(stars)
    .where(eq(stars.actorId, actorId))
    .orderBy(...newestStar)
    .all()
}

export function countStars(tx: Transaction, actorId: string): number {
  const counted = tx.get<{ n: number }>(sql`select count(*) as n from ${stars} where ${stars.actorId} = ${actorId}`)
  return (counted as unknown as { n: number }).n
}

/** What is starred already stays where it is. @returns how many are new */
export function insertStar(tx: Transaction, row: StarRow): number {
  return tx.bulkInsert(stars, [row], 'ignore')
}

/** @returns how many there were */
export function removeStars(
  tx: Transaction,
  actorId: string,
  things: readonly Pick<StarRow, 'kind' | 'key'>[],
): number {
  const removed = things.map(({ kind, key }) => {
    const where = and(eq(stars.actorId, actorId), eq(stars.kind, kind), eq(stars.key, key))
    return tx.delete(stars).where(where).run().changes
  })
  return removed.reduce((sum, one) => sum + one, 0)
}

/** The last one first. */
export function listVisits(read: Reader, actorId: string): VisitRow[] {
  return read
    .select()
    .from(visits)
    .where(eq(visits.actorId, actorId))
    .orderBy(...newestVisit)
    .all()
}

/** The last one last; of each person the newest stay. */
export function insertVisits(tx: Transaction, rows: readonly VisitRow[], most: number): void {
  tx.bulkInsert(visits, rows, 'replace')
  for (const actorId of new Set(rows.map((row) => row.actorId))) {
    tx.run(sql`delete from ${visits} where ${visits.actorId} = ${actorId} and rowid not in
      (select rowid from ${visits} where ${visits.actorId} = ${actorId}
        order by ${visits.at} desc, rowid desc limit ${most})`)
  }
}

export function removeVisits(tx: Transaction, actorId: string): number {
  return tx.delete(visits).where(eq(visits.actorId, actorId)).run().changes
}
