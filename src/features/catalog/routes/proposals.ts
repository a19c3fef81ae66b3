import { z } from 'zod'
import { type Reply, type Route, route } from '../../../api/route.ts'
import { titled } from './entity.ts'
import { pagesRef } from './pages.ts'

const part = z.string().min(1).max(253)
const params = z.object({ namespace: part, kind: part, name: part })
const url = '/catalog/:namespace/:kind/:name/proposal'

export const proposalRoutes: Route[] = [
  // Asks the forge: the tab loads it after itself.
  route({
    method: 'GET',
    url,
    permission: 'catalog.propose',
    params,
    handler: async ({ params, actor, use, signal }, reply: Reply) => {
      return reply.fragment('catalog/_proposal', await use(pagesRef).written.proposal(actor, params, signal))
    },
  }),
  route({
    method: 'POST',
    url,
    heavy: true,
    permission: 'catalog.propose',
    params,
    body: z.object({ text: z.string().max(200_000) }),
    handler: async ({ params, body, actor, use, request, signal }, reply) => {
      const { written, entity } = use(pagesRef)
      const done = await written.propose(actor, params, body.text, { id: request.id, signal })
      if ('href' in done) return reply.redirect(done.href, 303)
      const page = await entity.tab(actor, params, 'write', {}, signal)
      const card = { ...page.card, props: done.view }
      return reply.page('catalog/tab', { ...page, card }, { ...titled(page.entity, card.title), status: done.status })
    },
  }),
]
