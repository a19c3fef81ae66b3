import type { JobSpec } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { tokensRef } from './tokens/service.ts'

export const workRef: ServiceRef<{ prune(): Promise<void> }> = serviceRef('access.work')

export const jobs: JobSpec[] = [
  {
    id: 'sessions',
    every: '1h',
    timeout: '1m',
    run: async ({ ctx }) => {
      await ctx.use(workRef).prune()
      await ctx.use(tokensRef).prune()
    },
  },
]
