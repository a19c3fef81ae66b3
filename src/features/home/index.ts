import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { route } from '../../api/route.ts'
import { one } from '../../platform/http/routes.ts'
import { catalogTopic, sourcesTopic } from '../catalog/contract.ts'
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
        query: z.object({ kind: one, owner: one }),
        handler: async ({ query, actor, use }, reply) => {
          const props = await homePage(use, actor, query)
          const { isFiltered, feedHref } = props.choices
          const feed = { title: isFiltered ? 'These changes' : 'All changes', href: feedHref }
          return reply.page('home/index', props, { title: 'Home', feed, live: [catalogTopic, sourcesTopic] })
        },
      }),
    ],
    views: fileURLToPath(new URL('../../../views/home', import.meta.url)),
  })
