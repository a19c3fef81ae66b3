import { z } from 'zod'
import { type Route, route } from '../../../api/route.ts'
import { one } from '../../../platform/http/routes.ts'
import { jobStates } from '../../../platform/jobs/job.ts'
import { jobsTopic } from '../../../platform/jobs/jobs.ts'
import { framed } from '../frame.ts'
import { jobPagesRef, said } from '../job-pages.ts'
import { jobServiceRef } from '../job-service.ts'

const permission = 'admin.jobs'
const live = [jobsTopic]
const crumb = { text: 'Jobs', href: '/admin/jobs' }
const params = z.object({ job: z.string().min(1).max(64) })
const key = one.pipe(z.string().max(64).optional())
const word = one.pipe(
  z
    .enum(Object.keys(said) as [keyof typeof said])
    .optional()
    .catch(undefined),
)

export const jobRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/admin/jobs',
    permission,
    query: z.object({
      state: one.pipe(z.enum(jobStates).optional()),
      kind: one.pipe(z.string().max(200).optional()),
      after: key,
      before: key,
    }),
    handler: async ({ query, use }, reply) => {
      const props = await use(jobPagesRef).list(query)
      return reply.page('admin/jobs', props, { title: 'Jobs', ...framed({ text: 'Jobs' }), live })
    },
  }),
  route({
    method: 'GET',
    url: '/admin/jobs/schedules',
    permission,
    handler: async ({ use }, reply) => {
      const frame = framed(crumb, { text: 'Schedules' })
      const props = await use(jobPagesRef).schedules()
      return reply.page('admin/schedules', props, { title: 'Schedules', ...frame, live })
    },
  }),
  route({
    method: 'POST',
    url: '/admin/jobs/schedules/:kind/run',
    permission,
    params: z.object({ kind: z.string().min(1).max(200) }),
    handler: async ({ params, actor, use, request }, reply) => {
      const job = await use(jobServiceRef).runNow(actor, params.kind, request.id)
      return reply.redirect(`/admin/jobs/${encodeURIComponent(job)}?said=run`, 303)
    },
  }),
  route({
    method: 'GET',
    url: '/admin/jobs/:job',
    permission,
    params,
    query: z.object({ said: word }),
    handler: async ({ params, query, use }, reply) => {
      const props = await use(jobPagesRef).one(params.job, query.said)
      const frame = framed(crumb, { text: props.job.kind })
      return reply.page('admin/job', props, { title: `Job ${props.job.kind}`, ...frame, live })
    },
  }),
  route({
    method: 'POST',
    url: '/admin/jobs/:job/retry',
    permission,
    params,
    handler: async ({ params, actor, use, request }, reply) => {
      await use(jobServiceRef).retry(actor, params.job, request.id)
      return reply.redirect(`/admin/jobs/${encodeURIComponent(params.job)}?said=retried`, 303)
    },
  }),
  route({
    method: 'POST',
    url: '/admin/jobs/:job/cancellation',
    permission,
    params,
    handler: async ({ params, actor, use, request }, reply) => {
      await use(jobServiceRef).cancel(actor, params.job, request.id)
      return reply.redirect(`/admin/jobs/${encodeURIComponent(params.job)}?said=cancelled`, 303)
    },
  }),
]
