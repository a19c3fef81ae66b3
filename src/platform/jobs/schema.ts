import { sql } from 'drizzle-orm'
import { index, integer, json, table, text, time, uniqueIndex } from '../db/columns.ts'
import { jobStates } from './job.ts'

export const jobs = table(
  'jobs',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    state: text({ enum: jobStates }).notNull(),
    key: text(),
    payload: json<unknown>(),
    version: integer(),
    attempt: integer().notNull().default(0),
    runAfter: time().notNull(),
    leaseUntil: time(),
    progressDone: integer(),
    progressTotal: integer(),
    progressWhat: text(),
    progressSince: time(),
    createdAt: time().notNull(),
    startedAt: time(),
    finishedAt: time(),
    error: text(),
  },
  (t) => [
    uniqueIndex('jobs_waiting_key').on(t.kind, t.key).where(sql`state = 'waiting'`),
    // Of all kinds: those whose turn is not now are passed over without looking at their rows.
    index('jobs_due').on(t.state, t.runAfter, t.kind),
    index('jobs_state').on(t.state, t.id),
    index('jobs_kind').on(t.kind, t.state),
    index('jobs_finished').on(t.finishedAt),
  ],
)

/** When the kinds with an interval run next; it outlives the process, so that a run missed while down is made up for. */
export const jobSchedules = table('job_schedules', {
  kind: text().primaryKey(),
  /** Milliseconds; a changed interval counts from the last run. */
  every: integer().notNull(),
  nextAt: time().notNull(),
  lastAt: time(),
})
