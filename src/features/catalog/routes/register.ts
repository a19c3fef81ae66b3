import { z } from 'zod'
import { PortalError } from '../../../api/errors.ts'
import { type Crumb, type Route, route } from '../../../api/route.ts'
import { one } from '../../../platform/http/routes.ts'
import { catalogTopic, sourcesTopic } from '../contract.ts'
import { registerRef } from '../register/service.ts'
import { pagesRef } from './pages.ts'

const id = z.string().regex(/^\w{1,40}$/)
const review = z.object({ review: id })
const location = z.object({ location: id })
const Asked = z.object({ url: z.string().max(10_000) })
const permission = 'catalog.register'

const crumbs: Crumb[] = [
  { text: 'Catalog', href: '/catalog' },
  { text: 'Register', href: '/catalog-import' },
]
const titled = (title: string, live: string[] = []) => ({ title, crumbs: [...crumbs, { text: title }], live })

/** What is quick is shown at once, without a page in between. */
const patience = 1_500

export const registerRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/catalog-import',
    permission,
    query: z.object({ url: one }),
    handler: async ({ query, actor, use }, reply) => {
      const props = await use(pagesRef).register.register(actor, query.url ?? '')
      return reply.page('catalog/register', props, { title: 'Register', crumbs, live: [sourcesTopic] })
    },
  }),
  route({
    method: 'POST',
    url: '/catalog-import/reviews',
    heavy: true,
    permission,
    body: Asked,
    handler: async ({ body, actor, use }, reply) => {
      try {
        const begun = await use(registerRef).begin(actor, body.url)
        await use(registerRef).settled(begun, patience)
        return await reply.redirect(`/catalog-import/reviews/${begun.id}`, 303)
      } catch (error) {
        if (!(error instanceof PortalError)) throw error
        const status = { conflict: 409, rate_limited: 429 }[error.code as string] ?? 422
        const props = await use(pagesRef).register.register(actor, body.url, error)
        return reply.page('catalog/register', props, { title: 'Register', crumbs, status })
      }
    },
  }),
  route({
    method: 'GET',
    url: '/catalog-import/reviews/:review',
    permission,
    params: review,
    handler: async ({ params, actor, use }, reply) => {
      const props = use(pagesRef).register.review(actor, use(registerRef).review(actor, params.review))
      return reply.page('catalog/review', props, titled('Review'))
    },
  }),
  route({
    method: 'POST',
    url: '/catalog-import/reviews/:review/registration',
    permission,
    params: review,
    handler: async ({ params, actor, use, request }, reply) => {
      const { id } = await use(registerRef).register(actor, params.review, request.id)
      return reply.redirect(`/catalog-import/locations/${id}`, 303)
    },
  }),
  route({
    method: 'GET',
    url: '/catalog-import/locations/:location',
    permission,
    params: location,
    handler: async ({ params, actor, use }, reply) => {
      const props = await use(pagesRef).register.location(actor, params.location)
      return reply.page('catalog/registered', props, titled(props.location.title, [catalogTopic, sourcesTopic]))
    },
  }),
  route({
    method: 'GET',
    url: '/catalog-import/locations/:location/removal',
    permission,
    params: location,
    handler: async ({ params, actor, use }, reply) => {
      const props = await use(pagesRef).register.removal(actor, params.location)
      return reply.page('catalog/unregister', props, titled('Remove'))
    },
  }),
  route({
    method: 'POST',
    url: '/catalog-import/locations/:location/removal',
    permission,
    params: location,
    handler: async ({ params, actor, use, request }, reply) => {
      await use(registerRef).remove(actor, params.location, request.id)
      return reply.redirect('/catalog-import', 303)
    },
  }),
  // For programs: begin, ask until it is settled, register.
  route({
    method: 'POST',
    url: '/catalog-import/reviews.json',
    heavy: true,
    permission,
    body: Asked,
    handler: async ({ body, actor, use }, reply) => {
      const begun = await use(registerRef).begin(actor, body.url)
      return reply.code(202).send(use(pagesRef).register.report(actor, begun))
    },
  }),
  route({
    method: 'GET',
    url: '/catalog-import/reviews/:review/report.json',
    permission,
    params: review,
    handler: async ({ params, actor, use }) => {
      const { register } = use(pagesRef)
      return register.report(actor, use(registerRef).review(actor, params.review))
    },
  }),
  route({
    method: 'POST',
    url: '/catalog-import/locations.json',
    permission,
    body: review,
    handler: async ({ body, actor, use, request }, reply) => {
      const { id, target } = await use(registerRef).register(actor, body.review, request.id)
      return reply.code(201).send({ id, target, source: `registered:${id}` })
    },
  }),
]
