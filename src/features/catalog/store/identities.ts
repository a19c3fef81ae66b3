import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { entities, facets, terms } from '../schema.ts'

/** A field of a group or user that tells who it is, with a value in lower case. */
export interface Identity {
  key: string
  value: string
}

export interface IdentifiedRow extends Identity {
  ref: string
  namespace: string
  title: string
}

/** The groups or users that say one of these of themselves. */
export function identified(
  read: Reader,
  kind: 'group' | 'user',
  wanted: readonly Identity[],
  scope: SQL | undefined,
): IdentifiedRow[] {
  if (wanted.length === 0) return []
  const visible = scope ? sql` and ${scope}` : sql``
  const asked = JSON.stringify(wanted.map(({ key, value }) => [key, value]))
  // The joins are cross joins, so that the few terms come first.
  return read.all<IdentifiedRow>(
    sql`select ${terms.key} as key, ${terms.value} as value, ${entities.ref} as ref, ${entities.namespace} as namespace,
      coalesce(${entities.title}, ${entities.name}) as title
      from json_each(${asked}) as asked
      cross join ${terms} on ${terms.key} = json_extract(asked.value, '$[0]')
        and ${terms.value} = json_extract(asked.value, '$[1]')
      cross join ${facets} on ${facets.term} = ${terms.id}
      cross join ${entities} on ${entities.number} = ${facets.entity}
      where ${entities.kind} = ${kind}${visible}`,
  ) as unknown as IdentifiedRow[]
}
