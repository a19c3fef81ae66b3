import { z } from 'zod'
import { type Route, route } from '../../../api/route.ts'
import { originOf } from '../../../platform/http/address.ts'
import { refuseTokens } from '../tokens/service.ts'
import { draftOf } from './draft.ts'
import type { OneTimeLink } from './links.ts'
import { accountReport } from './report.ts'
import { accountsRef } from './service.ts'

const permission = 'access.accounts'
const named = z.object({ name: z.string().min(1).max(100) })
const text = z.string().max(1000).default('')
const linkOf = (origin: string, link: OneTimeLink | undefined) =>
  link ? { link: origin + link.path, until: link.expiresAt.toISOString() } : { link: null, until: null }

/** For programs, the commands of this program first of all. */
export const accountApi: Route[] = [
  route({
    method: 'GET',
    url: '/admin/accounts.json',
    permission,
    handler: ({ use }) => ({ accounts: use(accountsRef).list().map(accountReport) }),
  }),
  route({
    method: 'POST',
    url: '/admin/accounts.json',
    permission,
    body: z.object({
      ...{ name: text, title: text, email: text, administrator: z.boolean().default(false) },
      password: z.string().max(1000).optional(),
    }),
    handler: async ({ body: { password, ...given }, actor, use, request }) => {
      refuseTokens(actor)
      const draft = draftOf(given)
      const options = { requestId: request.id, ...(password !== undefined && { password }) }
      return {
        name: draft.name,
        ...linkOf(originOf(request, use), await use(accountsRef).create(actor, draft, options)),
      }
    },
  }),
  route({
    method: 'POST',
    url: '/admin/accounts/:name/link.json',
    permission,
    params: named,
    handler: async ({ params, actor, use, request }) => {
      refuseTokens(actor)
      const link = await use(accountsRef).reset(actor, params.name, request.id)
      return { name: params.name, ...linkOf(originOf(request, use), link) }
    },
  }),
  route({
    method: 'POST',
    url: '/admin/accounts/:name/state.json',
    permission,
    params: named,
    body: z.object({ state: z.enum(['enabled', 'disabled']) }),
    handler: async ({ params, body, actor, use, request }) => {
      refuseTokens(actor)
      const accounts = use(accountsRef)
      if (body.state === 'enabled') await accounts.enable(actor, params.name, request.id)
      else await accounts.disable(actor, params.name, request.id)
      return { name: params.name, state: body.state }
    },
  }),
]
