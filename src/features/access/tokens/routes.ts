import { z } from 'zod'
import { type Route, route } from '../../../api/route.ts'
import { settingsPages, settingsPath } from '../../../api/settings.ts'
import { many } from '../../../platform/http/routes.ts'
import { ListQuery, listHref } from '../list-query.ts'
import { usualExpiry } from './draft.ts'
import { tokenPagesRef } from './pages.ts'
import { tokensSection } from './sections.ts'
import { refuseTokens, tokensRef } from './service.ts'

const Form = z.object({
  title: z.string().max(1000).default(''),
  permissions: many,
  expires: z.string().max(40).default(usualExpiry),
})
const params = z.object({ id: z.string().min(1).max(64) })
const page = (status = 200) => ({
  title: 'Tokens',
  crumbs: [{ text: 'Admin', href: '/admin' }, { text: 'Tokens' }],
  within: 'admin' as const,
  status,
})

/** What is made is shown once: there is nothing to go back to afterwards, so it is the answer itself. */
export const tokenRoutes: Route[] = [
  route({
    method: 'POST',
    url: '/settings/tokens',
    permission: 'access.own-tokens',
    body: Form,
    handler: async ({ body, actor, use, request }, reply) => {
      const made = await use(tokenPagesRef).create('personal', actor, body, request)
      const answer = 'done' in made ? { form: made.done } : { form: made.again, status: made.status }
      return use(settingsPages).answer(reply, { actor, section: tokensSection, ...answer })
    },
  }),
  route({
    method: 'POST',
    url: '/settings/tokens/:id/revocation',
    permission: 'access.own-tokens',
    params,
    handler: async ({ params, actor, use, request }, reply) => {
      await use(tokensRef).revokeOwn(actor, params.id, request.id)
      return reply.redirect(settingsPath(tokensSection, 'revoked'), 303)
    },
  }),
  route({
    method: 'GET',
    url: '/admin/tokens',
    permission: 'access.tokens',
    query: ListQuery,
    handler: ({ actor, query, use }, reply) => {
      refuseTokens(actor)
      return reply.page('access/tokens', use(tokenPagesRef).page('service', actor, query), page())
    },
  }),
  route({
    method: 'POST',
    url: '/admin/tokens',
    permission: 'access.tokens',
    body: Form,
    handler: async ({ body, actor, use, request }, reply) => {
      const made = await use(tokenPagesRef).create('service', actor, body, request)
      if ('done' in made) return reply.page('access/tokens', made.done, page())
      return reply.page('access/tokens', made.again, page(made.status))
    },
  }),
  route({
    method: 'POST',
    url: '/admin/tokens/:id/revocation',
    permission: 'access.tokens',
    params,
    query: ListQuery,
    handler: async ({ params, query, actor, use, request }, reply) => {
      await use(tokensRef).revoke(actor, params.id, request.id)
      return reply.redirect(listHref('/admin/tokens', query), 303)
    },
  }),
]
