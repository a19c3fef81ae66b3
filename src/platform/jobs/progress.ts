import type { After } from './clock.ts'
import type { JobProgress } from './job.ts'

export const writeInterval = 500
const longestText = 300

export interface ProgressBook {
  report(id: string, done: number, total: number | undefined, what: string): void
  /** Takes a job's latest progress out of the book, for the write that ends its attempt. */
  take(id: string): JobProgress | undefined
  settled(): Promise<void>
  close(): Promise<void>
}

/** Keeps the latest progress of every running job and writes what has changed, all in one write each half second. */
export function createProgress(options: {
  now: () => Date
  after: After
  /** Must not reject. */
  write: (changed: ReadonlyMap<string, JobProgress>) => Promise<void>
}): ProgressBook {
  const { now, after, write } = options
  const latest = new Map<string, JobProgress>()
  const changed = new Set<string>()
  let writing: Promise<void> | undefined
  let cancel: (() => void) | undefined
  let writtenAt = Number.NEGATIVE_INFINITY

  function report(id: string, done: number, total: number | undefined, text: string): void {
    const what = text.slice(0, longestText)
    const before = latest.get(id)
    const since = before?.what === what ? before.since : now()
    latest.set(id, { done: finite(done) ?? 0, ...optional(finite(total)), what, since })
    changed.add(id)
    plan()
  }

  function take(id: string): JobProgress | undefined {
    const progress = latest.get(id)
    latest.delete(id)
    changed.delete(id)
    return progress
  }

  async function settled(): Promise<void> {
    while (writing) await writing
  }

  function close(): Promise<void> {
    changed.clear()
    cancel?.()
    return settled()
  }

  function plan(): void {
    if (!changed.size || writing || cancel) return
    const wait = writtenAt + writeInterval - now().getTime()
    // A clock that was set back must not hold progress back for longer than the interval.
    if (wait <= 0) flush()
    else cancel = after(Math.min(wait, writeInterval), flush)
  }

  function flush(): void {
    cancel = undefined
    const entries = new Map([...latest].filter(([id]) => changed.has(id)))
    changed.clear()
    if (!entries.size) return
    writtenAt = now().getTime()
    writing = write(entries).then(() => {
      writing = undefined
      plan()
    })
  }

  return { report, take, settled, close }
}

const finite = (value: number | undefined) => (Number.isFinite(value) ? value : undefined)
const optional = (total: number | undefined) => (total === undefined ? {} : { total })
