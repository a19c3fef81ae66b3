import { sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { type Given, prepared } from '../../../platform/db/prepared.ts'
import { relations } from '../schema.ts'

/** Which entity's file makes it so that an entity is related to another, and by which of its fields. */
export interface Statement {
  type: string
  targetRef: string
  /** The entity whose file states it. */
  holder: string
  /** Path of the field, as JSON; empty where no field but a processor says so. */
  field: string
}

const stated = prepared(
  (
    _,
    { ref, targets }: Given<{ ref: string; targets: string }>,
  ) => sql<Statement>`select ${relations.type} as type, ${relations.targetRef} as targetRef, ${relations.holder} as holder,
    ${relations.field} as field from ${relations} where ${relations.sourceRef} = ${ref}
    and ${relations.targetRef} in (select value from json_each(${targets})) order by 1, 2, 3`,
)

/** What states the relations of an entity to some others. Two files may state the same one. */
export function statementsOf(read: Reader, ref: string, targets: readonly string[]): Statement[] {
  return stated.all(read, { ref, targets: JSON.stringify(targets) })
}
