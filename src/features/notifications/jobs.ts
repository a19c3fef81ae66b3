import type { JobSpec } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

/** What the jobs of this feature do. */
export interface NotificationWork {
  deliver(signal: AbortSignal): Promise<void>
  tell(): Promise<void>
  tidy(signal: AbortSignal): Promise<void>
}

export const workRef: ServiceRef<NotificationWork> = serviceRef('notifications.work')

export const jobs: readonly JobSpec[] = [
  {
    id: 'deliver',
    // Whatever is added asks for it; this is for what a crash too many has left behind.
    every: '10m',
    timeout: '30m',
    run: ({ ctx, signal }) => ctx.use(workRef).deliver(signal),
  },
  { id: 'watch', every: '10m', run: ({ ctx }) => ctx.use(workRef).tell() },
  { id: 'tidy', every: '6h', run: ({ ctx, signal }) => ctx.use(workRef).tidy(signal) },
]
