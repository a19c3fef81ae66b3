import { and, asc, count, desc, eq, gt, gte, inArray, isNotNull, lt, lte, notInArray, type SQL, sql } from 'drizzle-orm'
import type { Reader, Transaction } from '../../api/database.ts'
import { type Given, prepared } from '../db/prepared.ts'
import type { Job, JobCount, JobProgress, JobState } from './job.ts'
import { jobSchedules, jobs } from './schema.ts'

type JobRow = typeof jobs.$inferSelect
export type NewJob = Pick<Job, 'id' | 'kind' | 'runAfter' | 'createdAt'> & {
  payload?: unknown
  key?: string | undefined
  version?: number | undefined
}
export type ScheduleRow = typeof jobSchedules.$inferSelect

export interface JobFilter {
  kind?: string
  state?: JobState
  /** 50 unless given. */
  limit?: number
  /** Id of the last job of the page before. */
  before?: string
  /** Id of the first job of the page behind; `before` then does not count. */
  after?: string
}

export async function listJobs(reader: Reader, { kind, state, limit = 50, before, after }: JobFilter): Promise<Job[]> {
  const filters: (SQL | undefined)[] = [
    kind === undefined ? undefined : eq(jobs.kind, kind),
    state === undefined ? undefined : eq(jobs.state, state),
    after !== undefined ? gt(jobs.id, after) : before === undefined ? undefined : lt(jobs.id, before),
  ]
  const rows = await reader
    .select()
    .from(jobs)
    .where(and(...filters))
    .orderBy(after === undefined ? desc(jobs.id) : asc(jobs.id))
    .limit(limit)
  return (after === undefined ? rows : rows.reverse()).map(toJob)
}

export async function findJob(reader: Reader, id: string): Promise<Job | undefined> {
  const [row] = await reader.select().from(jobs).where(eq(jobs.id, id))
  return row && toJob(row)
}

export async function countJobs(reader: Reader): Promise<JobCount[]> {
  return await reader
    .select({ kind: jobs.kind, state: jobs.state, count: count() })
    .from(jobs)
    .groupBy(jobs.kind, jobs.state)
    .orderBy(asc(jobs.kind), asc(jobs.state))
}

/** How many have ended since then without being done, by kind; those that somebody cancelled do not count. */
export async function countTroubles(reader: Reader, since: Date): Promise<JobCount[]> {
  return await reader
    .select({ kind: jobs.kind, state: jobs.state, count: count() })
    .from(jobs)
    .where(and(gte(jobs.finishedAt, since), inArray(jobs.state, ['failed', 'interrupted'])))
    .groupBy(jobs.kind, jobs.state)
    .orderBy(asc(jobs.kind), asc(jobs.state))
}

const earliestDue = prepared(
  (_, { kinds }: Given<{ kinds: string }>) =>
    sql<{ at: number }>`select ${jobs.runAfter} as at from ${jobs} where ${isWaiting} and ${among(kinds)}
    order by ${jobs.runAfter} limit 1`,
)

/** When the next waiting job of these kinds is due; it may be in the past. */
export async function nextDue(reader: Reader, kinds: string[]): Promise<Date | undefined> {
  if (!kinds.length) return undefined
  const row = earliestDue.get(reader, { kinds: JSON.stringify(kinds) })
  return row && new Date(row.at)
}

const waitingOf = prepared((db, { kind, key }: Given<{ kind: string; key: string }>) =>
  db
    .select()
    .from(jobs)
    .where(and(eq(jobs.kind, kind), eq(jobs.key, key), isWaiting)),
)

export async function findWaiting(tx: Transaction, kind: string, key: string): Promise<Job | undefined> {
  const row = waitingOf.get(tx, { kind, key })
  return row && toJob(row)
}

export async function findUnfinished(tx: Transaction, kind: string, key: string): Promise<Job | undefined> {
  const [row] = await tx
    .select()
    .from(jobs)
    .where(and(eq(jobs.kind, kind), eq(jobs.key, key), inArray(jobs.state, ['waiting', 'running'])))
    .limit(1)
  return row && toJob(row)
}

