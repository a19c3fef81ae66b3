import { z } from 'zod'
import { type Crumb, type Route, route } from '../../../api/route.ts'
import { one } from '../../../platform/http/routes.ts'
import { explainPagesRef } from './pages.ts'
import { explainReport } from './report.ts'
import { inquiryRef } from './service.ts'

const permission = 'access.permissions'
const longest = 500
const word = one.transform((text) => text?.slice(0, longest) ?? '')
const Question = z.object({ person: word, permission: word, entity: word })
/** A link may choose the permission alone, and leave the rest to whoever follows it. */
const Begun = Question.extend({ person: one.transform((text) => text?.slice(0, longest)) })

const crumbs: Crumb[] = [
  { text: 'Admin', href: '/admin' },
  { text: 'Permissions', href: '/admin/permissions' },
]

/** Who may what, and why. */
export const explainRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/admin/permissions',
    permission,
    query: z.object({ q: word, feature: word, who: word }),
    handler: async ({ query, actor, use }, reply) => {
      const { page, status } = await use(explainPagesRef).permissions(actor, query)
      const [admin = { text: 'Admin' }] = crumbs
      const shell = { title: 'Permissions', crumbs: [admin, { text: 'Permissions' }], within: 'admin' as const, status }
      return reply.page('access/permissions', page, shell)
    },
  }),
  route({
    method: 'GET',
    url: '/admin/permissions/explain',
    permission,
    query: Begun,
    handler: async ({ query, actor, use }, reply) => {
      const outcome = await use(explainPagesRef).explain(actor, query)
      const shell = { title: 'Explain', crumbs: [...crumbs, { text: 'Explain' }], within: 'admin' as const }
      if ('done' in outcome) return reply.page('access/explain', outcome.done, shell)
      return reply.page('access/explain', outcome.again, { ...shell, status: outcome.status })
    },
  }),
  route({
    method: 'GET',
    url: '/admin/permissions/explain.json',
    permission,
    query: Question,
    handler: async ({ query, actor, use }) => explainReport(await use(inquiryRef).ask(actor, query)),
  }),
]
