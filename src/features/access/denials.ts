import type { FastifyRequest } from 'fastify'
import type { PluginContext } from '../../api/plugin.ts'
import type { Proxies } from './proxy.ts'
import { createThrottle } from './throttle.ts'

/** A program that goes on leaves one line in so many milliseconds. */
const every = 60_000

/** Writes down what tokens tried that they may not: whoever made them is not there to see it. */
export function createDenials(ctx: PluginContext, proxies: Proxies) {
  const throttle = createThrottle({ most: 1, every, now: ctx.now })

  return (request: FastifyRequest, reason: string): void => {
    const { actor, method, routeOptions } = request
    if (actor?.permissions === undefined) return
    const tried = `${method} ${routeOptions.url ?? 'nothing'}`
    if (!throttle.admits(`${actor.id} ${tried}`)) return
    const detail = { reason, tried, address: proxies.addressOf(request) }
    const line = { action: 'access.token.use', actor, target: actor.id, requestId: request.id, detail }
    ctx.db
      .write((tx) => ctx.audit(tx, { ...line, result: 'denied' }))
      .catch((error: unknown) => ctx.log.error({ err: error }, 'That a token was refused could not be written down'))
  }
}
