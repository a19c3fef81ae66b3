import { type Route, route } from '../../../api/route.ts'
import { originOf } from '../../../platform/http/address.ts'
import { ChangeAddress } from '../change-query.ts'
import { catalogTopic } from '../contract.ts'
import { isCurrent, validatorOf } from '../feed.ts'
import { pagesRef } from './pages.ts'

export const changeRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog/changes',
    permission: 'catalog.read',
    query: ChangeAddress,
    handler: ({ query, actor, use }, reply) => {
      const props = use(pagesRef).changes.changes(actor, query)
      reply.header('hx-push-url', props.ownHref)
      const crumbs = [{ text: 'Catalog', href: '/catalog' }, { text: 'Recently changed' }]
      const feed = { title: 'These changes', href: props.feedHref }
      return reply.page('catalog/changes', props, { title: 'Recently changed', crumbs, feed, live: [catalogTopic] })
    },
  }),
  route({
    method: 'GET',
    url: '/catalog/changes.atom',
    heavy: true,
    permission: 'catalog.read',
    query: ChangeAddress,
    handler: ({ query, actor, use, request }, reply) => {
      const xml = use(pagesRef).changes.feed(actor, query, originOf(request, use))
      const etag = validatorOf(xml)
      reply.header('etag', etag).header('cache-control', 'private, no-cache').header('vary', 'Cookie')
      if (isCurrent(request.headers['if-none-match'], etag)) return reply.code(304).send()
      return reply.type('application/atom+xml; charset=utf-8').send(xml)
    },
  }),
]
