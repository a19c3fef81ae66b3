import type { Route } from '../../../api/route.ts'
import { route } from '../../../api/route.ts'
import { csvOf, jsonOf } from '../export.ts'
import { ListAddress, readQuery } from '../query.ts'
import { catalogService } from '../service.ts'
import { pagesRef } from './pages.ts'

export const listRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog',
    permission: 'catalog.read',
    query: ListAddress,
    handler: ({ query, actor, use }, reply) => {
      const props = use(pagesRef).list.list(actor, query)
      reply.header('hx-push-url', props.ownHref)
      return reply.page('catalog/index', props, { title: props.heading, crumbs: [{ text: 'Catalog' }] })
    },
  }),
  route({
    method: 'GET',
    url: '/catalog.csv',
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
    permission: 'catalog.read',
    query: ListAddress,
    handler: ({ query, actor, use }, reply) =>
      reply.type('application/json; charset=utf-8').send(jsonOf(use(catalogService), actor, readQuery(query))),
  }),
]
