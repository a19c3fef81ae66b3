import { z } from 'zod'
import { type Reply, type Route, route } from '../../../api/route.ts'
import { pagesRef } from './pages.ts'

const part = z.string().min(1).max(253)

export const contributorRoutes: Route[] = [
  // The card asks for it where the history has not been read yet.
  route({
    method: 'GET',
    url: '/catalog/:namespace/:kind/:name/contributors',
    permission: 'catalog.read',
    params: z.object({ namespace: part, kind: part, name: part }),
    handler: async ({ params, actor, use, signal }, reply: Reply) => {
      return reply.fragment('catalog/_contributors', await use(pagesRef).contributors.region(actor, params, signal))
    },
  }),
]
