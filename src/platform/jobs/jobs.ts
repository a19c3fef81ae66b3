import { AsyncLocalStorage } from 'node:async_hooks'
import type { Transaction } from '../../api/database.ts'
import { messageOf } from '../../api/errors.ts'
import type { Jobs, Log } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import type { PortalDatabase } from '../db/open.ts'
import { type After, after as realAfter } from './clock.ts'
import { createCrew, lease, logEnding, type Succession } from './crew.ts'
import { recoverOrphans } from './ending.ts'
import type { Job, JobCount, JobSchedule } from './job.ts'
import { type JobKind, type ResolvedKind, resolveKinds } from './kind.ts'
import { retention } from './retention.ts'
import { createSchedules, scheduleKey } from './schedules.ts'
import { cancelJob, retryJob } from './steering.ts'
import * as store from './store.ts'

/** How long to leave a database alone that has just failed. */
const pause = 10_000
/** Timers stand still while a machine sleeps: the clock is looked at at least this often. */
const longestSleep = 3_600_000
/** Characters of JSON: a job says what to do and leaves bulk to tables and files. */
const largestPayload = 262_144

export interface JobsOptions {
  db: Pick<PortalDatabase, 'read' | 'write' | 'afterCommit'>
  log: Log
  now: () => Date
  id: () => string
  kinds: readonly JobKind[]
  /** Told when a job was added, has begun or has ended; not of its progress. */
  changed?: () => void
  /** From 0 to 1; Math.random unless given. */
  random?: () => number
  /** Timers; those of Node unless given. */
  after?: After
}

export interface JobRunner extends Jobs {
  /** Takes up what an earlier process left, then runs what is due. Jobs can be added before. */
  start(): Promise<void>
  /**
   * Begins no further job, aborts the running ones and gives them so many milliseconds (10 s) to end; then they wait
   * again, and the attempt does not count. Call it before the database closes.
   */
  stop(graceMs?: number): Promise<void>
  /**
   * Has a kind run as soon as its limit allows, as if its turn had come.
   * @param tx makes it part of a transaction
   * @returns the id of the job
   * @throws Error when nothing brings this kind
   */
  runNow(kind: string, tx?: Transaction): Promise<string>
  /** Has a job that failed, was interrupted or cancelled wait as if it were new: see `retryJob`. */
  retry(tx: Transaction, id: string): Promise<Job>
  /** Takes a waiting job back: see `cancelJob`. */
  cancel(tx: Transaction, id: string): Promise<Job>
  /** The youngest first. */
  list(filter?: store.JobFilter): Promise<Job[]>
  find(id: string): Promise<Job | undefined>
  /** For metrics: how many jobs there are of each kind in each state. */
  counts(): Promise<JobCount[]>
  /** How many have ended since then without being done. */
  troubles(since: Date): Promise<JobCount[]>
  /** Kinds that run by themselves, by name. */
  schedules(): Promise<JobSchedule[]>
  /** Kinds that have waiting jobs although nothing runs them. */
  unknownKinds(): Promise<string[]>
  /** What runs jobs of this kind. */
  kind(name: string): Pick<ResolvedKind, 'every' | 'attempts' | 'timeout' | 'limit'> | undefined
  /** Resolves when nothing runs, nothing is being begun and everything is written down. */
  settled(): Promise<void>
}

export const jobRunner: ServiceRef<JobRunner> = serviceRef('platform.jobs')

/** Pages that show jobs follow this topic. */
export const jobsTopic = 'jobs'

