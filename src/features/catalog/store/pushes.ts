import { sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { files, inclusions } from '../schema.ts'

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
