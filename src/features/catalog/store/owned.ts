import { type SQL, sql } from 'drizzle-orm'
import { entities } from '../schema.ts'

/** Ids of the entities that any of these owns. */
export function ownedBy(refs: readonly string[]): SQL {
  return sql`select ${entities.id} from ${entities}
    where ${entities.owner} in (select value from json_each(${JSON.stringify(refs)}))`
}
