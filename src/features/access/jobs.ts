import type { JobSpec } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

export const workRef: ServiceRef<{ prune(): Promise<void> }> = serviceRef('access.work')

export const jobs: JobSpec[] = [
  { id: 'sessions', every: '1h', timeout: '1m', run: ({ ctx }) => ctx.use(workRef).prune() },
]
