import type { Transaction } from '../../api/database.ts'
import { PortalError } from '../../api/errors.ts'
import type { Job, JobState } from './job.ts'
import { cancelWaiting, findJob, findWaiting, renewJob } from './store.ts'

const ended: readonly JobState[] = ['failed', 'interrupted', 'cancelled']

/**
 * Has a job that ended without being done wait again, as if it were new.
 *
 * @returns the job as it was
 * @throws PortalError `not_found`; `conflict` in another state, where nothing runs its kind, or where a younger job of
 *   the same key waits
 */
export async function retryJob(
  tx: Transaction,
  id: string,
  { at, isKnown }: { at: Date; isKnown: (kind: string) => boolean },
): Promise<Job> {
  const job = await found(tx, id)
  if (!ended.includes(job.state)) {
    throw new PortalError('conflict', `This job is ${stateWords[job.state]}, so there is nothing to try again`, {
      hint: 'Load the page again: it may have changed since you opened it.',
    })
  }
  if (!isKnown(job.kind)) {
    throw new PortalError('conflict', `Nothing in this configuration runs ${job.kind}`, {
      hint: 'Name the plugin that brought it in portal.config.ts and start the portal again.',
    })
  }
  const twin = job.key === undefined ? undefined : await findWaiting(tx, job.kind, job.key)
  if (twin) {
    throw new PortalError('conflict', `The job ${twin.id} of the same key waits already and does the same work`, {
      hint: 'Wait for that one.',
    })
  }
  await renewJob(tx, id, at)
  return job
}

/**
 * Takes a waiting job back.
 *
 * @returns the job as it was
 * @throws PortalError `not_found`; `conflict` when it does not wait any more
 */
export async function cancelJob(tx: Transaction, id: string, at: Date): Promise<Job> {
  const job = await found(tx, id)
  if (job.state !== 'waiting') {
    throw new PortalError('conflict', `This job is ${stateWords[job.state]}; only one that waits can be cancelled`, {
      hint: 'Load the page again: it may have changed since you opened it.',
    })
  }
  await cancelWaiting(tx, id, at)
  return job
}

const stateWords: Record<JobState, string> = {
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  failed: 'given up',
  interrupted: 'interrupted',
  cancelled: 'cancelled',
}

async function found(tx: Transaction, id: string): Promise<Job> {
  const job = await findJob(tx, id)
  if (job) return job
  throw new PortalError('not_found', 'There is no such job', {
    hint: 'Jobs that have ended are kept for 30 days.',
  })
}
