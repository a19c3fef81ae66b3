import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { bellSeam } from '../../platform/http/bell.ts'
import { apiRoutes } from './api.ts'
import { createSend, sendRef } from './backstage.ts'
import { NotificationOptions } from './config.ts'
import { notificationsService } from './contract.ts'
import { createDelivery } from './delivery.ts'
import { createFollow, followRef } from './forms.ts'
import { createInbox, inboxRef } from './inbox.ts'
import { jobs, workRef } from './jobs.ts'
import { createPages, pagesRef } from './pages.ts'
import { permissions } from './permissions.ts'
import { routes } from './routes.ts'
import { sections } from './sections.ts'
import { createNotifications } from './service.ts'
import { createSettings, settingsRef } from './settings.ts'
import { createWork, watchCatalog } from './work.ts'

export { type NotificationDraft, notificationsService } from './contract.ts'

const folder = (name: string) => fileURLToPath(new URL(`../../../${name}/notifications`, import.meta.url))

/** What people are told: in the portal, by mail and by webhooks. */
export const notifications = (given: z.input<typeof NotificationOptions> = {}): Plugin => {
  const options = NotificationOptions.parse(given)
  return definePlugin({
    name: 'notifications',
    apiVersion: 1,
    options,
    permissions,
    routes: [...routes, ...apiRoutes],
    settings: sections,
    jobs,
    tables: { migrations: folder('migrations') },
    views: folder('views'),
    setup(ctx) {
      const service = createNotifications(ctx, options)
      const inbox = createInbox(ctx)
      const settings = createSettings(ctx, options, { service, inbox })
      const delivery = createDelivery(ctx, options)
      ctx.provide(notificationsService, service)
      ctx.provide(inboxRef, inbox)
      ctx.provide(settingsRef, settings)
      ctx.provide(pagesRef, createPages(inbox, service, settings))
      ctx.provide(followRef, createFollow(inbox))
      ctx.provide(sendRef, createSend(ctx, service))
      ctx.provide(workRef, createWork(ctx, options, { service, delivery }))
      ctx.provide(bellSeam, { permission: 'notifications.read', href: '/notifications', ...inbox })
      watchCatalog(ctx, service)
    },
  })
}
