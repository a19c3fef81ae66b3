import { z } from 'zod'
import { type Route, route } from '../../../api/route.ts'
import { one } from '../../../platform/http/routes.ts'
import { OrganisationAddress } from '../pages/organisation.ts'
import { pagesRef } from './pages.ts'

export const organisationRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog/organisation',
    permission: 'catalog.read',
    query: OrganisationAddress,
    handler: async ({ query, actor, use }, reply) => {
      const props = await use(pagesRef).organisation.tree(actor, query)
      reply.header('hx-push-url', props.ownHref)
      const crumbs = [{ text: 'Catalog', href: '/catalog' }, { text: 'Organisation' }]
      return reply.page('catalog/organisation', props, { title: 'Organisation', crumbs })
    },
  }),
  route({
    method: 'GET',
    url: '/catalog/organisation/branch',
    permission: 'catalog.read',
    query: z.object({ group: one }),
    handler: ({ query, actor, use }, reply) => {
      return reply.fragment('catalog/_branch', use(pagesRef).organisation.branch(actor, query.group))
    },
  }),
]
