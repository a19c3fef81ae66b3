import { z } from 'zod'
import { type Route, route } from '../../../api/route.ts'
import { usualExpiry } from './draft.ts'
import { tokenReport } from './report.ts'
import { refuseTokens, tokensRef } from './service.ts'

const permission = 'access.tokens'

/** For programs, the commands of this program first of all. A token makes none. */
export const tokenApi: Route[] = [
  route({
    method: 'GET',
    url: '/admin/tokens.json',
    permission,
    handler: ({ actor, use }) => {
      refuseTokens(actor)
      return { tokens: use(tokensRef).list().map(tokenReport) }
    },
  }),
  route({
    method: 'POST',
    url: '/admin/tokens.json',
    permission,
    body: z.object({
      title: z.string().max(1000),
      permissions: z.array(z.string().max(100)).max(200),
      expires: z.string().max(40).default(usualExpiry),
    }),
    handler: async ({ body, actor, use, request }) => {
      const { token, row } = await use(tokensRef).createService(actor, body, request.id)
      return { token, ...tokenReport(row) }
    },
  }),
  route({
    method: 'POST',
    url: '/admin/tokens/:id/revocation.json',
    permission,
    params: z.object({ id: z.string().min(1).max(64) }),
    handler: async ({ params, actor, use, request }) => {
      await use(tokensRef).revoke(actor, params.id, request.id)
      return { id: params.id, revoked: true }
    },
  }),
]
