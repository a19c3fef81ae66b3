import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { candidates, entities, problems } from '../schema.ts'

/** One definition of an entity that was read; of several for one reference, one holds. */
export interface DefinitionRow {
  id: string
  ref: string
  sourceId: string
  path: string
  position: number
  /** Milliseconds since 1970. */
  seenAt: number
  /** 1 for the one whose content is the entity. */
  holds: number
  /** JSON. */
  entity: string
}

/** Every definition of these references, the one that holds first, then as they were first seen. */
export function definitionsOf(read: Reader, refs: readonly string[]): DefinitionRow[] {
  return read.all<DefinitionRow>(
    sql`select ${candidates.id} as id, ${candidates.ref} as ref, ${candidates.sourceId} as sourceId,
      ${candidates.path} as path, ${candidates.position} as position, ${candidates.seenAt} as seenAt,
      ${candidates.entity} as entity,
      (${candidates.sourceId} = ${entities.sourceId} and ${candidates.path} = ${entities.path}) as holds
      from ${candidates} join ${entities} on ${entities.ref} = ${candidates.ref}
      where ${candidates.ref} in (select value from json_each(${JSON.stringify(refs)}))
      order by ${candidates.ref}, holds desc, ${candidates.seenAt}, ${candidates.sourceId}, ${candidates.path}`,
  ) as unknown as DefinitionRow[]
}

/** Problems of entities in scope about a definition that does not hold, with that definition as JSON. */
export function rivalRows(read: Reader, scope: SQL): { id: string; entity: string }[] {
  return read.all(
    sql`select ${problems.id} as id, ${candidates.entity} as entity from ${problems}
      join ${entities} on ${entities.ref} = ${problems.ref}
      join ${candidates} on ${candidates.ref} = ${problems.ref} and ${candidates.sourceId} = ${problems.sourceId}
        and ${candidates.path} = ${problems.path}
      where ${problems.origin} = 'conflict' and ${scope}`,
  ) as unknown as { id: string; entity: string }[]
}
