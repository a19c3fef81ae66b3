import type { Transaction } from '../../api/database.ts'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { Attempt, Outcome } from './attempt.ts'
import { backoff } from './backoff.ts'
import type { Job, JobProgress } from './job.ts'
import type { ResolvedKind } from './kind.ts'
import { findWaiting, finishJob, listOrphans, returnJob } from './store.ts'

const longestError = 2000

/** What became of a job, for the log. */
export interface Ending {
  state: 'done' | 'failed' | 'interrupted' | 'waiting'
  error?: string
  /** When it is tried again. */
  again?: Date
}

/** Writes down how an attempt ended: done, given up, or waiting for the next attempt. */
export async function endAttempt(
  tx: Transaction,
  { job, kind }: Pick<Attempt, 'job' | 'kind'>,
  outcome: Outcome,
  { at, random, progress }: { at: Date; random: () => number; progress: JobProgress | undefined },
): Promise<Ending> {
  if (outcome.end === 'done') {
    await finishJob(tx, job.id, { state: 'done', at, progress })
    return { state: 'done' }
  }
  if (outcome.end === 'stopped') {
    return await wait(tx, job, { state: 'interrupted', at, runAfter: at, attempt: job.attempt - 1, error: job.error })
  }
  const error = explain(outcome.error)
  if (outcome.final || job.attempt >= kind.attempts) {
    await finishJob(tx, job.id, { state: 'failed', at, error, progress })
    return { state: 'failed', error }
  }
  const runAfter = new Date(at.getTime() + backoff(job.attempt, random))
  return await wait(tx, job, { state: 'failed', at, runAfter, attempt: job.attempt, error })
}

/**
 * Takes care of jobs that nothing runs although they are marked as running. One process owns the database, so at
 * the start that is all of them; the first crash is made up for at once, later ones with a growing pause, so that
 * a job which ends the process cannot do so in a tight loop.
 */
export async function recoverOrphans(
  tx: Transaction,
  options: {
    kinds: ReadonlyMap<string, ResolvedKind>
    at: Date
    random: () => number
    expiredOnly?: boolean
  },
): Promise<{ job: Job; ending: Ending }[]> {
  const { kinds, at, random, expiredOnly = false } = options
  const what = expiredOnly ? 'The end of this job could not be written down.' : 'The portal ended while this job ran.'
  const recovered: { job: Job; ending: Ending }[] = []
  for (const job of await listOrphans(tx, expiredOnly ? at : undefined)) {
    recovered.push({ job, ending: await recover(tx, job, kinds.get(job.kind), { at, random, what }) })
  }
  return recovered
}

async function recover(
  tx: Transaction,
  job: Job,
  kind: ResolvedKind | undefined,
  { at, random, what }: { at: Date; random: () => number; what: string },
): Promise<Ending> {
  if (!kind) return await interrupt(tx, job, at, `${what} Nothing in this configuration runs ${job.kind} any more.`)
  if (job.attempt >= kind.attempts) {
    const spent = `It had no attempt left (${job.attempt} of ${kind.attempts}).`
    return await interrupt(tx, job, at, `${what} ${spent} Start it again if its work is still needed.`)
  }
  const pause = job.attempt > 1 ? backoff(job.attempt - 1, random) : 0
  const runAfter = new Date(at.getTime() + pause)
  const error = `${what} It is tried again.`
  return await wait(tx, job, { state: 'interrupted', at, runAfter, attempt: job.attempt, error })
}

async function interrupt(tx: Transaction, job: Job, at: Date, error: string): Promise<Ending> {
  await finishJob(tx, job.id, { state: 'interrupted', at, error })
  return { state: 'interrupted', error }
}

/** Back to waiting, unless a younger job of the same key waits already: it does the same work, so one is enough. */
async function wait(
  tx: Transaction,
  job: Job,
  next: { state: 'failed' | 'interrupted'; at: Date; runAfter: Date; attempt: number; error: string | undefined },
): Promise<Ending> {
  const { state, at, runAfter, attempt, error } = next
  const twin = job.key === undefined ? undefined : await findWaiting(tx, job.kind, job.key)
  if (twin) {
    const replaced = [error, `The job ${twin.id}, which has the same key, takes its place.`].filter(Boolean).join(' ')
    await finishJob(tx, job.id, { state, at, error: replaced })
    return { state, error: replaced }
  }
  await returnJob(tx, job.id, { runAfter, attempt, error })
  return { state: 'waiting', again: runAfter, ...(error !== undefined && { error }) }
}

function explain(error: unknown): string {
  const hint = error instanceof PortalError && error.hint ? ` ${error.hint}` : ''
  return `${messageOf(error)}${hint}`.slice(0, longestError)
}
