import { sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { Entity } from '../../../api/entity.ts'
import { documents, entities, facets, terms } from '../schema.ts'

export interface UserRow {
  ref: string
  name: string
  title: string
  entity: Entity
}

/** More than one is as good as none: nobody asks for all of them. */
const most = 5

/**
 * Users that have this value, whatever its letter case, at a key. Whom no file defines any more has left: an orphan is
 * kept for its history, and is nobody to sign in as.
 */
export function usersWith(read: Reader, key: string, value: string): UserRow[] {
  const rows = read.all(
    sql`select ${entities.ref} as ref, ${entities.name} as name, coalesce(${entities.title}, ${entities.name}) as title,
        ${documents.entity} as entity
      from ${terms} cross join ${facets} on ${facets.term} = ${terms.id}
      cross join ${entities} on ${entities.number} = ${facets.entity}
      cross join ${documents} on ${documents.number} = ${entities.number}
      where ${terms.key} = ${key.toLowerCase()} and ${terms.value} = ${value.toLowerCase()} and ${entities.kind} = 'user'
        and ${entities.orphanedAt} is null
      group by ${entities.ref} order by 1 limit ${most}`,
  ) as unknown as (Omit<UserRow, 'entity'> & { entity: string })[]
  return rows.map((row) => ({ ...row, entity: JSON.parse(row.entity) as Entity }))
}
