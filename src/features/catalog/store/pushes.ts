import { sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { Entity } from '../../../api/entity.ts'
import { candidates, files, inclusions } from '../schema.ts'

/** Whether one of these paths is a file that a source was read from, or that some definition takes something from. */
export function knowsAny(read: Reader, sourceId: string, paths: readonly string[]): boolean {
  const listed = sql`(select value from json_each(${JSON.stringify(paths)}))`
  const row = read.get(
    sql`select exists (select 1 from ${files} where ${files.sourceId} = ${sourceId} and ${files.path} in ${listed})
      or exists (select 1 from ${inclusions} where ${inclusions.includedSourceId} = ${sourceId}
        and ${inclusions.included} in ${listed}) as known`,
  ) as unknown as { known: number }
  return row.known === 1
}

/** The Locations of a source, with the file that each stands in. */
export function locationsOf(read: Reader, sourceId: string): { path: string; entity: Entity }[] {
  const found = read.all<{ path: string; entity: string }>(
    sql`select ${candidates.path} as path, ${candidates.entity} as entity from ${candidates}
      where ${candidates.sourceId} = ${sourceId} and ${candidates.ref} >= 'location:' and ${candidates.ref} < 'location;'`,
  ) as unknown as { path: string; entity: string }[]
  return found.map(({ path, entity }) => ({ path, entity: JSON.parse(entity) as Entity }))
}
