import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { aboutRef, createAbout } from './about.ts'
import { auditPagesRef, createAuditPages } from './audit/pages.ts'
import { createTrail, trailRef } from './audit/trail.ts'
import { AdminOptions } from './config.ts'
import { createJobPages, jobPagesRef } from './job-pages.ts'
import { createJobService, jobServiceRef } from './job-service.ts'
import { jobs } from './jobs.ts'
import { nav } from './nav.ts'
import { createOverview, overviewRef } from './overview.ts'
import { permissions } from './permissions.ts'
import { auditRoutes } from './routes/audit.ts'
import { jobRoutes } from './routes/jobs.ts'
import { routes } from './routes.ts'

/** Pages for those who run the portal. */
export const admin = (given: z.input<typeof AdminOptions> = {}): Plugin => {
  const options = AdminOptions.parse(given)
  return definePlugin({
    name: 'admin',
    apiVersion: 1,
    options,
    permissions,
    jobs,
    nav,
    routes: [...routes, ...jobRoutes, ...auditRoutes],
    views: fileURLToPath(new URL('../../../views/admin', import.meta.url)),
    setup(ctx) {
      const about = createAbout(ctx)
      ctx.provide(aboutRef, about)
      ctx.provide(jobPagesRef, createJobPages(ctx))
      ctx.provide(jobServiceRef, createJobService(ctx))
      ctx.provide(trailRef, createTrail(ctx, options.audit))
      ctx.provide(auditPagesRef, createAuditPages(ctx))
      ctx.provide(overviewRef, createOverview(ctx, about))
    },
  })
}
