import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import { audience, items, outbox, states } from '../schema.ts'

export type ItemRow = typeof items.$inferSelect

/** What was told under a scope to these recipients. */
export async function findScoped(
  read: Reader | Transaction,
  { origin, scope, recipients }: { origin: string; scope: string; recipients: string },
): Promise<ItemRow | undefined> {
  const where = and(eq(items.origin, origin), eq(items.scope, scope), eq(items.recipients, recipients))
  const [row] = await read.select().from(items).where(where)
  return row
}

export async function findItem(read: Reader, id: string): Promise<ItemRow | undefined> {
  const [row] = await read.select().from(items).where(eq(items.id, id))
  return row
}

/** What a sender told of a topic and what is not over yet. */
export async function listOpen(read: Reader, origin: string, topic: string): Promise<ItemRow[]> {
  return read
    .select()
    .from(items)
    .where(and(eq(items.origin, origin), eq(items.topic, topic), isNull(items.settledAt)))
}

/** The topics that something was told of. */
export async function listTopics(read: Reader): Promise<string[]> {
  const rows = await read.selectDistinct({ topic: items.topic }).from(items).orderBy(items.topic)
  return rows.map(({ topic }) => topic)
}

export async function insertItem(tx: Transaction, row: typeof items.$inferInsert): Promise<void> {
  await tx.insert(items).values(row)
}

export async function updateItem(tx: Transaction, id: string, change: Partial<typeof items.$inferInsert>) {
  await tx.update(items).set(change).where(eq(items.id, id))
}

/** Unread again for everybody; what is saved stays saved. */
export async function forgetReading(tx: Transaction, item: string): Promise<void> {
  await tx.update(states).set({ readAt: null, doneAt: null }).where(eq(states.item, item))
}

export async function replaceAudience(tx: Transaction, item: string, recipients: Iterable<string>): Promise<void> {
  await tx.delete(audience).where(eq(audience.item, item))
  tx.bulkInsert(
    audience,
    [...recipients].map((recipient) => ({ recipient, item })),
    'ignore',
  )
}

export async function audienceOf(read: Reader | Transaction, item: string): Promise<string[]> {
  const rows = await read.select().from(audience).where(eq(audience.item, item))
  return rows.map(({ recipient }) => recipient)
}

/** @returns ids of what is over by this */
export async function settleScope(
  tx: Transaction,
  { origin, scope, recipients }: { origin: string; scope: string; recipients?: string },
  at: Date,
): Promise<string[]> {
  const some = recipients === undefined ? undefined : eq(items.recipients, recipients)
  const where = and(eq(items.origin, origin), eq(items.scope, scope), isNull(items.settledAt), some)
  const rows = await tx.update(items).set({ settledAt: at }).where(where).returning({ id: items.id })
  return rows.map(({ id }) => id)
}

/** How long what is kept and how much of it. */
export interface Keeping {
  /** What was last told before this, was read by somebody or is over, and is saved by nobody, goes. */
  readBefore: Date
  /** The same for what nobody has read. */
  before: Date
  most: number
}

/** @returns how many went; at most `some`, so that a transaction stays small */
export async function removeOld(tx: Transaction, { readBefore, before, most }: Keeping, some: number): Promise<number> {
  const crowded = tx.all(
    sql`select recipient, item from (
      select ${audience.recipient} as recipient, ${audience.item} as item,
        row_number() over (partition by ${audience.recipient} order by ${items.toldAt} desc, ${items.id} desc) as place
      from ${audience} join ${items} on ${items.id} = ${audience.item}
      where not exists (select 1 from ${states} where ${states.item} = ${audience.item} and ${states.savedAt} is not null))
      where place > ${most} limit ${some}`,
  ) as { recipient: string; item: string }[]
  for (const { recipient, item } of crowded) {
    await tx.delete(audience).where(and(eq(audience.recipient, recipient), eq(audience.item, item)))
  }
  const gone = (
    tx.all(
      sql`select ${items.id} as id from ${items} where not exists (select 1 from ${audience} where ${audience.item} = ${items.id})
        or (not exists (select 1 from ${states} where ${states.item} = ${items.id} and ${states.savedAt} is not null)
          and (${items.toldAt} < ${before.getTime()} or (${items.toldAt} < ${readBefore.getTime()}
            and (${items.settledAt} is not null or exists (select 1 from ${states} where ${states.item} = ${items.id}
              and (${states.readAt} is not null or ${states.doneAt} is not null))))))
        limit ${some}`,
    ) as { id: string }[]
  ).map(({ id }) => id)
  tx.bulkDelete(items.id, gone)
  tx.bulkDelete(audience.item, gone)
  tx.bulkDelete(states.item, gone)
  tx.bulkDelete(outbox.item, gone)
  return gone.length + crowded.length
}
