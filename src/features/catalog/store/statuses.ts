import { sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { EntityStatus } from '../../../api/entity.ts'
import { entities, problems } from '../schema.ts'

/**
 * The errors of some entities, in the form in which Backstage's API tells them: those of their own documents, and
 * of their file where it cannot be read. That another file defines the same entity is no fault of it.
 */
export function statusesOf(read: Reader, refs: readonly string[]): Map<string, EntityStatus> {
  const rows = read.all(
    sql`select ${entities.ref} as ref, ${problems.message} as message from ${entities} join ${problems}
      on ${problems.ref} = ${entities.ref} or (${entities.stale} and ${problems.position} is null
        and ${problems.sourceId} = ${entities.sourceId} and ${problems.path} = ${entities.path})
      where ${entities.ref} in (select value from json_each(${JSON.stringify(refs)}))
      and ${problems.severity} = 'error' and ${problems.origin} <> 'conflict' order by ${problems.position}, ${problems.id}`,
  ) as unknown as { ref: string; message: string }[]
  const statuses = new Map<string, EntityStatus>()
  for (const { ref, message } of rows) {
    const status = statuses.get(ref) ?? { items: [] }
    status.items.push(statusItem(message))
    statuses.set(ref, status)
  }
  return statuses
}

function statusItem(message: string): EntityStatus['items'][number] {
  const error = { name: 'InputError', message }
  return { type: 'backstage.io/catalog-processing', level: 'error', message: `${error.name}: ${message}`, error }
}
