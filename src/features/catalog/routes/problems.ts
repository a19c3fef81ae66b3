import { z } from 'zod'
import { type Crumb, type Route, route } from '../../../api/route.ts'
import { catalogTopic, sourcesTopic } from '../contract.ts'
import { ProblemAddress } from '../problem-query.ts'
import { pagesRef } from './pages.ts'

const catalog: Crumb = { text: 'Catalog', href: '/catalog' }
const problems: Crumb = { text: 'Problems', href: '/catalog/problems' }
const params = z.object({ problem: z.string().min(1).max(64) })

export const problemRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog/problems',
    permission: 'catalog.read',
    query: ProblemAddress,
    handler: async ({ query, actor, use, signal }, reply) => {
      const props = await use(pagesRef).problems.problems(actor, query, signal)
      reply.header('hx-push-url', props.ownHref)
      const crumbs = [catalog, { text: 'Problems' }]
      return reply.page('catalog/problems', props, { title: 'Problems', crumbs, live: [catalogTopic, sourcesTopic] })
    },
  }),
  route({
    method: 'GET',
    url: '/catalog/problems/codes',
    permission: 'catalog.read',
    handler: async ({ use }, reply) => {
      const { props, key } = await use(pagesRef).codes.codes()
      const crumbs = [catalog, problems, { text: 'What they mean' }]
      return reply.page('catalog/codes', props, { title: 'What problems mean', crumbs, stable: key })
    },
  }),
  route({
    method: 'GET',
    url: '/catalog/problems/:problem',
    permission: 'catalog.read',
    params,
    handler: async ({ params, actor, use, signal }, reply) => {
      const props = await use(pagesRef).problems.problem(actor, params.problem, signal)
      const { title } = props.problem
      const crumbs = [catalog, problems, { text: title }]
      return reply.page('catalog/problem', props, { title, crumbs, live: [catalogTopic] })
    },
  }),
  // Loaded into a row that has the link to the explanation. Not below the one above: there it would hide an entity of that name in a namespace called "problems".
  route({
    method: 'GET',
    url: '/catalog/problem-lines/:problem',
    permission: 'catalog.read',
    params,
    handler: async ({ params, actor, use, signal }, reply) => {
      const { problem } = await use(pagesRef).problems.problem(actor, params.problem, signal)
      return reply.fragment('shared/_problem-lines', { problem: { ...problem, helpHref: null } })
    },
  }),
]
