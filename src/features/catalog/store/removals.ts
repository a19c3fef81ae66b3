import { createHash } from 'node:crypto'
import { eq, type SQL, sql } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import { type Given, prepared } from '../../../platform/db/prepared.ts'
import type { DocumentProblem } from '../model/problem.ts'
import { candidates, entities, files, problems, removals } from '../schema.ts'
import { forgetFile, type IngestClock, problemId, problemRow } from './ingest.ts'

/** A crawl that would remove more than both of these from a source asks first. */
export interface RemovalLimit {
  /** Of its entities, from 0 to 1. */
  share: number
  count: number
}

export type Removal = typeof removals.$inferSelect
export type RemovalDecision = 'keep' | 'apply'

const sampleSize = 20

/** Marks what the files defined that a crawl did not come to any more. */
export function markGone(tx: Transaction, sourceId: string, paths: readonly string[], now: Date): void {
  if (paths.length === 0) return
  const gone = JSON.stringify(paths)
  for (const { table, column, path } of [
    { table: files, column: files.sourceId, path: files.path },
    { table: candidates, column: candidates.sourceId, path: candidates.path },
  ]) {
    tx.run(sql`update ${table} set missing_at = ${now.getTime()} where ${column} = ${sourceId} and missing_at is null
      and ${path} in (select value from json_each(${gone}))`)
  }
}

/** Drops what is missing in one place and defined in another: nothing is lost with it. @returns its references */
export function dropSuperseded(tx: Transaction, sourceId: string): string[] {
  return drop(
    tx,
    sql`c.source_id = ${sourceId} and c.missing_at is not null
      and exists (select 1 from ${candidates} o where o.ref = c.ref and o.missing_at is null)`,
    -1,
  )
}

/**
 * Drops some of what is missing in a source since `until` or longer.
 * @returns its references; none when nothing is left
 */
export function dropMissing(tx: Transaction, sourceId: string, most: number, until?: Date): string[] {
  const since = until ? sql` and c.missing_at <= ${until.getTime()}` : sql``
  return drop(tx, sql`c.source_id = ${sourceId} and c.missing_at is not null${since}`, most)
}

function drop(tx: Transaction, where: ReturnType<typeof sql>, most: number): string[] {
  const found = tx.all<{ id: string; ref: string }>(
    sql`select c.id, c.ref from ${candidates} c where ${where} limit ${most}`,
  ) as unknown as { id: string; ref: string }[]
  tx.bulkDelete(
    candidates.id,
    found.map(({ id }) => id),
  )
  return found.map(({ ref }) => ref)
}

/** Forgets some of the files that are gone and of which nothing is kept. @returns how many */
export async function forgetMissingFiles(tx: Transaction, sourceId: string, most: number): Promise<number> {
  const found = tx.all<{ path: string }>(
    sql`select f.path from ${files} f where f.source_id = ${sourceId} and f.missing_at is not null
      and not exists (select 1 from ${candidates} c where c.source_id = f.source_id and c.path = f.path) limit ${most}`,
  ) as unknown as { path: string }[]
  for (const { path } of found) await forgetFile(tx, sourceId, path)
  return found.length
}

/**
 * Whether what a crawl found missing waits for a decision: because it is too much, or because somebody decided to keep
 * what is missing and now it is something else. Asks, asks again, or takes the question back.
 *
 * @param limit undefined: nothing is ever held
 * @returns how many entities are held
 */
