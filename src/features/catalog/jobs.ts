import { z } from 'zod'
import type { JobSpec } from '../../api/plugin.ts'
import { crawlerRef } from './crawler.ts'
import { factCollectorRef } from './facts/collector.ts'
import { registerRef } from './register/service.ts'

export const FactsPayload = z.object({ fact: z.string(), entities: z.enum(['due', 'changed']) })
export const CrawlPayload = z.object({ sourceId: z.string(), full: z.boolean().default(false) })

const ReleasePayload = z.object({ id: z.string() })

export const jobs: readonly JobSpec[] = [
  {
    id: 'crawl',
    // The crawl has a time limit of its own, which begins with its turn.
    timeout: '6h',
    // A source that fails is tried again by its own schedule, which the crawl sets.
    attempts: 1,
    // More than are read at a time: those that wait for a source that hangs leave room for others.
    limit: 32,
    run: async ({ payload, ctx, signal, progress }) => {
      const { sourceId, full } = CrawlPayload.parse(payload)
      await ctx.use(crawlerRef).crawl(sourceId, progress, signal, full)
    },
  },
  {
    id: 'facts',
    timeout: '1h',
    // What fails is tried again by the schedule of its fact.
    attempts: 1,
    limit: 2,
    run: async ({ payload, ctx, signal, progress }) => {
      const { fact, entities } = FactsPayload.parse(payload)
      await ctx.use(factCollectorRef).collect(fact, entities, progress, signal)
    },
  },
  {
    id: 'sweep',
    every: '1h',
    run: async ({ ctx }) => {
      await ctx.use(crawlerRef).sweep()
      await ctx.use(registerRef).tidy()
    },
  },
  // The rest of a removal; what a kill leaves of it is taken up at the next start.
  {
    id: 'release',
    timeout: '1h',
    limit: 4,
    run: async ({ payload, ctx }) => {
      await ctx.use(registerRef).release(ReleasePayload.parse(payload).id)
    },
  },
]
