import formbody from '@fastify/formbody'
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { PortalError } from '../../api/errors.ts'
import { milliseconds } from '../../api/time.ts'
import { attendance } from '../attendance.ts'
import type { Identify } from '../auth/identity.ts'
import type { Assets } from '../views/assets.ts'
import { serveAssets } from './assets.ts'
import { compressReplies } from './compression.ts'
import { mapErrors } from './errors.ts'
import { guardOrigins, keepFromCaches, type Origins } from './headers.ts'
import type { Limits } from './limits.ts'
import { loggedUrl } from './logged-url.ts'
import { isStream, timeRequests } from './metrics.ts'
import { type PageHost, renderPages } from './page.ts'
import type { CountRequest } from './rate.ts'
import { answerBadAddress, answerUnreadable } from './raw-errors.ts'

const limits = {
  maxParamLength: 512,
  /** Of the address and all headers together. */
  maxHeaderSize: 16 * 1024,
  /** Without a byte in either direction. Streams of events have a beat every 20 s. */
  connectionTimeout: 120_000,
  /** How often it is looked for requests that do not arrive. */
  lookEvery: 5_000,
}

/** Routes check with zod. Fastify's own compilers, 100 modules that load with the first route, stay on disk. */
const noSchemas = {
  buildValidator: () => () => {
    throw new Error('Routes are checked by zod schemas, not by JSON schemas')
  },
  buildSerializer: () => () => JSON.stringify,
}

export interface ServerOptions {
  log: Logger
  id: () => string
  origins: Origins
  identify: Identify
  limits: Limits
  count: CountRequest
  metrics: Registry
  assets: Assets
  page: PageHost
  /** Told of whoever may not do something. */
  refused?: (request: FastifyRequest, error: PortalError) => void
}

/** An address of the portal, and what it takes to get there: a permission or `public`. */
export interface KnownRoute {
  method: string
  url: string
  access: string
}

/** The server without its routes: limits, headers, who is there, pages, errors, files. */
export async function createServer(options: ServerOptions): Promise<{ app: FastifyInstance; routes: KnownRoute[] }> {
  const requestTimeout = milliseconds(options.limits.requestTime)
  const app = fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.limits.bodyBytes,
    requestTimeout,
    connectionTimeout: limits.connectionTimeout,
    http: {
      maxHeaderSize: limits.maxHeaderSize,
      headersTimeout: requestTimeout,
      connectionsCheckingInterval: Math.min(limits.lookEvery, requestTimeout),
    },
    clientErrorHandler: answerUnreadable,
    frameworkErrors: answerBadAddress,
    routerOptions: { maxParamLength: limits.maxParamLength, ignoreTrailingSlash: true },
    forceCloseConnections: 'idle',
    schemaController: { compilersFactory: noSchemas },
    genReqId: (request) => requestId(request.headers['x-request-id'], options.id),
  }) as unknown as FastifyInstance
  const routes = rememberRoutes(app)
  app.decorateRequest('actor', undefined)
  guardOrigins(app, options.origins)
  app.addHook('onRequest', async (request, reply) => {
    // Files are the same for everybody.
    if ((request.routeOptions.config as { file?: boolean }).file) return
    try {
      request.actor = options.identify(request)
    } finally {
      // Who is refused is counted as well.
      options.count(request, reply)
    }
  })
  keepFromCaches(app)
  timeRequests(app, options.metrics)
  logRequests(app)
  tellWhoWaits(app)
  await app.register(formbody)
  compressReplies(app)
  renderPages(app, options.page)
  mapErrors(app, options.page.signIn, options.refused)
  serveAssets(app, options.assets)
  return { app, routes }
}

/** Every route that is registered, for the tests that hold views and documentation against them. */
function rememberRoutes(app: FastifyInstance): KnownRoute[] {
  const routes: KnownRoute[] = []
  app.addHook('onRoute', ({ method, url, config }) => {
    const { access } = (config ?? {}) as { access?: string }
    for (const one of [method].flat()) routes.push({ method: one, url, access: access ?? 'none' })
  })
  return routes
}

/** A proxy's id is kept where it is harmless, so that one id follows a request through all logs. */
function requestId(given: string | string[] | undefined, id: () => string): string {
  return typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : id()
}

/** Only who reads: who writes may wait for the very work that would give way to it. */
function tellWhoWaits(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (request.method === 'GET') attendance.came(request)
  })
  // A stream is as good as answered when it begins.
  app.addHook('onSend', async (request, reply) => {
    attendance.left(request)
    // Monitors ask as well, all the time, and nobody waits at their screen.
    if (String(reply.getHeader('content-type')).startsWith('text/html')) attendance.served()
  })
  app.addHook('onResponse', async (request) => attendance.left(request))
  app.addHook('onRequestAbort', async (request) => attendance.left(request))
}

const slow = 1000

function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const took = reply.elapsedTime
    const worthALine = (took > slow && !isStream(reply)) || reply.statusCode >= 500 || request.method !== 'GET'
    const line = { method: request.method, url: loggedUrl(request.url), status: reply.statusCode, ms: Math.round(took) }
    if (worthALine) request.log.info(line, 'request')
    else request.log.debug(line, 'request')
  })
}
