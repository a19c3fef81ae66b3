import { z } from 'zod'
import { type Route, route } from '../../../api/route.ts'
import { catalogTopic, sourcesTopic } from '../contract.ts'
import { crawlerRef } from '../crawler.ts'
import { seenSourcesRef } from '../seen-sources.ts'
import { sourceReports } from '../source-reports.ts'
import { pagesRef } from './pages.ts'

const params = z.object({ source: z.string().min(1).max(1000) })
const Decision = z.object({ decision: z.enum(['keep', 'apply']), set: z.string().regex(/^[0-9a-f]{40}$/) })

export const sourceRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog/sources',
    permission: 'catalog.sources',
    handler: async ({ actor, use, signal }, reply) => {
      const props = await use(pagesRef).sources.sources(actor, signal)
      const crumbs = [{ text: 'Catalog', href: '/catalog' }, { text: 'Sources' }]
      return reply.page('catalog/sources', props, { title: 'Sources', crumbs, live: [catalogTopic, sourcesTopic] })
    },
  }),
  route({
    method: 'POST',
    url: '/catalog/sources/:source/reading',
    permission: 'catalog.refresh',
    params,
    handler: async ({ params, actor, use, request }, reply) => {
      use(seenSourcesRef).authorize(actor, params.source)
      await use(crawlerRef).refresh(actor, params.source, request.id)
      return reply.redirect('/catalog/sources', 303)
    },
  }),
  // What is missing goes or stays. The decision is about one set: what the person saw.
  route({
    method: 'POST',
    url: '/catalog/sources/:source/removal',
    permission: 'catalog.remove',
    params,
    body: Decision,
    handler: async ({ params, body, actor, use, request }, reply) => {
      await use(seenSourcesRef).authorizeRemoval(actor, params.source)
      await use(crawlerRef).decide(actor, params.source, body, request.id)
      return reply.redirect('/catalog/sources', 303)
    },
  }),
  route({
    method: 'GET',
    url: '/catalog/sources.json',
    permission: 'catalog.sources',
    handler: async ({ actor, use }) => ({
      sources: await sourceReports(use(crawlerRef), await use(seenSourcesRef).part(actor)),
    }),
  }),
  // For programs: several at once, and all files of them again where `full` is true.
  route({
    method: 'POST',
    url: '/catalog/sources/readings.json',
    permission: 'catalog.refresh',
    body: z.object({ sources: z.array(z.string()).min(1).max(10_000), full: z.boolean().default(false) }),
    handler: async ({ body, actor, use, request }, reply) => {
      for (const id of body.sources) use(seenSourcesRef).authorize(actor, id)
      for (const id of body.sources) await use(crawlerRef).refresh(actor, id, request.id, { full: body.full })
      return reply.code(202).send({ sources: body.sources })
    },
  }),
]
