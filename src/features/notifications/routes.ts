import { z } from 'zod'
import { type Crumb, type Route, route } from '../../api/route.ts'
import { ownPath } from '../../platform/http/preferences.ts'
import { many, one } from '../../platform/http/routes.ts'
import { severities } from './contract.ts'
import { followRef, marks, readChoices, readMark, views } from './forms.ts'
import { inboxRef } from './inbox.ts'
import { filterOf, pagesRef } from './pages.ts'
import { settingsRef } from './settings.ts'

const crumb: Crumb = { text: 'Notifications', href: '/notifications' }
const view = one.pipe(z.enum(views).default('unread'))
const severity = one.pipe(z.enum(severities).optional())
const params = z.object({ id: z.string().min(1).max(64) })
const back = one.transform((path) => ownPath(path ?? '/notifications'))

export const routes: Route[] = [
  route({
    method: 'GET',
    url: '/notifications',
    permission: 'notifications.read',
    query: z.object({ view, topic: one, severity, after: one, before: one }),
    handler: ({ query, actor, use, request }, reply) => {
      const props = use(pagesRef).list(actor, query, request.url)
      const live = use(inboxRef).liveTopics(actor)
      return reply.page('notifications/index', props, {
        title: 'Notifications',
        crumbs: [{ text: 'Notifications' }],
        live,
      })
    },
  }),
  // One notification by its own button (`mark` is what and which), several by their boxes (`as`), or all that the filters show.
  route({
    method: 'POST',
    url: '/notifications/marks',
    permission: 'notifications.read',
    body: z.object({
      mark: one,
      as: marks.optional(),
      all: marks.optional(),
      id: many,
      view,
      topic: one,
      severity,
      back,
    }),
    handler: async ({ body, actor, use }, reply) => {
      const { mark, as, all, id, back, ...filter } = body
      const inbox = use(inboxRef)
      if (all) await inbox.markAll(actor, filterOf({ ...filter, after: undefined, before: undefined }), all)
      const asked = mark ? readMark(mark) : as && { as, ids: id }
      if (asked && asked.ids.length > 0) await inbox.mark(actor, asked.ids, asked.as)
      return reply.redirect(back, 303)
    },
  }),
  route({
    method: 'GET',
    url: '/notifications/:id/open',
    permission: 'notifications.read',
    params,
    handler: async ({ params, actor, use, request }, reply) => {
      return reply.redirect(await use(followRef)(actor, params.id, request.headers), 303)
    },
  }),
  route({
    method: 'GET',
    url: '/notifications/settings',
    permission: 'notifications.read',
    query: z.object({ saved: one }),
    handler: async ({ query, actor, use }, reply) => {
      const props = await use(pagesRef).settings(actor, query.saved !== undefined)
      const crumbs = [crumb, { text: 'Settings' }]
      return reply.page('notifications/settings', props, { title: 'Notification settings', crumbs })
    },
  }),
  route({
    method: 'POST',
    url: '/notifications/settings',
    permission: 'notifications.read',
    body: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    handler: async ({ body, actor, use, request }, reply) => {
      await use(settingsRef).save(actor, readChoices(body), request.id)
      return reply.redirect('/notifications/settings?saved=1', 303)
    },
  }),
]
