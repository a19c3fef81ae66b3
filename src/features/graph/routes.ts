import { type Route, route } from '../../api/route.ts'
import { catalogTopic } from '../catalog/contract.ts'
import { graphPages } from './pages.ts'
import { GraphAddress, ImpactAddress } from './query.ts'

const catalog = { text: 'Catalog', href: '/catalog' }

export const routes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog-graph',
    heavy: true,
    permission: 'catalog.read',
    query: GraphAddress,
    handler: async ({ query, actor, use }, reply) => {
      const props = await use(graphPages).graph(actor, query)
      reply.header('hx-push-url', props.ownHref)
      const crumbs = [catalog, { text: 'Graph' }]
      return reply.page('graph/index', props, { title: props.heading, crumbs, live: [catalogTopic] })
    },
  }),
  route({
    method: 'GET',
    url: '/catalog-graph/impact',
    heavy: true,
    permission: 'catalog.read',
    query: ImpactAddress,
    handler: ({ query, actor, use }, reply) => {
      const props = use(graphPages).impact(actor, query.entity, query.owner)
      const { title, href } = props.entity
      const crumbs = [catalog, { text: title, ...(href && { href }) }, { text: 'Impact' }]
      return reply.page('graph/impact', props, { title: `Impact of ${title}`, crumbs, live: [catalogTopic] })
    },
  }),
]
