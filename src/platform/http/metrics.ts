import { createRequire } from 'node:module'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

/** Where features register what they count; `/metrics` prints it. */
export const metricsRegistry: ServiceRef<Registry> = serviceRef('platform.metrics')

export function createMetrics(): Registry {
  const registry = new Registry()
  for (const name of collectDefaultMetrics.metricsList) if (name !== costly) defaultMetric(name)(registry, ofProcess)
  return registry
}

/**
 * Makes a record of each collection of garbage and hands it to a callback. The young generation is small and collected
 * several times for a page, so that this alone would be one part in fourteen of what has to be collected.
 */
const costly = 'gc'
const ofProcess = { prefix: 'callboard_', eventLoopMonitoringPrecision: 10 }
const require = createRequire(import.meta.url)

/** One of the library's default metrics, which it otherwise offers only together. */
function defaultMetric(name: string): (registry: Registry, config: typeof ofProcess) => void {
  return require(`prom-client/lib/metrics/${name}.js`)
}

/** Times every request by the route's pattern, never by its path, so that the number of series stays small. */
export function timeRequests(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'callboard_http_request_seconds',
    help: 'Time to answer a request, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    if (isStream(reply)) return
    const route = request.routeOptions.url ?? 'none'
    seconds.labels(request.method, route, String(reply.statusCode)).observe(reply.elapsedTime / 1000)
  })
}

/** A stream of events takes as long as its page is open: that says nothing about the portal. */
export function isStream(reply: FastifyReply): boolean {
  return String(reply.getHeader('content-type') ?? '').startsWith('text/event-stream')
}
