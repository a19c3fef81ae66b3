import { z } from 'zod'
import type { JobSpec } from '../../api/plugin.ts'
import { crawlerRef } from './crawler.ts'

const CrawlPayload = z.object({ sourceId: z.string() })

export const jobs: readonly JobSpec[] = [
  {
    id: 'crawl',
    timeout: '30m',
    // A source that fails is tried again by its own schedule, which the crawl sets.
    attempts: 1,
    limit: 4,
    run: async ({ payload, ctx, signal, progress }) => {
      await ctx.use(crawlerRef).crawl(CrawlPayload.parse(payload).sourceId, progress, signal)
    },
  },
  {
    id: 'sweep',
    every: '1h',
    run: async ({ ctx }) => {
      await ctx.use(crawlerRef).sweep()
    },
  },
]
