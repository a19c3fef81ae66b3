import { type Route, route } from '../../../api/route.ts'
import { catalogTopic } from '../contract.ts'
import { feedLink } from '../feed-link.ts'
import { ListAddress, readQuery } from '../query.ts'
import { pagesRef } from './pages.ts'

export const listRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog',
    permission: 'catalog.read',
    query: ListAddress,
    handler: async ({ query, actor, use }, reply) => {
      const { props, key } = await use(pagesRef).list.list(actor, query)
      reply.header('hx-push-url', props.ownHref)
      return reply.page('catalog/index', props, {
        title: props.heading,
        crumbs: [{ text: 'Catalog' }],
        stable: key,
        feed: listFeed(query, props.heading),
        live: [catalogTopic],
      })
    },
  }),
]

/** Of the kinds and owners that the list shows; changes know no other filter of it. */
function listFeed(address: ListAddress, heading: string) {
  const { kind, owner } = readQuery(address).chosen
  return feedLink(`Changes of ${heading.toLowerCase()}`, { kind, owner })
}
