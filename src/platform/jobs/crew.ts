import { AsyncLocalStorage } from 'node:async_hooks'
import type { Transaction } from '../../api/database.ts'
import { messageOf } from '../../api/errors.ts'
import type { Log } from '../../api/plugin.ts'
import type { PortalDatabase } from '../db/open.ts'
import { type Attempt, refuseAttempt, returnAttempt, startAttempt } from './attempt.ts'
import type { After } from './clock.ts'
import { type Ending, endAttempt, recoverOrphans } from './ending.ts'
import type { Job, JobProgress } from './job.ts'
import type { ResolvedKind } from './kind.ts'
import { createProgress } from './progress.ts'
import { updateLeases, updateProgress } from './store.ts'

/** How long the mark of a running job holds, in milliseconds; it is renewed three times as often. */
export const lease = 60_000

/** What takes the place of a job that has ended: claimed with its end, begun after the commit. */
export interface Succession {
  /** Called once the job counts no longer as running. */
  begin(): void
  /** The transaction has failed. */
  forget(): void
}

/** The jobs that run in this process, from the claim to the end written down. */
export interface Crew {
  /** How many run of each kind. */
  counts(): Map<string, number>
  begin(job: Job, kind: ResolvedKind): void
  /** Aborts what runs, gives it the grace time, and returns when every end is written down. */
  stop(graceMs: number): Promise<void>
  settled(): Promise<void>
}

export function createCrew(options: {
  db: Pick<PortalDatabase, 'write'>
  log: Log
  now: () => Date
  random: () => number
  after: After
  kinds: ReadonlyMap<string, ResolvedKind>
  /** A place has become free, or a job waits again. */
  changed: () => void
  /** Takes part in the transaction that writes down the end of a job. */
  succeed: (tx: Transaction, ended: ResolvedKind) => Promise<Succession>
}): Crew {
  const { db, log, now, random, after, kinds, changed, succeed } = options
  const running = new Map<string, { attempt: Attempt; ended: Promise<void> }>()
  /** Jobs whose end could not be written down, with the time at which their lease has certainly run out. */
  const adrift = new Map<string, number>()
  const progress = createProgress({ now, after, write: writeProgress })
  // A run reports progress from within its own transactions, which must not reach into ours.
  const outside = AsyncLocalStorage.snapshot()
  let cancelHeartbeat: (() => void) | undefined
  let beating: Promise<void> | undefined
  let stopping = false

  function counts(): Map<string, number> {
    const result = new Map<string, number>()
    for (const { attempt } of running.values()) result.set(attempt.kind.kind, (result.get(attempt.kind.kind) ?? 0) + 1)
    return result
  }

  function begin(job: Job, kind: ResolvedKind): void {
    const report = (done: number, total: number | undefined, what: string) =>
      outside(() => progress.report(job.id, done, total, what))
    const attempt = stopping
      ? returnAttempt(job, kind)
      : job.version === kind.version
        ? startAttempt({ job, kind, progress: report, after, log })
        : refuseAttempt(job, kind)
    running.set(job.id, { attempt, ended: settle(attempt) })
    planHeartbeat()
  }

  async function settle(attempt: Attempt): Promise<void> {
    const { job, kind } = attempt
    const outcome = await attempt.outcome
    const latest = progress.take(job.id)
    let next: Succession | undefined
    try {
      const at = now()
      const ending = await db.write(async (tx) => {
        const written = await endAttempt(tx, attempt, outcome, { at, random, progress: latest })
        next = await succeed(tx, kind)
        return written
      })
      const took = at.getTime() - (job.startedAt ?? at).getTime()
      logEnding(log, { ...job, took, attempts: kind.attempts }, ending, outcome.end === 'stopped')
    } catch (error) {
      next?.forget()
      next = undefined
      adrift.set(job.id, now().getTime() + lease)
      log.error({ job: job.id, kind: job.kind, err: error }, `The end of ${job.kind} could not be written down.`)
    }
    running.delete(job.id)
    if (!running.size && !adrift.size) stopHeartbeat()
    if (next) next.begin()
    else changed()
  }

  async function stop(graceMs: number): Promise<void> {
    stopping = true
    for (const { attempt } of running.values()) attempt.stop(graceMs)
    // What was claimed with the end of another comes after it, and is put back.
    while (running.size) await ended()
    stopHeartbeat()
    await beating
    await progress.close()
  }

  async function settled(): Promise<void> {
    while (running.size || beating) await Promise.all([ended(), beating])
    await progress.settled()
  }

  function ended(): Promise<unknown> {
    return Promise.all([...running.values()].map((one) => one.ended))
  }

  function planHeartbeat(): void {
    if (stopping || cancelHeartbeat || beating) return
    cancelHeartbeat = after(lease / 3, () => {
      cancelHeartbeat = undefined
      beating = outside(beat)
    })
  }

  function stopHeartbeat(): void {
    cancelHeartbeat?.()
    cancelHeartbeat = undefined
  }

  /** Renews the leases of what runs, and takes care of rows whose lease has run out. */
  async function beat(): Promise<void> {
    const at = now()
    try {
      const recovered = await db.write(async (tx) => {
        await updateLeases(tx, [...running.keys()], new Date(at.getTime() + lease))
        return await recoverOrphans(tx, { kinds, at, random, expiredOnly: true })
      })
      for (const { job, ending } of recovered) logEnding(log, job, ending)
      for (const [id, until] of adrift) if (until < at.getTime()) adrift.delete(id)
      if (recovered.length) changed()
    } catch (error) {
      log.error({ err: error }, `The leases of the running jobs could not be renewed: ${messageOf(error)}`)
    }
    beating = undefined
    if (running.size || adrift.size) planHeartbeat()
  }

  async function writeProgress(entries: ReadonlyMap<string, JobProgress>): Promise<void> {
    try {
      await db.write(async (tx) => {
        for (const [id, value] of entries) await updateProgress(tx, id, value)
      })
    } catch (error) {
      log.warn({ err: error }, `The progress of the running jobs could not be written: ${messageOf(error)}`)
    }
  }

  return { counts, begin, stop, settled }
}

/** One line for each attempt. `took` is in milliseconds. */
export function logEnding(
  log: Log,
  job: Pick<Job, 'id' | 'kind' | 'attempt'> & { took?: number; attempts?: number },
  { state, error, again }: Ending,
  stopped = false,
): void {
  const { id, kind, attempt, attempts, took } = job
  const detail = { job: id, kind, attempt, attempts, took, state, error, again }
  if (state === 'done') log.debug(detail, `${kind} is done.`)
  else if (stopped) log.info(detail, `${kind} was put back because the portal stops.`)
  else if (state === 'waiting') log.warn(detail, `${kind} did not finish and is tried again: ${error}`)
  else log.error(detail, `${kind} ${state === 'failed' ? 'failed' : 'was interrupted'}: ${error}`)
}
