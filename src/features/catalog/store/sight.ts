import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { candidates, entities, inclusions } from '../schema.ts'

/** One definition in a file of a source, and whether what it defines may be seen. */
export interface SightRow {
  path: string
  ref: string
  /** 1 where the entity is in scope. */
  visible: number
  /** JSON of a definition that does not hold, whose content may be another; null for one that does. */
  entity: string | null
}

export function sightRows(read: Reader, sourceId: string, scope: SQL): SightRow[] {
  const holds = sql`${candidates.sourceId} = ${entities.sourceId} and ${candidates.path} = ${entities.path}`
  return read.all<SightRow>(
    sql`select ${candidates.path} as path, ${candidates.ref} as ref, (${scope}) as visible,
      case when ${holds} then null else ${candidates.entity} end as entity
      from ${candidates} join ${entities} on ${entities.ref} = ${candidates.ref}
      where ${candidates.sourceId} = ${sourceId}`,
  ) as unknown as SightRow[]
}

/** Which files of a source others of it, or of other sources, take something from: by whom, and from which. */
export function inclusionRows(read: Reader, sourceId: string): { path: string; included: string; by: string }[] {
  return read.all(
    sql`select ${inclusions.path} as path, ${inclusions.included} as included, ${inclusions.sourceId} as by
      from ${inclusions} where ${inclusions.includedSourceId} = ${sourceId}`,
  ) as unknown as { path: string; included: string; by: string }[]
}

/** What stands in those files of other sources that take something from one. */
export function takerRows(read: Reader, sourceId: string, scope: SQL): (SightRow & { by: string })[] {
  const holds = sql`${candidates.sourceId} = ${entities.sourceId} and ${candidates.path} = ${entities.path}`
  return read.all(
    sql`select ${candidates.sourceId} as by, ${candidates.path} as path, ${candidates.ref} as ref, (${scope}) as visible,
      case when ${holds} then null else ${candidates.entity} end as entity
      from ${candidates} join ${entities} on ${entities.ref} = ${candidates.ref}
      where (${candidates.sourceId}, ${candidates.path}) in (select ${inclusions.sourceId}, ${inclusions.path}
        from ${inclusions} where ${inclusions.includedSourceId} = ${sourceId} and ${inclusions.sourceId} <> ${sourceId})`,
  ) as unknown as (SightRow & { by: string })[]
}
