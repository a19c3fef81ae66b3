import { z } from 'zod'
import { type Route, route } from '../../../api/route.ts'
import { catalogTopic, sourcesTopic } from '../contract.ts'
import { crawlerRef } from '../crawler.ts'
import { pagesRef } from './pages.ts'

export const sourceRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog/sources',
    permission: 'catalog.sources',
    handler: async ({ actor, use, signal }, reply) => {
      const props = await use(pagesRef).sources.sources(actor, signal)
      const crumbs = [{ text: 'Catalog', href: '/catalog' }, { text: 'Sources' }]
      return reply.page('catalog/sources', props, { title: 'Sources', crumbs, live: [catalogTopic, sourcesTopic] })
    },
  }),
  route({
    method: 'POST',
    url: '/catalog/sources/:source/reading',
    permission: 'catalog.refresh',
    params: z.object({ source: z.string().min(1).max(1000) }),
    handler: async ({ params, actor, use, request }, reply) => {
      await use(crawlerRef).refresh(actor, params.source, request.id)
      return reply.redirect('/catalog/sources', 303)
    },
  }),
]
