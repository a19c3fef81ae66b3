import { type Route, route } from '../../../api/route.ts'
import { ListAddress } from '../query.ts'
import { pagesRef } from './pages.ts'

export const listRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog',
    permission: 'catalog.read',
    query: ListAddress,
    handler: ({ query, actor, use }, reply) => {
      const { props, key } = use(pagesRef).list.list(actor, query)
      reply.header('hx-push-url', props.ownHref)
      return reply.page('catalog/index', props, {
        title: props.heading,
        crumbs: [{ text: 'Catalog' }],
        stable: key,
      })
    },
  }),
]
