import { fileURLToPath } from 'node:url'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { route } from '../../api/route.ts'
import { homePage } from './page.ts'

/** The first page: search, what changed, how many of what, and what plugins add. */
export const home = (): Plugin =>
  definePlugin({
    name: 'home',
    apiVersion: 1,
    nav: [{ id: 'home', title: 'Home', href: '/', icon: 'home', permission: 'home.read' }],
    permissions: { 'home.read': { on: 'portal', description: 'See the first page.' } },
    routes: [
      route({
        method: 'GET',
        url: '/',
        permission: 'home.read',
        handler: async ({ actor, use }, reply) =>
          reply.page('home/index', await homePage(use, actor), { title: 'Home' }),
      }),
    ],
    views: fileURLToPath(new URL('../../../views/home', import.meta.url)),
  })
