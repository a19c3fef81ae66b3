import { and, count, eq, isNull, sql } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import { candidates, entities, problems, registrations, sources } from '../schema.ts'

export type Registration = typeof registrations.$inferSelect

/** The id of the source that reads a registered location. */
export const sourceOf = (id: string) => `${prefix}${id}`
const prefix = 'registered:'

/** Those that leave included, the newest first. */
export function listRegistrations(read: Reader): Registration[] {
  return read.select().from(registrations).orderBy(sql`${registrations.registeredAt} desc`, registrations.id).all()
}

export function findRegistration(read: Reader | Transaction, id: string): Registration | undefined {
  return read.select().from(registrations).where(eq(registrations.id, id)).get()
}

export function findByKey(read: Reader | Transaction, key: string): Registration | undefined {
  return read.select().from(registrations).where(eq(registrations.key, key)).get()
}

export function countRegistrations(read: Reader | Transaction): number {
  return read.select({ n: count() }).from(registrations).get()?.n ?? 0
}

/** Writes it down, and with it the source that it is. */
export async function addRegistration(
  tx: Transaction,
  row: Registration,
  source: { title: string; location: string },
): Promise<void> {
  await tx.insert(registrations).values(row)
  await tx
    .insert(sources)
    .values({ id: sourceOf(row.id), ...source, type: row.type, configured: true, state: 'waiting', settled: true })
}

/** From here on it is no source any more; what it brought goes in further steps. */
export async function leave(tx: Transaction, id: string, leavingAt: Date): Promise<void> {
  await tx
    .update(registrations)
    .set({ leavingAt })
    .where(and(eq(registrations.id, id), isNull(registrations.leavingAt)))
  await tx
    .update(sources)
    .set({ configured: false })
    .where(eq(sources.id, sourceOf(id)))
}

/** The last step. A source of the configuration has none. */
export async function forgetRegistration(tx: Transaction, sourceId: string): Promise<void> {
  await tx.delete(problems).where(eq(problems.sourceId, sourceId))
  if (!sourceId.startsWith(prefix)) return
  await tx.delete(registrations).where(eq(registrations.id, sourceId.slice(prefix.length)))
}

/** Of these references those that nothing defines. */
export function undefinedOnes(tx: Transaction, refs: readonly string[]): string[] {
  const rows = tx.all<{ ref: string }>(
    sql`select value as ref from json_each(${JSON.stringify([...new Set(refs)])})
      where not exists (select 1 from ${candidates} where ${candidates.ref} = value)`,
  ) as unknown as { ref: string }[]
  return rows.map(({ ref }) => ref)
}

/** Entities that a source defined once and nothing does now. */
export function orphansOf(read: Reader | Transaction, sourceId: string, most: number): string[] {
  return read
    .select({ ref: entities.ref })
    .from(entities)
    .where(sql`${entities.sourceId} = ${sourceId} and ${entities.orphanedAt} is not null`)
    .limit(most)
    .all()
    .map(({ ref }) => ref)
}

/** What a source defines, and which other source would define it without that one; `null` where none would. */
export interface Defined {
  ref: string
  title: string | null
  kind: string
  type: string | null
  otherSourceId: string | null
}

/**
 * Entities that go, or stay, with a source.
 *
 * @param ids of the entities that the actor may see, as a condition on their id; all of them unless given
 */
export function definedBy(read: Reader, sourceId: string, scope: ReturnType<typeof sql> | undefined, most: number) {
  const other = sql`(select o.source_id from ${candidates} o where o.ref = ${entities.ref} and o.source_id <> ${sourceId}
    order by o.seen_at, o.source_id limit 1)`
  const mine = sql`(exists (select 1 from ${candidates} c where c.ref = ${entities.ref} and c.source_id = ${sourceId})
    or (${entities.sourceId} = ${sourceId} and ${entities.orphanedAt} is not null))`
  const where = scope ? sql`${mine} and ${scope}` : mine
  const rows = read.all<Defined>(
    sql`select ${entities.ref} as ref, coalesce(${entities.title}, ${entities.name}) as title, ${entities.kind} as kind,
      ${entities.type} as type, ${other} as otherSourceId from ${entities} where ${where}
      order by otherSourceId is not null, ${entities.kind}, ${entities.sortName}, ${entities.ref} limit ${most}`,
  ) as unknown as Defined[]
  const counts = read.get(
    sql`select count(*) as total, count(other) as staying from (select ${other} as other from ${entities} where ${where})`,
  ) as unknown as { total: number; staying: number }
  return { rows, going: counts.total - counts.staying, staying: counts.staying }
}
