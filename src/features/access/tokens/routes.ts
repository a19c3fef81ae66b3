import { z } from 'zod'
import { type Route, route } from '../../../api/route.ts'
import { many } from '../../../platform/http/routes.ts'
import { usualExpiry } from './draft.ts'
import type { TokenKind } from './format.ts'
import { tokenPagesRef } from './pages.ts'
import { refuseTokens, tokensRef } from './service.ts'

const Form = z.object({
  title: z.string().max(1000).default(''),
  permissions: many,
  expires: z.string().max(40).default(usualExpiry),
})
const params = z.object({ id: z.string().min(1).max(64) })
const titled = (title: string, status = 200) => ({ title, crumbs: [{ text: title }], status })

interface Place {
  kind: TokenKind
  url: string
  permission: string
  view: string
  title: string
}

/** One's own tokens, and those of programs. */
const places: Place[] = [
  {
    ...{ kind: 'personal', url: '/settings/tokens', permission: 'access.own-tokens' },
    ...{ view: 'access/own-tokens', title: 'Personal tokens' },
  },
  { kind: 'service', url: '/admin/tokens', permission: 'access.tokens', view: 'access/tokens', title: 'Tokens' },
]

export const tokenRoutes: Route[] = places.flatMap(({ kind, url, permission, view, title }) => [
  route({
    method: 'GET',
    url,
    permission,
    handler: ({ actor, use }, reply) => {
      refuseTokens(actor)
      return reply.page(view, use(tokenPagesRef).page(kind, actor), titled(title))
    },
  }),
  // Shows the token, once: there is nothing to go back to afterwards, so it is the answer itself.
  route({
    method: 'POST',
    url,
    permission,
    body: Form,
    handler: async ({ body, actor, use, request }, reply) => {
      const made = await use(tokenPagesRef).create(kind, actor, body, request)
      if ('done' in made) return reply.page(view, made.done, titled(title))
      return reply.page(view, made.again, titled(title, made.status))
    },
  }),
  route({
    method: 'POST',
    url: `${url}/:id/revocation`,
    permission,
    params,
    handler: async ({ params, actor, use, request }, reply) => {
      const tokens = use(tokensRef)
      if (kind === 'service') await tokens.revoke(actor, params.id, request.id)
      else await tokens.revokeOwn(actor, params.id, request.id)
      return reply.redirect(url, 303)
    },
  }),
])