/** Jobs are rows; this runs them. Nothing is polled: the commit of a new job wakes it, or the time of the next one. */
export function createJobs(options: JobsOptions): JobRunner {
  const { db, log, now, id, random = Math.random, after = realAfter, changed } = options
  const kinds = resolveKinds([...options.kinds, retention({ db, now })])
  const schedules = createSchedules({ kinds: kinds.values(), now, id, random })
  const crew = createCrew({ db, log, now, random, after, kinds, changed: wake, succeed })
  // Whoever adds a job wakes us; their transaction and request must not reach into the runs.
  const outside = AsyncLocalStorage.snapshot()
  let state: 'new' | 'started' | 'stopping' = 'new'
  let stopped: Promise<void> | undefined
  let pumping: Promise<void> | undefined
  let again = false
  /** How often something asked for a look: what was found before the last time is out of date. */
  let asked = 0
  /** Claimed by the end of another, and not begun yet. */
  const claims = new Set<Job>()
  let wakesAt = Number.POSITIVE_INFINITY
  let cancelAlarm: (() => void) | undefined

  const enqueue: Jobs['enqueue'] = async (tx, kind, { payload, key, after: runAfter = now() } = {}) => {
    const { version } = known(kind)
    checkPayload(kind, payload)
    db.afterCommit(() => wakeFor(runAfter))
    const waiting = key === undefined ? undefined : await store.findWaiting(tx, kind, key)
    if (!waiting)
      return await store.insertJob(tx, { id: id(), kind, key, payload, version, runAfter, createdAt: now() })
    // The pause after a failed attempt stays: otherwise a busy caller would undo it.
    if (waiting.attempt === 0 && runAfter < waiting.runAfter) await store.updateRunAfter(tx, waiting.id, runAfter)
    return waiting.id
  }

  async function runNow(kind: string, tx?: Transaction): Promise<string> {
    if (!tx) return await db.write((own) => runNow(kind, own))
    const job = await enqueue(tx, kind, { key: scheduleKey })
    await store.updateRunAfter(tx, job, now())
    return job
  }

  async function retry(tx: Transaction, job: string): Promise<Job> {
    db.afterCommit(wake)
    return await retryJob(tx, job, { at: now(), isKnown: (kind) => kinds.has(kind) })
  }

  async function cancel(tx: Transaction, job: string): Promise<Job> {
    db.afterCommit(wake)
    return await cancelJob(tx, job, now())
  }

  async function start(): Promise<void> {
    if (state !== 'new') throw new Error('The jobs have been started already.')
    const recovered = await db.write(async (tx) => {
      await schedules.load(tx)
      return await recoverOrphans(tx, { kinds, at: now(), random })
    })
    for (const { job, ending } of recovered) logEnding(log, job, ending)
    const unknown = await store.listUnknownKinds(db.read, [...kinds.keys()])
    if (unknown.length) log.warn({ kinds: unknown }, `Nothing in this configuration runs ${unknown.join(', ')}.`)
    state = 'started'
    wake()
  }

  function stop(graceMs = 10_000): Promise<void> {
    state = 'stopping'
    stopped ??= end(graceMs)
    return stopped
  }

  async function end(graceMs: number): Promise<void> {
    await pumping
    cancelAlarm?.()
    await crew.stop(graceMs)
  }

  async function settled(): Promise<void> {
    while (pumping || crew.counts().size) {
      await pumping
      await crew.settled()
    }
    await crew.settled()
  }

  function wake(): void {
    changed?.()
    look()
  }

  function look(): void {
    asked++
    again = true
    if (state === 'started') pumping ??= outside(pump)
  }

  /** For a job that is due later nothing is looked through: the alarm is set. */
  function wakeFor(at: Date): void {
    if (state !== 'started' || pumping || isDue(at)) {
      wake()
      return
    }
    changed?.()
    asked++
    if (at.getTime() < wakesAt) outside(() => alarm(at))
  }

  async function pump(): Promise<void> {
    while (again && state === 'started') {
      again = false
      try {
        await turn()
      } catch (error) {
        log.error({ err: error }, `The jobs could not be looked through: ${messageOf(error)}`)
        alarm(new Date(now().getTime() + pause))
      }
    }
    pumping = undefined
  }

  /** Begins what is due and sets the alarm for what comes next. */
  async function turn(): Promise<void> {
    const due = await store.nextDue(db.read, freeKinds())
    if (!isDue(due) && !isDue(schedules.next())) return alarm(earlier(due, schedules.next()))
    const before = asked
    const { claimed, next } = await db.write(async (tx) => {
      await schedules.enqueueDue(tx)
      return await claimAll(tx)
    })
    schedules.committed()
    for (const job of claimed) crew.begin(job, known(job.kind))
    if (claimed.length > 0) changed?.()
    if (asked === before) alarm(earlier(next, schedules.next()))
  }

  /**
   * What is due takes the place of a job in the transaction of its end. Where something asked for a look meanwhile, or
   * one goes on, what was found may be out of date.
   */
  async function succeed(tx: Transaction, ended: ResolvedKind): Promise<Succession> {
    if (state !== 'started' || pumping || isDue(schedules.next())) return { begin: wake, forget: () => undefined }
    const before = asked
    const { claimed, next } = await claimAll(tx, ended)
    for (const job of claimed) claims.add(job)
    const forget = () => {
      for (const job of claimed) claims.delete(job)
    }
    const begin = () => {
      forget()
      for (const job of claimed) crew.begin(job, known(job.kind))
      if (asked !== before || pumping) return wake()
      changed?.()
      outside(() => alarm(earlier(next, schedules.next())))
    }
    return { begin, forget }
  }

  /** @returns what was claimed, and when the next one is due that could run */
  async function claimAll(tx: Transaction, ended?: ResolvedKind): Promise<{ claimed: Job[]; next: Date | undefined }> {
    const claimed: Job[] = []
    const at = now()
    const leaseUntil = new Date(at.getTime() + lease)
    for (;;) {
      const free = freeKinds(claimed, ended)
      const next = await store.nextDue(tx, free)
      const job = next && next <= at ? await store.claimJob(tx, { kinds: free, now: at, leaseUntil }) : undefined
      if (!job) return { claimed, next }
      claimed.push(job)
    }
  }

  function freeKinds(claimed: readonly Job[] = [], ended?: ResolvedKind): string[] {
    const taken = crew.counts()
    if (ended) taken.set(ended.kind, (taken.get(ended.kind) ?? 1) - 1)
    for (const { kind } of [...claims, ...claimed]) taken.set(kind, (taken.get(kind) ?? 0) + 1)
    return [...kinds.values()].filter(({ kind, limit }) => (taken.get(kind) ?? 0) < limit).map(({ kind }) => kind)
  }

  function alarm(at: Date | undefined): void {
    cancelAlarm?.()
    wakesAt = at?.getTime() ?? Number.POSITIVE_INFINITY
    cancelAlarm = at && after(Math.min(Math.max(at.getTime() - now().getTime(), 1), longestSleep), wake)
  }

  function isDue(at: Date | undefined): boolean {
    return at !== undefined && at <= now()
  }

  function known(kind: string): ResolvedKind {
    const found = kinds.get(kind)
    if (!found) throw new Error(`Nothing runs the job ${kind}; there are ${[...kinds.keys()].join(', ')}.`)
    return found
  }

  const list = (filter: store.JobFilter = {}) => store.listJobs(db.read, filter)
  const find = (job: string) => store.findJob(db.read, job)
  const counts = () => store.countJobs(db.read)
  const troubles = (since: Date) => store.countTroubles(db.read, since)
  const listed = async () =>
    (await store.listSchedules(db.read)).map(({ lastAt, ...turn }) => ({ ...turn, lastAt: lastAt ?? undefined }))
  const unknownKinds = () => store.listUnknownKinds(db.read, [...kinds.keys()])
  const kind = (name: string) => kinds.get(name)
  const steering = { runNow, retry, cancel }
  return {
    enqueue,
    start,
    stop,
    ...steering,
    list,
    find,
    counts,
    troubles,
    schedules: listed,
    unknownKinds,
    kind,
    settled,
  }
}

function checkPayload(kind: string, payload: unknown): void {
  if (payload === undefined) return
  const text: string | undefined = JSON.stringify(payload)
  if (text === undefined) throw new Error(`The payload of the job ${kind} cannot be kept as JSON.`)
  if (text.length > largestPayload)
    throw new Error(`The payload of the job ${kind} has ${text.length} characters; ${largestPayload} are allowed.`)
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  return a && b ? (a < b ? a : b) : (a ?? b)
}
