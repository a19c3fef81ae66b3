import { z } from 'zod'
import { type Route, route } from '../../api/route.ts'
import { ownPath } from '../../platform/http/preferences.ts'
import { one } from '../../platform/http/routes.ts'
import { catalogTopic, sourcesTopic } from '../catalog/contract.ts'
import { homePage } from './page.ts'
import { starsPage } from './pages.ts'
import { starService } from './star-service.ts'
import { visitService } from './visit-service.ts'

const permission = 'home.read'
const text = z.string().min(1).max(1000)
const StarForm = z.object({
  kind: text,
  key: text,
  title: z.string().max(1000),
  starred: z.enum(['yes', 'no']),
  back: text,
})
const page = one.transform((value) => (value !== undefined && /^[1-9]\d{0,3}$/.test(value) ? Number(value) : 1))

export const routes: Route[] = [
  route({
    method: 'GET',
    url: '/',
    permission,
    query: z.object({ kind: one, owner: one }),
    handler: async ({ query, actor, use }, reply) => {
      const props = await homePage(use, actor, query)
      const { isFiltered, feedHref } = props.choices
      const feed = { title: isFiltered ? 'These changes' : 'All changes', href: feedHref }
      return reply.page('home/index', props, { title: 'Home', feed, live: [catalogTopic, sourcesTopic] })
    },
  }),
  route({
    method: 'GET',
    url: '/home/stars',
    permission,
    query: z.object({ page }),
    handler: ({ query, actor, use }, reply) =>
      reply.page('home/stars', starsPage(use, actor, query.page), {
        title: 'Starred',
        crumbs: [{ text: 'Home', href: '/' }, { text: 'Starred' }],
        live: [catalogTopic],
      }),
  }),
  route({
    method: 'POST',
    url: '/home/stars',
    permission,
    body: StarForm,
    handler: async ({ body, actor, use, request }, reply) => {
      const { starred, ...thing } = body
      const back = ownPath(thing.back)
      if (starred === 'yes') await use(starService).star(actor, thing)
      else await use(starService).unstar(actor, thing)
      if (request.headers['hx-request-type'] !== 'partial') return reply.redirect(back, 303)
      return reply.fragment('home/_star', { star: { ...thing, back, isStarred: starred === 'yes' } })
    },
  }),
  route({
    method: 'POST',
    url: '/home/stars/removal',
    permission,
    handler: async ({ actor, use }, reply) => {
      await use(starService).removeGone(actor)
      return reply.redirect('/home/stars', 303)
    },
  }),
  route({
    method: 'POST',
    url: '/home/visits/removal',
    permission,
    handler: async ({ actor, use }, reply) => {
      await use(visitService).clear(actor)
      return reply.redirect('/', 303)
    },
  }),
]
