import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { entities } from '../schema.ts'

/** Which of some entities an actor may see, by a condition on their ids. */
export const visibleOf = {
  id: sql`${entities.id}`,

  refs(read: Reader, refs: readonly string[], scope: SQL | undefined): string[] {
    if (refs.length === 0 || !scope) return [...refs]
    const rows = read.all<{ ref: string }>(sql`select ${entities.ref} as ref from ${entities}
      where ${entities.ref} in ${[...refs]} and ${scope}`) as unknown as { ref: string }[]
    return rows.map(({ ref }) => ref)
  },
}
