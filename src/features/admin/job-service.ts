import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { jobCancelled, type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { jobRunner } from '../../platform/jobs/jobs.ts'

/** What people do with jobs. Each leaves a line in the audit log, in the transaction of what it does. */
export interface JobService {
  /** @returns the id of the job. @throws PortalError `not_found` for a kind that does not run by itself */
  runNow(actor: Actor, kind: string, requestId: string): Promise<string>
  /** @throws PortalError `not_found`, or `conflict` with the reason */
  retry(actor: Actor, job: string, requestId: string): Promise<void>
  /** @throws PortalError `not_found`, or `conflict` with the reason */
  cancel(actor: Actor, job: string, requestId: string): Promise<void>
}

export const jobServiceRef: ServiceRef<JobService> = serviceRef('admin.jobs')

const permission = 'admin.jobs'

export function createJobService(ctx: PluginContext): JobService {
  const runner = () => ctx.use(jobRunner)
  return {
    async runNow(actor, kind, requestId) {
      ctx.authorize(actor, permission)
      if (runner().kind(kind)?.every === undefined) throw unscheduled(kind)
      return await ctx.db.write(async (tx) => {
        const job = await runner().runNow(kind, tx)
        await ctx.audit(tx, { action: 'jobs.run', actor, target: kind, requestId, detail: { job } })
        return job
      })
    },

    async retry(actor, id, requestId) {
      ctx.authorize(actor, permission)
      await ctx.db.write(async (tx) => {
        const { kind, state, error } = await runner().retry(tx, id)
        const line = { action: 'jobs.retry', actor, target: kind, requestId, detail: { job: id } }
        await ctx.audit(tx, { ...line, before: { jobState: state, error }, after: { jobState: 'waiting' } })
      })
    },

    async cancel(actor, id, requestId) {
      ctx.authorize(actor, permission)
      await ctx.db.write(async (tx) => {
        const { kind, key, payload } = await runner().cancel(tx, id)
        const detail = { job: id, ...(key !== undefined && { jobKey: key }) }
        const line = { action: 'jobs.cancel', actor, target: kind, requestId, detail }
        await ctx.audit(tx, { ...line, before: { jobState: 'waiting' }, after: { jobState: 'cancelled' } })
        ctx.emit(jobCancelled, { kind, payload })
      })
    },
  }
}

function unscheduled(kind: string): PortalError {
  return new PortalError('not_found', `No job called ${kind.slice(0, 100)} runs by itself`, {
    hint: 'The schedules are listed at /admin/jobs/schedules.',
  })
}
