import { type Route, route } from '../../../api/route.ts'
import { senderOf } from '../../../platform/http/network.ts'
import { type ForgeName, webhooksRef } from '../webhooks/service.ts'

const maxBytes = 5 * 1024 * 1024

/** Public to forges: not who sends it but its signature is checked, before anything of the body is read. */
const webhook = (forge: ForgeName): Route =>
  route({
    method: 'POST',
    url: `/api/events/http/${forge}`,
    public: true,
    raw: { maxBytes },
    handler: async ({ use, request }, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const sender = senderOf(request)
      const pause = use(webhooksRef).pause(sender)
      if (pause > 0) reply.header('retry-after', pause)
      const taken = await use(webhooksRef).take(forge, { headers: request.headers, body, sender }, request.id)
      return reply.code(202).send(taken)
    },
  })

export const webhookRoutes: Route[] = [webhook('github'), webhook('gitlab')]
