import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import type { Entity } from '../../api/entity.ts'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { formatRef } from '../../api/ref.ts'
import { milliseconds } from '../../api/time.ts'
import { apiRoutes } from './api.ts'
import { GraphOptions } from './config.ts'
import { createLayouter } from './layouter.ts'
import { createGraphPages, graphPages } from './pages.ts'
import { graphHref } from './query.ts'
import { routes } from './routes.ts'
import type { OwnerCard } from './views.ts'

/** Its cards show nothing but what the catalog has. */
const unchanged = () => ''
const isOwner = ({ kind }: Entity) => /^(group|user)$/i.test(kind)
const refOf = ({ kind, metadata }: Entity) =>
  formatRef({ kind, namespace: metadata.namespace ?? 'default', name: metadata.name })

/** Relations as a picture, and what depends on what. */
export const graph = (given: z.input<typeof GraphOptions> = {}): Plugin => {
  const options = GraphOptions.parse(given)
  return definePlugin({
    name: 'graph',
    apiVersion: 1,
    options,
    routes: [...routes, ...apiRoutes],
    entityCards: [
      {
        id: 'relations',
        title: 'Relations',
        permission: 'catalog.read',
        view: 'graph/_relations',
        when: (entity) => !isOwner(entity),
        load: ({ entity, actor, ctx }) => ctx.use(graphPages).card(actor, refOf(entity)),
        version: unchanged,
      },
      {
        id: 'organisation',
        title: 'Relations',
        permission: 'catalog.read',
        place: 'side',
        view: 'graph/_owner',
        when: isOwner,
        load: ({ entity }): OwnerCard => ({ graphHref: graphHref({ roots: [refOf(entity)] }) }),
        version: unchanged,
      },
    ],
    views: fileURLToPath(new URL('../../../views/graph', import.meta.url)),
    setup(ctx) {
      const layouter = createLayouter({ log: ctx.log, deadline: milliseconds(options.timeout) })
      ctx.provide(graphPages, createGraphPages(ctx, layouter))
      ctx.onClose(() => layouter.close())
    },
  })
}
