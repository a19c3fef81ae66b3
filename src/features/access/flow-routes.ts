import { z } from 'zod'
import { type Reply, type Route, route } from '../../api/route.ts'
import { one } from '../../platform/http/routes.ts'
import { type FlowAnswer, flowsRef } from './flow.ts'

const params = z.object({ provider: z.string().min(1).max(64) })

export const flowRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/auth/:provider/start',
    signIn: true,
    public: true,
    params,
    query: z.object({ to: one, other: one }),
    handler: async ({ params, query, request, use }, reply) =>
      answer(
        await use(flowsRef).begin(request, params.provider, { to: query.to, other: query.other !== undefined }),
        reply,
      ),
  }),
  ...['/auth/:provider/callback', '/api/auth/:provider/handler/frame'].map((url) =>
    route({
      method: 'GET',
      url,
      public: true,
      params,
      handler: async ({ params, request, signal, use }, reply) =>
        answer(await use(flowsRef).finish(request, params.provider, signal), reply),
    }),
  ),
]

/** The address may hold a code, which nobody else is to learn. */
function answer(answer: FlowAnswer, reply: Reply) {
  reply.header('referrer-policy', 'no-referrer').header('cache-control', 'no-store')
  if ('sent' in answer) {
    const { location, cookies } = answer.sent
    return reply.header('set-cookie', cookies).redirect(location, 303)
  }
  const { status, page } = answer.refused
  return reply.page('access/refused', page, { title: page.title, alone: true, status, path: '/sign-in' })
}
