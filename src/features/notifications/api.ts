import { z } from 'zod'
import { type Route, route } from '../../api/route.ts'
import { one } from '../../platform/http/routes.ts'
import { readBackstage, readSent, sendRef, toBackstage, updateOf } from './backstage.ts'
import { inboxRef } from './inbox.ts'

const query = z.object({
  ...{ offset: one, limit: one, search: one, read: one, saved: one, createdAfter: one, created_after: one, topic: one },
  ...{ minimumSeverity: one, minimal_severity: one },
})

const list = (url: string) =>
  route({
    method: 'GET',
    url,
    permission: 'notifications.read',
    query,
    handler: ({ query, actor, use }) => {
      const { filter, limit } = readBackstage(query)
      const { rows, total } = use(inboxRef).list(actor, filter, limit)
      return { totalCount: total, notifications: rows.map((row) => toBackstage(row, actor)) }
    },
  })

const send = (url: string) =>
  route({
    method: 'POST',
    url,
    permission: 'notifications.send',
    body: z.unknown(),
    handler: ({ body, actor, use, request }) => use(sendRef)(actor, readSent(body), request.id),
  })

/** The paths of Backstage's own clients, with and without the name of what is asked for. */
export const apiRoutes: Route[] = [
  list('/api/notifications'),
  list('/api/notifications/notifications'),
  send('/api/notifications'),
  send('/api/notifications/notifications'),
  route({
    method: 'GET',
    url: '/api/notifications/status',
    permission: 'notifications.read',
    handler: ({ actor, use }) => {
      const { unread, read } = use(inboxRef).counts(actor)
      return { unread, read }
    },
  }),
  route({
    method: 'GET',
    url: '/api/notifications/topics',
    permission: 'notifications.read',
    handler: ({ actor, use }) => ({
      topics: use(inboxRef)
        .topics(actor)
        .map((topic) => ({ topic })),
    }),
  }),
  route({
    method: 'POST',
    url: '/api/notifications/update',
    permission: 'notifications.read',
    body: z.object({
      ids: z.array(z.string().min(1).max(64)).min(1).max(1000),
      read: z.boolean().optional(),
      saved: z.boolean().optional(),
    }),
    handler: async ({ body, actor, use }) => {
      const inbox = use(inboxRef)
      for (const mark of updateOf(body)) await inbox.mark(actor, body.ids, mark)
      return body.ids.flatMap((id) => inbox.visible(actor, id)).map((row) => toBackstage(row, actor))
    },
  }),
]
