import { type Job, type JobState, jobStates } from '../../platform/jobs/job.ts'
import type { CellState, FactsView } from '../../platform/views/built-in.ts'
import type { Pager } from './pager.ts'

/** `admin/jobs`. */
export interface JobsPage extends JobQueue {
  states: readonly { id: string; title: string; href: string; count: number; current: boolean }[]
  /** The state that is shown; empty for all. */
  state: string
  kinds: readonly { id: string; chosen: boolean }[]
  clearHref: string
}

/** `admin/_queue`. */
export interface JobQueue {
  rows: readonly JobRow[]
  pager: Pager
  /** Polled while something runs; else null. */
  pollHref: string | null
  /** Whether less is shown than there is. */
  filtered: boolean
}

export interface JobRow {
  id: string
  href: string
  kind: string
  key: string | null
  state: JobState
  tone: CellState | 'info'
  attempt: number
  /** How often it is tried at most; null where nothing runs its kind. */
  attempts: number | null
  /** What happened or will happen, and when: `ended`. */
  when: { words: string; at: number }
  /** Milliseconds that the last attempt took. */
  took: number | null
  progress: JobProgressView | null
  error: string | null
  retryHref: string | null
  cancelHref: string | null
}

/** `admin/_progress`. */
export interface JobProgressView {
  id: string
  what: string
  done: number
  total: number | null
  since: number
}

/** `admin/job`. */
export interface JobPage {
  job: JobRow
  /** What was done just now, in a sentence. */
  said: string | null
  facts: FactsView['facts']
  /** As JSON, without secrets; null where it has none. */
  payload: string | null
  pollHref: string | null
}

/** `admin/schedules`. */
export interface SchedulesPage {
  rows: readonly {
    kind: string
    href: string
    /** `10 min`. */
    every: string
    lastAt: number | null
    nextAt: number
    runHref: string
  }[]
}

const path = '/admin/jobs'

const tones: Record<JobState, JobRow['tone']> = {
  waiting: 'plain',
  running: 'info',
  done: 'ok',
  failed: 'bad',
  interrupted: 'warn',
  cancelled: 'plain',
}

export function jobRow(job: Job, attempts: number | undefined, now: Date): JobRow {
  const { id, kind, state, key, attempt, error, progress, startedAt, finishedAt } = job
  const own = `${path}/${encodeURIComponent(id)}`
  const isOver = state !== 'waiting' && state !== 'running'
  return {
    id,
    href: own,
    kind,
    key: key === undefined || key === 'schedule' ? null : key,
    state,
    tone: tones[state],
    attempt,
    attempts: attempts ?? null,
    when: whenOf(job, now),
    took: startedAt && finishedAt && state !== 'cancelled' ? finishedAt.getTime() - startedAt.getTime() : null,
    progress:
      state === 'running' && progress
        ? { id, ...progress, total: progress.total ?? null, since: progress.since.getTime() }
        : null,
    error: error ?? null,
    retryHref: isOver && state !== 'done' ? `${own}/retry` : null,
    cancelHref: state === 'waiting' ? `${own}/cancellation` : null,
  }
}

function whenOf({ state, runAfter, startedAt, finishedAt, createdAt }: Job, now: Date): JobRow['when'] {
  if (state === 'waiting') return { words: runAfter > now ? 'runs' : 'due', at: runAfter.getTime() }
  if (state === 'running') return { words: 'began', at: (startedAt ?? createdAt).getTime() }
  return { words: 'ended', at: (finishedAt ?? createdAt).getTime() }
}

export interface JobsQuery {
  state?: JobState | undefined
  kind?: string | undefined
}

/** The states with their numbers, those of the kind that was chosen; `all` first. */
export function stateLinks(
  { state, kind }: JobsQuery,
  counts: readonly { kind: string; state: JobState; count: number }[],
): JobsPage['states'] {
  const of = (one: JobState | undefined) =>
    counts
      .filter((row) => (one === undefined || row.state === one) && (kind === undefined || row.kind === kind))
      .reduce((sum, row) => sum + row.count, 0)
  const all = [undefined, ...jobStates].map((one) => ({
    id: one ?? 'all',
    title: one === undefined ? 'All' : one.charAt(0).toUpperCase() + one.slice(1),
    href: jobsHref({ state: one, kind }),
    count: of(one),
    current: one === state,
  }))
  return all
}

export function jobsHref(query: JobsQuery, more: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries({ ...query, ...more }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}