const insert = prepared(
  (db, job: Given<Pick<JobRow, 'id' | 'kind' | 'key' | 'payload' | 'version' | 'runAfter' | 'createdAt'>>) => {
    const { id, kind, key, payload, version, runAfter, createdAt } = job
    return db.insert(jobs).values({ id, kind, key, payload, version, runAfter, createdAt, state: 'waiting' })
  },
)

/** @returns its id */
export async function insertJob(tx: Transaction, job: NewJob): Promise<string> {
  const { key = null, payload = null, version = null } = job
  insert.run(tx, { ...job, key, payload, version })
  return job.id
}

const moveRun = prepared((db, { id, runAfter }: Given<{ id: string; runAfter: Date }>) =>
  db.update(jobs).set({ runAfter }).where(eq(jobs.id, id)),
)

export async function updateRunAfter(tx: Transaction, id: string, runAfter: Date): Promise<void> {
  moveRun.run(tx, { id, runAfter })
}

const claim = prepared((db, { kinds, now, leaseUntil }: Given<{ kinds: string; now: Date; leaseUntil: Date }>) => {
  const due = db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(isWaiting, lte(jobs.runAfter, now), among(kinds)))
    .orderBy(asc(jobs.runAfter), asc(jobs.id))
    .limit(1)
  return db
    .update(jobs)
    .set({ state: 'running', attempt: sql`${jobs.attempt} + 1`, startedAt: now, leaseUntil, ...columnsOf(undefined) })
    .where(inArray(jobs.id, due))
    .returning()
})

/** Takes the job that has been due for longest, if one is. One statement, so that no two can take the same. */
export async function claimJob(
  tx: Transaction,
  { kinds, now, leaseUntil }: { kinds: string[]; now: Date; leaseUntil: Date },
): Promise<Job | undefined> {
  const row = claim.get(tx, { kinds: JSON.stringify(kinds), now, leaseUntil })
  return row && toJob(row)
}

/** Written out: with a value in its place SQLite compiles the statement anew each time, for the index of waiting jobs. */
const isWaiting = sql`${jobs.state} = 'waiting'`

/** @param kinds names as a list in JSON */
const among = (kinds: SQL) => sql`${jobs.kind} in (select value from json_each(${kinds}))`

export async function updateLeases(tx: Transaction, ids: string[], leaseUntil: Date): Promise<void> {
  await tx
    .update(jobs)
    .set({ leaseUntil })
    .where(and(inArray(jobs.id, ids), eq(jobs.state, 'running')))
}

type Progress = Pick<JobRow, 'progressDone' | 'progressTotal' | 'progressWhat' | 'progressSince'>

const setProgress = prepared((db, progress: Given<Progress & { id: string }>) => {
  const { id, progressDone, progressTotal, progressWhat, progressSince } = progress
  return db
    .update(jobs)
    .set({ progressDone, progressTotal, progressWhat, progressSince })
    .where(and(eq(jobs.id, id), eq(jobs.state, 'running')))
})

export async function updateProgress(tx: Transaction, id: string, progress: JobProgress): Promise<void> {
  setProgress.run(tx, { id, ...columnsOf(progress) })
}

/** Rows marked as running: those whose lease has run out by `now`, or all of them. */
export async function listOrphans(tx: Transaction, now?: Date): Promise<Job[]> {
  const expired = now && lt(jobs.leaseUntil, now)
  const rows = await tx
    .select()
    .from(jobs)
    .where(and(eq(jobs.state, 'running'), expired))
  return rows.map(toJob)
}

type End = Pick<JobRow, 'id' | 'state' | 'finishedAt' | 'error'>

const finish = prepared((db, { id, state, finishedAt, error }: Given<End>) =>
  db.update(jobs).set({ state, finishedAt, error, leaseUntil: null }).where(eq(jobs.id, id)),
)

