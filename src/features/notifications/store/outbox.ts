import { and, asc, eq, inArray, lt, lte, sql } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import { outbox } from '../schema.ts'

export type OutboxRow = typeof outbox.$inferSelect

export const mailChannels = ['email', 'digest'] as const
export const webhookChannel = (id: string): string => `webhook ${id}`

/** Adds what is not waiting already. */
export function insertPosts(tx: Transaction, rows: readonly (typeof outbox.$inferInsert)[]): void {
  tx.bulkInsert(outbox, rows, 'ignore')
}

/** Of one item: who waits for a mail, and when each channel last had it. */
export async function listPostsOf(read: Reader | Transaction, item: string): Promise<OutboxRow[]> {
  return read
    .select()
    .from(outbox)
    .where(and(eq(outbox.item, item), inArray(outbox.state, ['waiting', 'sent'])))
}

/** When the digests that are being collected are due, by person. */
export async function digestsDue(read: Reader | Transaction): Promise<Map<string, Date>> {
  const rows = await read
    .select({ person: outbox.person, dueAt: sql<number>`min(${outbox.dueAt})` })
    .from(outbox)
    .where(and(eq(outbox.state, 'waiting'), eq(outbox.channel, 'digest')))
    .groupBy(outbox.person)
  return new Map(rows.map(({ person, dueAt }) => [person, new Date(dueAt)]))
}

/** What is due, the longest waiting first. */
export async function listDue(read: Reader, channel: string, now: Date, most: number): Promise<OutboxRow[]> {
  const where = and(eq(outbox.state, 'waiting'), eq(outbox.channel, channel), lte(outbox.dueAt, now))
  return read.select().from(outbox).where(where).orderBy(asc(outbox.dueAt), asc(outbox.id)).limit(most)
}

export async function listDigest(read: Reader, person: string): Promise<OutboxRow[]> {
  const where = and(eq(outbox.state, 'waiting'), eq(outbox.channel, 'digest'), eq(outbox.person, person))
  return read.select().from(outbox).where(where).orderBy(asc(outbox.id))
}

/** When the next of these channels is due. */
export function nextDue(read: Reader, channel: string): Date | undefined {
  const row = read.get(
    sql`select min(${outbox.dueAt}) as at from ${outbox} where ${outbox.state} = 'waiting' and ${outbox.channel} = ${channel}`,
  ) as unknown as { at: number | null }
  return row.at === null ? undefined : new Date(row.at)
}

/** When these channels sent something since then, the earliest first. */
export async function sentSince(read: Reader, channels: readonly string[], since: Date): Promise<Date[]> {
  const rows = await read
    .select({ at: outbox.endedAt })
    .from(outbox)
    .where(
      and(
        inArray(outbox.channel, [...channels]),
        eq(outbox.state, 'sent'),
        sql`${outbox.endedAt} > ${since.getTime()}`,
      ),
    )
    .orderBy(asc(outbox.endedAt))
  return rows.flatMap(({ at }) => at ?? [])
}

export async function endPosts(
  tx: Transaction,
  ids: readonly string[],
  end: { state: 'sent' | 'skipped' | 'failed'; at: Date; error?: string | undefined },
): Promise<void> {
  const { state, at, error = null } = end
  await tx
    .update(outbox)
    .set({ state, endedAt: at, error, attempts: sql`${outbox.attempts} + 1` })
    .where(inArray(outbox.id, [...ids]))
}

export async function delayPosts(tx: Transaction, ids: readonly string[], dueAt: Date, error: string): Promise<void> {
  await tx
    .update(outbox)
    .set({ dueAt, error, attempts: sql`${outbox.attempts} + 1` })
    .where(inArray(outbox.id, [...ids]))
}

export async function skipPostsOf(tx: Transaction, items: readonly string[], at: Date): Promise<void> {
  if (items.length === 0) return
  await tx
    .update(outbox)
    .set({ state: 'skipped', endedAt: at })
    .where(and(eq(outbox.state, 'waiting'), inArray(outbox.item, [...items])))
}

export async function removeEnded(tx: Transaction, before: Date): Promise<void> {
  await tx.delete(outbox).where(and(sql`${outbox.state} <> 'waiting'`, lt(outbox.endedAt, before)))
}

export interface ChannelState {
  channel: string
  waiting: number
  sent: number
  failed: number
  /** The last error of something that waits or was given up. */
  error: string | null
}

export function channelStates(read: Reader, since: Date): ChannelState[] {
  return read.all(
    sql`select ${outbox.channel} as channel, sum(${outbox.state} = 'waiting') as waiting,
      sum(${outbox.state} = 'sent' and ${outbox.endedAt} > ${since.getTime()}) as sent,
      sum(${outbox.state} = 'failed' and ${outbox.endedAt} > ${since.getTime()}) as failed,
      (select o.error from notifications_outbox o where o.channel = ${outbox.channel} and o.error is not null
        and o.state in ('waiting', 'failed') order by coalesce(o.ended_at, o.due_at) desc limit 1) as error
      from ${outbox} group by 1 order by 1`,
  ) as unknown as ChannelState[]
}
