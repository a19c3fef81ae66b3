import { type SQL, sql } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import { conditions, matches } from '../schema.ts'

export type MatchRow = typeof matches.$inferInsert

/** Ids of the conditions that something is kept for, by their hashes. */
export function listConditions(read: Pick<Reader, 'values'>): Map<string, number> {
  return new Map(
    read.values<[string, number]>(sql`select ${conditions.hash}, ${conditions.id} from ${conditions}`) as unknown as [
      string,
      number,
    ][],
  )
}

export function insertConditions(tx: Transaction, rows: readonly { hash: string; text: string }[]): void {
  for (const row of rows) tx.insert(conditions).values(row).run()
}

/** With all that was kept for them. */
export function removeConditions(tx: Transaction, ids: readonly number[]): void {
  if (ids.length === 0) return
  tx.bulkDelete(conditions.id, ids)
  const rest = tx.get<{ n: number }>(sql`select count(*) as n from ${conditions}`) as unknown as { n: number }
  if (rest.n === 0) tx.run(sql`delete from ${matches}`)
  else tx.run(sql`delete from ${matches} where ${matches.conditionId} in ${[...ids]}`)
}

export function insertMatches(tx: Transaction, rows: readonly MatchRow[]): void {
  tx.bulkInsert(matches, rows, 'replace')
}

export function removeMatches(tx: Transaction, entityIds: readonly string[]): void {
  tx.bulkDelete(matches.entityId, entityIds)
}

/** Whether any of some conditions holds for an entity, for its owner or for others; `either` tells by a condition. */
export function anyHolds(entityId: SQL, ids: readonly number[], half: 'owned' | 'other'): SQL {
  const column = half === 'owned' ? matches.owned : matches.other
  const [only] = ids
  const wanted =
    ids.length === 1
      ? sql`= ${only}`
      : sql`in (${sql.join(
          [...ids].map((id) => sql`${id}`),
          sql`, `,
        )})`
  return sql`exists (select 1 from ${matches} where ${matches.entityId} = ${entityId}
    and ${matches.conditionId} ${wanted} and ${column})`
}
