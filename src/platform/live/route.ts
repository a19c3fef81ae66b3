import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Gauge, type Registry } from 'prom-client'
import { z } from 'zod'
import { type Route, route } from '../../api/route.ts'
import { one } from '../http/routes.ts'
import type { Connection, Live } from './live.ts'

const Address = z.object({ on: one, seal: one, since: one })

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // nginx and those that learned from it would keep events back.
  'x-accel-buffering': 'no',
  // A connection that carried a stream is not used again, so that a stop need not wait for it.
  connection: 'close',
}

export interface LiveHost {
  sessionOf(request: FastifyRequest): string | undefined
  /** Whose streams are counted together. */
  personOf(request: FastifyRequest): string
  /** Whether whoever sent a request is who they were, and still may listen. */
  still(request: FastifyRequest): boolean
}

/** One stream of events for one open page. */
export function liveRoute(live: Live, host: LiveHost): Route {
  return route({
    method: 'GET',
    url: '/live',
    permission: 'live.read',
    query: Address,
    handler: ({ actor, query, request }, reply) => {
      // Fastify answers HEAD by this handler too.
      if (request.method === 'HEAD') return reply.headers(headers).send()
      const person = host.personOf(request)
      const still = () => host.still(request)
      const sealed = { on: query.on ?? '', seal: query.seal ?? '' }
      const [session, since] = [host.sessionOf(request), lastSeen(request) ?? query.since]
      return answer(live, { actor, person, session, still, ...sealed, since }, reply)
    },
  })
}

function answer(live: Live, connection: Connection, reply: FastifyReply): FastifyReply {
  const stream = live.connect(connection)
  if (stream instanceof Readable) return reply.headers(headers).send(stream)
  const { status, message, retryAfter } = stream
  return reply.code(status).header('retry-after', retryAfter).type('text/plain; charset=utf-8').send(`${message}\n`)
}

/** What a browser that connects again by itself says it has seen. */
function lastSeen(request: FastifyRequest): string | undefined {
  const id = request.headers['last-event-id']
  return typeof id === 'string' && id !== '' ? id : undefined
}

export function countStreams(registry: Registry, live: Live): void {
  new Gauge({
    name: 'callboard_live_pages',
    help: 'Open pages that are told of changes',
    registers: [registry],
    collect() {
      this.set(live.open)
    },
  })
}
