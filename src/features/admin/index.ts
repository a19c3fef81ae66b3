import { fileURLToPath } from 'node:url'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { aboutRef, createAbout } from './about.ts'
import { createJobPages, jobPagesRef } from './job-pages.ts'
import { createJobService, jobServiceRef } from './job-service.ts'
import { createOverview, overviewRef } from './overview.ts'
import { permissions } from './permissions.ts'
import { jobRoutes } from './routes/jobs.ts'
import { routes } from './routes.ts'
import { createTabs, tabsRef } from './tabs.ts'

/** Pages for those who run the portal. */
export const admin = (): Plugin =>
  definePlugin({
    name: 'admin',
    apiVersion: 1,
    permissions,
    nav: [
      {
        id: 'admin',
        title: 'Admin',
        href: '/admin',
        icon: 'shield',
        permission: 'admin.overview',
        group: 'end',
        words: 'administration plugins jobs queue configuration about version',
      },
    ],
    routes: [...routes, ...jobRoutes],
    views: fileURLToPath(new URL('../../../views/admin', import.meta.url)),
    setup(ctx) {
      const about = createAbout(ctx)
      ctx.provide(aboutRef, about)
      ctx.provide(tabsRef, createTabs(ctx))
      ctx.provide(jobPagesRef, createJobPages(ctx))
      ctx.provide(jobServiceRef, createJobService(ctx))
      ctx.provide(overviewRef, createOverview(ctx, about))
    },
  })
