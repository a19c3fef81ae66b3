import { z } from 'zod'
import { type Route, route } from '../../api/route.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { one } from '../../platform/http/routes.ts'
import { SearchAddress } from './address.ts'
import type { SearchPages } from './page.ts'
import type { Palettes } from './palette.ts'
import { searchService } from './service.ts'

export const searchPages: ServiceRef<SearchPages & Palettes> = serviceRef('search.pages')

export const routes: Route[] = [
  route({
    method: 'GET',
    url: '/search',
    heavy: true,
    permission: 'search.read',
    query: SearchAddress,
    handler: ({ query, actor, use }, reply) => {
      const props = use(searchPages).page(actor, query)
      const title = query.query === undefined ? 'Search' : `${query.query} · Search`
      return reply.page('search/index', props, { title, crumbs: [{ text: 'Search' }] })
    },
  }),
  route({
    method: 'GET',
    url: '/search/palette',
    permission: 'search.read',
    query: z.object({ query: one }),
    handler: ({ query, actor, use }, reply) =>
      reply.fragment('search/_palette', use(searchPages).palette(actor, query.query ?? '')),
  }),
  route({
    method: 'POST',
    url: '/search/rebuild.json',
    permission: 'search.rebuild',
    handler: async ({ actor, use, request }, reply) => {
      const sources = await use(searchService).rebuild(actor, request.id)
      return reply.code(202).send({ sources })
    },
  }),
]
