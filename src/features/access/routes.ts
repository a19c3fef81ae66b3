import { z } from 'zod'
import { type Route, route } from '../../api/route.ts'
import { settingsPath } from '../../api/settings.ts'
import { ownPath } from '../../platform/http/preferences.ts'
import { one } from '../../platform/http/routes.ts'
import { signInPagesRef } from './pages.ts'
import { ownSessionsRef } from './session-service.ts'

/** Where to go after signing in; the home page unless it is an address of this portal. */
export const wanted = one.transform((path) => ownPath(path ?? '/'))

const outside = '/sign-in?out=1'

export const routes: Route[] = [
  route({
    method: 'GET',
    url: '/sign-in',
    public: true,
    query: z.object({ to: wanted, out: one, other: one }),
    handler: ({ query, actor, use }, reply) => {
      const isOther = query.other !== undefined
      if (actor.kind === 'user' && !isOther) return reply.redirect(query.to, 303)
      const isOut = query.out !== undefined
      const straight = isOut || isOther ? undefined : use(signInPagesRef).straightTo(query.to)
      return straight
        ? reply.redirect(straight, 303)
        : use(signInPagesRef).show(reply, { to: query.to, isOut, isOther })
    },
  }),
  route({
    method: 'POST',
    url: '/sign-out',
    public: true,
    handler: async ({ request, use }, reply) =>
      reply.header('set-cookie', await use(ownSessionsRef).signOut(request)).redirect(outside, 303),
  }),
  route({
    method: 'POST',
    url: '/settings/sessions/:id/revoke',
    permission: 'access.sessions',
    params: z.object({ id: z.string().min(1).max(64) }),
    handler: async ({ params, actor, use, request }, reply) => {
      const isThis = await use(ownSessionsRef).revoke(actor, request, params.id)
      return reply.redirect(isThis ? outside : settingsPath('access.sessions', 'ended'), 303)
    },
  }),
  route({
    method: 'POST',
    url: '/settings/sessions/revoke-others',
    permission: 'access.sessions',
    handler: async ({ actor, use, request }, reply) => {
      await use(ownSessionsRef).revokeOthers(actor, request)
      return reply.redirect(settingsPath('access.sessions', 'others'), 303)
    },
  }),
]
