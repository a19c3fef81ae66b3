import { type Route, route } from '../../../api/route.ts'
import { ProblemAddress } from '../problem-query.ts'
import { pagesRef } from './pages.ts'

export const problemRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog/problems',
    permission: 'catalog.read',
    query: ProblemAddress,
    handler: async ({ query, actor, use, signal }, reply) => {
      const props = await use(pagesRef).problems.problems(actor, query, signal)
      reply.header('hx-push-url', props.ownHref)
      const crumbs = [{ text: 'Catalog', href: '/catalog' }, { text: 'Problems' }]
      return reply.page('catalog/problems', props, { title: 'Problems', crumbs })
    },
  }),
]