export async function finishJob(
  tx: Transaction,
  id: string,
  end: { state: 'done' | 'failed' | 'interrupted'; at: Date; error?: string; progress?: JobProgress | undefined },
): Promise<void> {
  const { state, at, error = null, progress } = end
  if (progress) await updateProgress(tx, id, progress)
  finish.run(tx, { id, state, finishedAt: at, error })
}

export async function returnJob(
  tx: Transaction,
  id: string,
  again: { runAfter: Date; attempt: number; error: string | undefined },
): Promise<void> {
  const { runAfter, attempt, error = null } = again
  await tx
    .update(jobs)
    .set({ state: 'waiting', runAfter, attempt, error, leaseUntil: null, startedAt: null, ...columnsOf(undefined) })
    .where(eq(jobs.id, id))
}

/** Makes a job that has ended wait as if it were new. */
export async function renewJob(tx: Transaction, id: string, at: Date): Promise<void> {
  const fresh = { attempt: 0, startedAt: null, finishedAt: null, error: null, leaseUntil: null }
  await tx
    .update(jobs)
    .set({ state: 'waiting', runAfter: at, ...fresh, ...columnsOf(undefined) })
    .where(eq(jobs.id, id))
}

/** The error of an earlier attempt stays with it. */
export async function cancelWaiting(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.update(jobs).set({ state: 'cancelled', finishedAt: at }).where(eq(jobs.id, id))
}

/** @returns how many rows were removed, at most `limit` */
export async function removeFinished(tx: Transaction, before: Date, limit: number): Promise<number> {
  const old = tx
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(isNotNull(jobs.finishedAt), lt(jobs.finishedAt, before)))
    .limit(limit)
  const removed = await tx.delete(jobs).where(inArray(jobs.id, old)).returning({ id: jobs.id })
  return removed.length
}

/** Kinds that have waiting jobs although nothing in this configuration can run them. */
export async function listUnknownKinds(reader: Reader, known: string[]): Promise<string[]> {
  const rows = await reader
    .selectDistinct({ kind: jobs.kind })
    .from(jobs)
    .where(and(eq(jobs.state, 'waiting'), notInArray(jobs.kind, known)))
    .orderBy(asc(jobs.kind))
  return rows.map((row) => row.kind)
}

export async function listSchedules(reader: Reader): Promise<ScheduleRow[]> {
  return await reader.select().from(jobSchedules).orderBy(asc(jobSchedules.kind))
}

export async function saveSchedule(tx: Transaction, row: ScheduleRow): Promise<void> {
  await tx.insert(jobSchedules).values(row).onConflictDoUpdate({ target: jobSchedules.kind, set: row })
}

export async function removeOtherSchedules(tx: Transaction, kinds: string[]): Promise<void> {
  await tx.delete(jobSchedules).where(notInArray(jobSchedules.kind, kinds))
}

function columnsOf(progress: JobProgress | undefined) {
  return {
    progressDone: progress?.done ?? null,
    progressTotal: progress?.total ?? null,
    progressWhat: progress?.what ?? null,
    progressSince: progress?.since ?? null,
  }
}

function toJob(row: JobRow): Job {
  const { id, kind, state, attempt, runAfter, createdAt } = row
  return {
    ...{ id, kind, state, attempt, runAfter, createdAt },
    ...present({
      key: row.key,
      payload: row.payload,
      version: row.version,
      startedAt: row.startedAt,
      finishedAt: row.finishedAt,
      error: row.error,
    }),
    ...present({ progress: progressOf(row) }),
  }
}

function progressOf({ progressDone, progressTotal, progressWhat, progressSince }: JobRow): JobProgress | null {
  if (progressDone === null || progressWhat === null || progressSince === null) return null
  return { done: progressDone, ...present({ total: progressTotal }), what: progressWhat, since: progressSince }
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], null> }

/** The same without the columns that hold nothing. */
function present<T extends object>(columns: T): Present<T> {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null)) as Present<T>
}
