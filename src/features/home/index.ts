import { fileURLToPath } from 'node:url'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { readerMarks } from '../search/contract.ts'
import { starsRef, visitsRef } from './contract.ts'
import { routes } from './routes.ts'
import { createStarService, starService } from './star-service.ts'
import { createVisitService, visitService } from './visit-service.ts'

const folder = (name: string) => fileURLToPath(new URL(`../../../${name}/home`, import.meta.url))

/** The first page: what waits for its reader, what is theirs, what they starred and visited, and what there is. */
export const home = (): Plugin =>
  definePlugin({
    name: 'home',
    apiVersion: 1,
    nav: [{ id: 'home', title: 'Home', href: '/', icon: 'home', permission: 'home.read' }],
    permissions: {
      'home.read': { on: 'portal', description: 'See the first page, and keep stars and recent visits of their own.' },
    },
    routes,
    tables: { migrations: folder('migrations') },
    views: folder('views'),
    setup(ctx) {
      const stars = createStarService(ctx, { most: 1000 })
      const visits = createVisitService(ctx, { most: 50, delay: 3000 })
      const keys = (marked: readonly { key: string }[]) => marked.map(({ key }) => key)
      ctx.provide(starService, stars)
      ctx.provide(starsRef, stars)
      ctx.provide(visitService, visits)
      ctx.provide(visitsRef, visits)
      ctx.provide(readerMarks, {
        starred: (actor) => keys(stars.starred(actor)),
        visited: (actor) => keys(visits.visited(actor)),
      })
    },
  })
