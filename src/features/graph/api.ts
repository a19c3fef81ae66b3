import { type Route, route } from '../../api/route.ts'
import { graphPages } from './pages.ts'
import { ImpactAddress } from './query.ts'

/** The impact as data. */
export const apiRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog-graph/impact.json',
    heavy: true,
    permission: 'catalog.read',
    query: ImpactAddress,
    handler: ({ query, actor, use }) => use(graphPages).impactJson(actor, query.entity),
  }),
]
