import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { messageOf, PortalError } from '../api/errors.ts'
import { shownChanged } from '../api/live.ts'
import type { Plugin } from '../api/plugin.ts'
import type { Route } from '../api/route.ts'
import { portalStarted, type ServiceRef } from '../api/wiring.ts'
import { giveWay } from '../platform/attendance.ts'
import { createRefusals } from '../platform/audit/refusals.ts'
import { withOperator, withOperatorPolicy } from '../platform/auth/operator.ts'
import { sessionsEnded } from '../platform/auth/sign-in.ts'
import { stillHolds } from '../platform/auth/still.ts'
import { bellSeam } from '../platform/http/bell.ts'
import { healthRoutes, metricsRoute } from '../platform/http/health.ts'
import { limitsOf } from '../platform/http/limiting.ts'
import { preferenceRoutes } from '../platform/http/preferences.ts'
import { addRoute } from '../platform/http/routes.ts'
import { createServer, type KnownRoute } from '../platform/http/server.ts'
import { after } from '../platform/jobs/clock.ts'
import { createLive, type Live } from '../platform/live/live.ts'
import { countStreams, liveRoute } from '../platform/live/route.ts'
import { createAssets } from '../platform/views/assets.ts'
import { createViews, type ViewFolder, type Views } from '../platform/views/engine.ts'
import { accessOf } from './access.ts'
import { type AssembleOptions, assemble, type Parts } from './assemble.ts'
import { version } from './version.ts'

export interface BuildOptions extends Omit<AssembleOptions, 'command' | 'readonly'> {
  /** Views throw on a misspelt prop. For tests. */
  strict?: boolean
}

/** A built portal, not listening yet. */
export interface Portal extends Parts {
  server: FastifyInstance
  live: Live
  routes: readonly KnownRoute[]
  /** Begins to work without listening. For tests. */
  begin(): Promise<void>
  /** Begins to listen and to work. @returns the address */
  listen(): Promise<string>
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Puts the portal together: data, plugins, server.
 *
 * @throws PortalError `conflict` when another process owns the data folder, `invalid` for plugins that do not fit
 * or a portal that would be open to everybody
 */
export async function buildPortal(options: BuildOptions): Promise<Portal> {
  const parts = await assemble({ ...options, command: 'callboard start' })
  try {
    return await serve(options, parts)
  } catch (error) {
    await parts.close()
    throw error
  }
}

async function serve(options: BuildOptions, parts: Parts): Promise<Portal> {
  const { config, plugins, log, strict = false } = options
  const { services, contributions, closing, jobs, events } = parts
  const access = accessOf(services, config)
  await access.policy.prepare?.()
  const key = randomBytes(32).toString('base64url')
  const folders = viewFolders(plugins)
  const assets = await createAssets({ public: join(root, 'public'), folders })
  const failed = (view: string, err: unknown) => log.warn({ view, err }, `The view ${view} could not be rendered`)
  const { development } = config
  const live = createLive({ now: parts.now, after, limits: config.limits.streams })
  events.on(shownChanged, ({ topics }) => live.announce(topics))
  events.on(sessionsEnded, ({ sessions }) => live.disconnect(sessions))
  countStreams(parts.metrics, live)
  const views = createViews({ folders, icons: assets.icons, development, strict, now: parts.now, failed })
  const page = {
    views,
    assets,
    version,
    title: config.title,
    nav: contributions.nav,
    permissions: contributions.permissions,
    policy: access.policy,
    live,
    now: parts.now,
    bell: services.tryUse(bellSeam),
    signIn: access.signIn,
    notice: access.notice,
  }
  const { db, audit, senders, now } = parts
  const identify = withOperator(access.identify, key)
  const limiting = limitsOf(config.limits, { now, senders, metrics: parts.metrics })
  const { app, routes } = await createServer({
    log,
    id: parts.id,
    origins: {
      host: new URL(config.baseUrl).host,
      secure: config.baseUrl.startsWith('https:'),
      loopbackOnly: access.loopbackOnly,
      isFromProxy: (request) => senders.of(request).proxy !== undefined,
    },
    limits: config.limits,
    count: limiting.count,
    identify,
    metrics: parts.metrics,
    assets,
    page,
    refused: createRefusals({ db, audit, senders, now, log }),
  })
  closing.add('the server', () => app.close())
  closing.add('the jobs', () => jobs.stop())
  closing.add('the open pages', () => live.close())

  let ready = false
  const stream = liveRoute(live, {
    sessionOf: (request) => access.signIn?.sessionOf(request),
    personOf: limiting.personOf,
    still: stillHolds({ identify, policy: withOperatorPolicy(access.policy), permission: 'live.read', log }),
  })
  const own = [...healthRoutes(() => ready), metricsRoute(parts.metrics), stream, ...preferenceRoutes]
  const host = {
    policy: withOperatorPolicy(access.policy),
    permissions: contributions.permissions,
    senders,
    limits: limiting.routes,
    use: <T>(service: ServiceRef<T>) => services.use(service, 'a route'),
  }
  for (const route of [...own.map(ofPlatform), ...contributions.routes]) addRoute(app, route, host)
  await app.ready()

  const begin = async (address: string) => {
    ready = true
    await jobs.start()
    events.emit(portalStarted, { address })
  }
  return {
    ...parts,
    server: app,
    live,
    routes,
    begin: () => begin(config.baseUrl),
    listen: async () => {
      const address = await listenOn(app, config)
      parts.lock?.describe({ address, key })
      await begin(address)
      if (!development) void prepareViews(views, log)
      return address
    },
  }
}

/** Nobody waits for it, and it waits for everybody. */
async function prepareViews(views: Views, log: BuildOptions['log']): Promise<void> {
  try {
    await views.prepare(() => giveWay(100))
  } catch (err) {
    log.warn({ err }, 'A view does not compile: its page will say so')
  }
}

async function listenOn(app: FastifyInstance, { host, port }: BuildOptions['config']): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') {
      throw new PortalError('conflict', `Port ${port} of ${host} is taken by another program`, {
        hint: 'Stop it, or set PORT to another one.',
        cause: error,
      })
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new PortalError('invalid', `The portal cannot listen on ${host}, port ${port}: ${messageOf(error)}`, {
        hint: 'Set HOST to an address of this machine and PORT to one above 1023.',
        cause: error,
      })
    }
    throw error
  }
}

/** The shell's own folders, and one for each plugin that has views. */
function viewFolders(plugins: readonly Plugin[]): ViewFolder[] {
  const own = ['layouts', 'shared'].map((name) => ({ name, path: join(root, 'views', name) }))
  return [...own, ...plugins.flatMap(({ name, views }) => (views === undefined ? [] : [{ name, path: views }]))]
}

const ofPlatform = (spec: Route) => ({ spec, plugin: 'platform' })
