import type { Registry } from 'prom-client'
import type { Route } from '../../api/route.ts'
import { route } from '../../api/route.ts'

/** `/healthz`: the process answers. `/readyz`: migrated and listening; a crawl never delays it. */
export function healthRoutes(isReady: () => boolean): Route[] {
  return [
    route({ method: 'GET', url: '/healthz', public: true, handler: () => ({ status: 'ok' }) }),
    route({
      method: 'GET',
      url: '/readyz',
      public: true,
      handler: (_call, reply) => {
        const ready = isReady()
        return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'starting' })
      },
    }),
  ]
}

export function metricsRoute(registry: Registry): Route {
  return route({
    method: 'GET',
    url: '/metrics',
    permission: 'metrics.read',
    handler: async (_call, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  })
}
