import { z } from 'zod'
import { type Route, route } from '../../api/route.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import { answerOf } from './answer.ts'
import { searchService } from './service.ts'

const limit = z.coerce.number().int().min(1).max(100).default(25)

/** As Backstage's clients ask: `types[0]`, `filters[kind][0]`, a cursor that holds the number of a page. */
const Query = z.looseObject({
  term: z.string().max(100).default(''),
  pageLimit: limit,
  pageCursor: z.string().optional(),
})

export const apiRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/api/search/query',
    heavy: true,
    permission: 'search.read',
    query: Query,
    handler: ({ query, actor, use }) => answerOf(use(searchService), use(contributionsRef), actor, query),
  }),
]
