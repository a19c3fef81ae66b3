import { fileURLToPath } from 'node:url'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { route } from '../../api/route.ts'
import { gallery } from './fixtures.ts'

/** Pages for those who run the portal. */
export const admin = (): Plugin =>
  definePlugin({
    name: 'admin',
    apiVersion: 1,
    permissions: { 'admin.gallery': { on: 'portal', description: 'See the gallery of views.' } },
    routes: [
      route({
        method: 'GET',
        url: '/admin/gallery',
        permission: 'admin.gallery',
        handler: (_call, reply) =>
          reply.page('admin/gallery', gallery(), {
            title: 'View gallery',
            crumbs: [{ text: 'Admin' }, { text: 'View gallery' }],
          }),
      }),
    ],
    views: fileURLToPath(new URL('../../../views/admin', import.meta.url)),
  })
