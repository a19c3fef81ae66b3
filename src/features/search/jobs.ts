import { z } from 'zod'
import type { JobSpec } from '../../api/plugin.ts'
import { searchService } from './service.ts'

const Payload = z.object({ source: z.string(), forget: z.boolean().default(false) })

export const jobs: readonly JobSpec[] = [
  {
    id: 'rebuild',
    timeout: '30m',
    run: async ({ payload, ctx, signal, progress }) => {
      const { source, forget } = Payload.parse(payload)
      const { rebuilder } = ctx.use(searchService)
      if (forget) await rebuilder.forget(source, signal)
      else await rebuilder.rebuild(source, progress, signal)
    },
  },
]
