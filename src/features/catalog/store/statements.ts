import { eq } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
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

/** What states the relations of an entity. Two files may state the same one. */
export function statementsOf(read: Reader, ref: string): Statement[] {
  const { type, targetRef, holder, field, sourceRef } = relations
  return read
    .select({ type, targetRef, holder, field })
    .from(relations)
    .where(eq(sourceRef, ref))
    .orderBy(type, targetRef)
    .limit(10_000)
    .all()
}
