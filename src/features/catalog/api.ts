import { z } from 'zod'
import { type Route, route } from '../../api/route.ts'
import { many } from '../../platform/http/routes.ts'
import { csvOf, jsonOf } from './export.ts'
import { ListAddress, readQuery } from './query.ts'
import { catalogService } from './service.ts'

const FacetAddress = ListAddress.extend({
  facet: many.pipe(z.array(z.string().max(253)).min(1, 'name at least one, for example facet=spec.type').max(20)),
})

/** The list in other forms: the same query, every row of it. */
export const apiRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog.csv',
    heavy: true,
    permission: 'catalog.read',
    query: ListAddress,
    handler: ({ query, actor, use }, reply) =>
      reply
        .header('content-disposition', 'attachment; filename="catalog.csv"')
        .type('text/csv; charset=utf-8')
        .send(csvOf(use(catalogService), actor, readQuery(query))),
  }),
  route({
    method: 'GET',
    url: '/catalog.json',
    heavy: true,
    permission: 'catalog.read',
    query: ListAddress,
    handler: ({ query, actor, use }, reply) =>
      reply.type('application/json; charset=utf-8').send(jsonOf(use(catalogService), actor, readQuery(query))),
  }),
  route({
    method: 'GET',
    url: '/catalog/facets.json',
    heavy: true,
    permission: 'catalog.read',
    query: FacetAddress,
    handler: ({ query, actor, use }) => {
      const service = use(catalogService)
      const asked = readQuery(query)
      return { facets: Object.fromEntries(query.facet.map((facet) => [facet, service.facet(actor, facet, asked)])) }
    },
  }),
]
