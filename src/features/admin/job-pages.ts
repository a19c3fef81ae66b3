import { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { mask } from '../../platform/config/mask.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import type { Job } from '../../platform/jobs/job.ts'
import { jobRunner } from '../../platform/jobs/jobs.ts'
import type { Cell, FactsView } from '../../platform/views/built-in.ts'
import {
  type JobPage,
  type JobsPage,
  type JobsQuery,
  jobRow,
  jobsHref,
  type SchedulesPage,
  stateLinks,
} from './job-views.ts'
import type { PageKeys } from './pager.ts'
import { spanText } from './sizes.ts'

const pageSize = 50

/** What a page says after a form, by the word in its address. */
export const said = {
  run: 'It was asked for and runs as soon as there is room.',
  retried: 'It waits again, as if it were new.',
  cancelled: 'It is cancelled and will not run.',
} as const

export interface JobPages {
  list(query: JobsQuery & PageKeys): Promise<JobsPage>
  /** @throws PortalError `not_found` */
  one(id: string, word: keyof typeof said | undefined): Promise<JobPage>
  schedules(): Promise<SchedulesPage>
}

export const jobPagesRef: ServiceRef<JobPages> = serviceRef('admin.job-pages')

export function createJobPages(ctx: PluginContext): JobPages {
  const runner = () => ctx.use(jobRunner)
  const rowOf = (job: Job) => jobRow(job, runner().kind(job.kind)?.attempts, ctx.now())

  async function page({ state, kind, after, before }: JobsQuery & PageKeys) {
    const filter = { ...(state && { state }), ...(kind !== undefined && { kind }) }
    // In an address `after` is what comes behind; to the queue that is what is older.
    const keys = before !== undefined ? { after: before } : after !== undefined ? { before: after } : {}
    const jobs = await runner().list({ ...filter, ...keys, limit: pageSize })
    const [first, last] = [jobs[0], jobs.at(-1)]
    const isAny = async (beyond: object) => (await runner().list({ ...filter, ...beyond, limit: 1 })).length > 0
    return {
      jobs,
      previous: first && (await isAny({ after: first.id })) ? first.id : undefined,
      next: last && (await isAny({ before: last.id })) ? last.id : undefined,
    }
  }

  return {
    async list(query) {
      const { state, kind } = query
      const counts = await runner().counts()
      const { jobs, previous, next } = await page(query)
      const states = stateLinks(query, counts)
      const brought = ctx.use(contributionsRef).jobs.map(({ id }) => id)
      const kinds = new Set([...brought, ...counts.map((one) => one.kind), ...(kind === undefined ? [] : [kind])])
      return {
        states,
        state: state ?? '',
        kinds: [...kinds].sort().map((id) => ({ id, chosen: id === kind })),
        clearHref: jobsHref({ state: undefined, kind: undefined }),
        rows: jobs.map(rowOf),
        pager: {
          ...{ from: null, to: null, total: states.find(({ current }) => current)?.count ?? 0 },
          previousHref: previous ? jobsHref(query, { before: previous }) : null,
          nextHref: next ? jobsHref(query, { after: next }) : null,
        },
        pollHref: jobs.some((job) => job.state === 'running') ? jobsHref(query, keysOf(query)) : null,
        filtered: state !== undefined || kind !== undefined,
      }
    },

    async one(id, word) {
      const job = await runner().find(id)
      if (!job) throw absent()
      const row = rowOf(job)
      const isOpen = job.state === 'running' || (job.state === 'waiting' && job.runAfter <= ctx.now())
      // The address stays while the job goes on: what is over is not said any more.
      const holds = word !== undefined && job.state === (word === 'cancelled' ? 'cancelled' : 'waiting')
      return {
        job: row,
        said: holds ? said[word] : null,
        facts: factsOf(job, runner().kind(job.kind)?.timeout),
        payload: job.payload === undefined ? null : JSON.stringify(mask(job.payload), null, 2),
        pollHref: isOpen ? row.href : null,
      }
    },

    async schedules() {
      const schedules = await runner().schedules()
      return {
        rows: schedules.map(({ kind, every, lastAt, nextAt }) => ({
          kind,
          href: jobsHref({ state: undefined, kind }),
          every: spanText(every),
          lastAt: lastAt?.getTime() ?? null,
          nextAt: nextAt.getTime(),
          runHref: `/admin/jobs/schedules/${encodeURIComponent(kind)}/run`,
        })),
      }
    },
  }
}

function keysOf({ after, before }: PageKeys): Record<string, string> {
  return { ...(after !== undefined && { after }), ...(before !== undefined && { before }) }
}

function factsOf(job: Job, timeout: number | undefined): FactsView['facts'] {
  const at = (time: Date | undefined): Cell => (time ? { at: time.getTime() } : null)
  return [
    { title: 'Added', value: at(job.createdAt) },
    ...(job.state === 'waiting' ? [{ title: 'Runs', value: at(job.runAfter) }] : []),
    { title: 'Latest attempt', value: at(job.startedAt) },
    { title: 'Ended', value: at(job.finishedAt) },
    { title: 'Time limit', value: timeout === undefined ? null : spanText(timeout) },
    { title: 'Key', value: job.key ?? null },
    { title: 'Id', value: job.id },
  ]
}

function absent(): PortalError {
  return new PortalError('not_found', 'There is no such job', { hint: 'Jobs that have ended are kept for 30 days.' })
}
