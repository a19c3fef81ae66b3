import type { JobSpec } from '../../api/plugin.ts'
import { trailRef } from './audit/trail.ts'

export const jobs: JobSpec[] = [
  {
    id: 'prune-audit',
    every: '1d',
    async run({ ctx, signal, progress }) {
      const removed = await ctx.use(trailRef).prune(signal)
      progress(removed, undefined, 'Removing lines of the audit that are too old')
    },
  },
]
