import type { Log, Progress } from '../../api/plugin.ts'
import type { After } from './clock.ts'
import type { Job } from './job.ts'
import type { ResolvedKind } from './kind.ts'

/** How long a run may take to end after its signal has aborted. */
export const abandonAfter = 10_000

/** How an attempt ended. `final`: another attempt would be of no use. `stopped`: the portal stops; it does not count. */
export type Outcome = { end: 'done' } | { end: 'failed'; error: unknown; final?: boolean } | { end: 'stopped' }

/** One run of one job, until it has ended or has been given up. */
export interface Attempt {
  readonly job: Job
  readonly kind: ResolvedKind
  /** Never rejects. */
  readonly outcome: Promise<Outcome>
  /** Aborts the run and waits so many milliseconds for it to end. */
  stop(graceMs: number): void
}

/**
 * Begins a run. Once its signal has aborted, a run counts as unfinished even when it returns without an error: it
 * cannot be told from one that left early, and work lost in silence is worse than work done twice.
 */
export function startAttempt(options: {
  job: Job
  kind: ResolvedKind
  progress: Progress
  after: After
  log: Log
}): Attempt {
  const { job, kind, progress, after, log } = options
  const controller = new AbortController()
  let interruption: Outcome | undefined
  let over = false
  let resolve: (outcome: Outcome) => void
  let cancel = after(kind.timeout, expire)
  const outcome = new Promise<Outcome>((settle) => {
    resolve = settle
  })

  function stop(graceMs: number): void {
    interrupt({ end: 'stopped' }, 'The portal stops.', graceMs, true)
  }

  function expire(): void {
    const error = new Error(`It took longer than ${seconds(kind.timeout)} and was stopped.`)
    interrupt({ end: 'failed', error }, error.message, abandonAfter)
  }

  function interrupt(next: Outcome, reason: string, graceMs: number, hold = false): void {
    if (over) return
    interruption ??= next
    cancel()
    cancel = after(graceMs, abandon, hold)
    controller.abort(new DOMException(reason, 'AbortError'))
  }

  function abandon(): void {
    log.warn(
      { job: job.id, kind: kind.kind },
      `${kind.kind} did not end when it was told to; it is no longer waited for.`,
    )
    if (interruption) end(interruption)
  }

  function end(next: Outcome): void {
    if (over) return
    over = true
    cancel()
    resolve(next)
  }

  async function run(): Promise<void> {
    try {
      await kind.run({ payload: job.payload, signal: controller.signal, progress: report })
      if (over) log.warn({ job: job.id, kind: kind.kind }, `${kind.kind} has ended after it was given up.`)
      end(interruption ?? { end: 'done' })
    } catch (error) {
      if (over) log.warn({ job: job.id, kind: kind.kind, err: error }, `${kind.kind} has failed after it was given up.`)
      end(interruption ?? { end: 'failed', error })
    }
  }

  const report: Progress = (done, total, what) => {
    if (!over) progress(done, total, what)
  }

  void run()
  return { job, kind, outcome, stop }
}

/** The attempt of a job whose payload this version of its plugin does not understand: it has failed before it began. */
export function refuseAttempt(job: Job, kind: ResolvedKind): Attempt {
  const versions = `version ${job.version ?? 'none'}, and ${kind.kind} now reads version ${kind.version ?? 'none'}`
  const error = new Error(`Its payload is of ${versions}. Start it anew.`)
  return { job, kind, outcome: Promise.resolve({ end: 'failed', error, final: true }), stop: () => undefined }
}

/** The attempt of a job that was claimed when the portal was already to stop: it waits again. */
export function returnAttempt(job: Job, kind: ResolvedKind): Attempt {
  return { job, kind, outcome: Promise.resolve({ end: 'stopped' }), stop: () => undefined }
}

function seconds(ms: number): string {
  return ms < 120_000 ? `${ms / 1000} s` : `${Math.round(ms / 60_000)} min`
}
