import { z } from 'zod'
import { type Route, route } from '../../api/route.ts'
import { one } from '../../platform/http/routes.ts'
import { pageOptions, settingsPage } from './pages.ts'

export const routes: Route[] = [
  route({
    method: 'GET',
    url: '/settings',
    permission: 'settings.read',
    query: z.object({ said: one }),
    handler: async ({ query, actor, use, request }, reply) => {
      return reply.page('settings/index', await settingsPage(use, { actor, request, said: query.said }), pageOptions)
    },
  }),
]
