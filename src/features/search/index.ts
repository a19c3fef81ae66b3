import { fileURLToPath } from 'node:url'
import { systemActor } from '../../api/actor.ts'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { portalStarted } from '../../api/wiring.ts'
import { workAhead } from '../../platform/ahead.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import { metricsRegistry } from '../../platform/http/metrics.ts'
import { openPolicy, policySeam } from '../../platform/permissions/policy.ts'
import { SearchAddress } from './address.ts'
import { apiRoutes } from './api.ts'
import { commands } from './commands.ts'
import { searchIndex } from './contract.ts'
import { createSearchIndex } from './index-writer.ts'
import { jobs } from './jobs.ts'
import { registerMetrics } from './metrics.ts'
import { createSearchPages } from './page.ts'
import { createPalettes } from './palette.ts'
import { permissions } from './permissions.ts'
import { routes, searchPages } from './routes.ts'
import { createSearchService, searchService } from './service.ts'

const folder = (name: string) => fileURLToPath(new URL(`../../../${name}/search`, import.meta.url))

/** One box for everything: what the plugins put into it, found by whoever may see it. */
export const search = (): Plugin =>
  definePlugin({
    name: 'search',
    apiVersion: 1,
    permissions,
    routes: [...routes, ...apiRoutes],
    jobs,
    commands,
    views: folder('views'),
    tables: { migrations: folder('migrations') },
    setup(ctx) {
      const contributions = ctx.use(contributionsRef)
      const policy = () => ctx.tryUse(policySeam) ?? openPolicy
      const service = createSearchService(ctx, contributions, policy)
      const pages = createSearchPages(service, contributions)
      ctx.provide(searchIndex, createSearchIndex(contributions))
      ctx.provide(searchService, service)
      ctx.provide(searchPages, { ...pages, ...createPalettes({ service, pages, contributions, policy }) })
      registerMetrics(ctx.use(metricsRegistry), ctx.db)
      ctx.on(portalStarted, () => service.bringUpToDate())
      // The first question ever takes ten times as long as the next one.
      const soon = workAhead(ctx, async () => void pages.page(systemActor, SearchAddress.parse({ query: 'a b' })))
      ctx.on(portalStarted, soon)
    },
  })
