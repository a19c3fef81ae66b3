import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { entities } from '../schema.ts'

export interface NamedRef {
  ref: string
  /** As it is written. */
  name: string
}

const most = 50_000

/** The names of one kind, or of all, each once: of several with one name the first by reference. */
export function namesOf(read: Reader, kind: string | undefined, scope: SQL | undefined): NamedRef[] {
  const ofKind = kind === undefined ? sql`1` : sql`${entities.kind} = ${kind}`
  return read.all<NamedRef>(
    sql`select min(${entities.ref}) as ref, ${entities.name} as name from ${entities}
      where ${ofKind} and ${scope ?? sql`1`} group by ${entities.name} limit ${most}`,
  ) as unknown as NamedRef[]
}