export async function judgeRemoval(
  tx: Transaction,
  sourceId: string,
  limit: RemovalLimit | undefined,
  clock: IngestClock,
): Promise<number> {
  const refs = missingRefs(tx, sourceId)
  const count = refs.length
  if (count === 0 || !limit) return withdraw(tx, sourceId)
  const known = await findRemoval(tx, sourceId)
  const digest = createHash('sha1').update(refs.join('\n')).digest('hex')
  const isSame = known?.digest === digest
  const isKept = known?.decision === 'keep'
  const total = countDefined(tx, sourceId)
  const isLarge = count > limit.count && count > limit.share * total
  if (!isLarge && !isKept && !(isSame && known.decision)) return withdraw(tx, sourceId)
  const seenAt = clock.now()
  if (isSame) await tx.update(removals).set({ seenAt }).where(eq(removals.sourceId, sourceId))
  else await ask(tx, { sourceId, digest, count, total, sample: refs.slice(0, sampleSize), askedAt: seenAt, seenAt })
  return count
}

const ofSource = prepared((db, { sourceId }: Given<{ sourceId: string }>) =>
  db.select().from(removals).where(eq(removals.sourceId, sourceId)),
)

export async function findRemoval(read: Reader | Transaction, sourceId: string): Promise<Removal | undefined> {
  return ofSource.get(read, { sourceId })
}

export async function listRemovals(read: Reader): Promise<Removal[]> {
  return read.select().from(removals)
}

/** Writes down what somebody decided; what is kept is no problem any more. */
/** What would go of a source, as far as it is in scope. */
export function missingOf(read: Reader, sourceId: string, scope: SQL): string[] {
  const rows = read.all(
    sql`select distinct ${entities.ref} as ref from ${candidates} join ${entities} on ${entities.ref} = ${candidates.ref}
      where ${candidates.sourceId} = ${sourceId} and ${candidates.missingAt} is not null and ${scope} order by 1`,
  ) as unknown as { ref: string }[]
  return rows.map(({ ref }) => ref)
}

export async function decideRemoval(
  tx: Transaction,
  sourceId: string,
  made: { decision: RemovalDecision; decidedAt: Date; decidedBy: string },
): Promise<void> {
  await tx.update(removals).set(made).where(eq(removals.sourceId, sourceId))
  await dropProblem(tx, sourceId)
}

/** Takes the question back: nothing is missing any more, or it has gone. @returns 0, as nothing is held */
export async function withdraw(tx: Transaction, sourceId: string): Promise<0> {
  await tx.delete(removals).where(eq(removals.sourceId, sourceId))
  await dropProblem(tx, sourceId)
  return 0
}

function missingRefs(tx: Transaction, sourceId: string): string[] {
  const rows = tx.all<{ ref: string }>(
    sql`select distinct ref from ${candidates} where source_id = ${sourceId} and missing_at is not null order by ref`,
  ) as unknown as { ref: string }[]
  return rows.map(({ ref }) => ref)
}

function countDefined(tx: Transaction, sourceId: string): number {
  const row = tx.get(sql`select count(distinct ref) as n from ${candidates} where source_id = ${sourceId}`)
  return (row as unknown as { n: number }).n
}

async function ask(tx: Transaction, question: typeof removals.$inferInsert): Promise<void> {
  const { sourceId, askedAt } = question
  const row = { ...question, decision: null, decidedAt: null, decidedBy: null }
  await tx.insert(removals).values(row).onConflictDoUpdate({ target: removals.sourceId, set: row })
  await dropProblem(tx, sourceId)
  const about = { id: removalProblem(sourceId), origin: 'removal', sourceId, path: '', position: null, ref: null }
  tx.bulkInsert(problems, [problemRow(about, problemOf(question), askedAt)])
}

function problemOf({ count, total }: Pick<Removal, 'count' | 'total'>): DocumentProblem {
  return {
    severity: 'warning',
    code: 'many-removed',
    path: [],
    message: `${count} of ${total} entities are missing from the files of this source and would be removed`,
    hint: 'Nothing has been removed. Bring the files back, or decide on the Sources page whether to apply or to keep.',
  }
}

async function dropProblem(tx: Transaction, sourceId: string): Promise<void> {
  await tx.delete(problems).where(eq(problems.id, removalProblem(sourceId)))
}

const removalProblem = (sourceId: string) => problemId(['removal', sourceId])
