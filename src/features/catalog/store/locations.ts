import { sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { Entity } from '../../../api/entity.ts'
import type { LocationIn } from '../locations.ts'
import { candidates } from '../schema.ts'

/** Every Location of the catalog, of all sources or of one. */
export function locationsOf(read: Reader, sourceId?: string): (LocationIn & { sourceId: string })[] {
  const ofSource = sourceId === undefined ? sql`1` : sql`${candidates.sourceId} = ${sourceId}`
  const rows = read.all<{ sourceId: string; path: string; position: number; ref: string; entity: string }>(
    sql`select ${candidates.sourceId} as sourceId, ${candidates.path} as path, ${candidates.position} as position,
      ${candidates.ref} as ref, ${candidates.entity} as entity from ${candidates}
      where ${ofSource} and ${candidates.ref} >= 'location:' and ${candidates.ref} < 'location;'`,
  ) as unknown as (Omit<LocationIn, 'entity'> & { sourceId: string; entity: string })[]
  return rows.map(({ entity, ...place }) => ({ ...place, entity: JSON.parse(entity) as Entity }))
}
