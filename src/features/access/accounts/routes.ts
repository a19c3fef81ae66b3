import { z } from 'zod'
import { type Route, route } from '../../../api/route.ts'
import { settingsPages, settingsPath } from '../../../api/settings.ts'
import { one } from '../../../platform/http/routes.ts'
import { ListQuery, listHref } from '../list-query.ts'
import { signInPagesRef } from '../pages.ts'
import { signingInRef } from '../profile.ts'
import { proxiesRef } from '../proxy.ts'
import { wanted } from '../routes.ts'
import { refuseTokens } from '../tokens/service.ts'
import { accountPagesRef } from './pages.ts'
import { passwordSection } from './sections.ts'
import { accountsRef, localProvider, profileOf } from './service.ts'

const text = z.string().max(1000).default('')
const key = z.string().max(200).default('')
const chosen = { password: text, again: text }
const typed = { name: text, title: text, email: text }
const named = z.object({ name: z.string().min(1).max(100) })
const accountsPage = {
  title: 'Accounts',
  crumbs: [{ text: 'Admin', href: '/admin' }, { text: 'Accounts' }],
  within: 'admin' as const,
}
const alone = (title: string, status = 200) => ({ title, alone: true, status })

/** Signing in with an account of the portal's own, and the links that make one. */
export const accountRoutes: Route[] = [
  route({
    method: 'POST',
    url: '/auth/local',
    signIn: true,
    public: true,
    body: z.object({ name: text, password: text, to: wanted }),
    handler: async ({ body: { name, password, to }, use, request }, reply) => {
      const proof = await use(accountsRef).prove({ name, password, address: use(proxiesRef).addressOf(request) })
      if ('account' in proof) {
        const { cookies } = await use(signingInRef).signIn(request, profileOf(proof.account))
        return reply.header('set-cookie', cookies).redirect(to, 303)
      }
      const { reason, who, message: problem, wait } = proof
      await use(signingInRef).refused(request, { provider: localProvider, reason, ...(who && { who }) })
      if (wait !== undefined) reply.header('retry-after', String(wait))
      return use(signInPagesRef).show(reply, { to, name, problem }, wait === undefined ? 422 : 429)
    },
  }),
  route({
    method: 'GET',
    url: '/sign-in/first',
    public: true,
    query: z.object({ key: one }),
    handler: ({ query, use }, reply) =>
      reply.page('access/first', use(accountPagesRef).first(query.key ?? ''), alone('The first administrator')),
  }),
  route({
    method: 'POST',
    url: '/sign-in/first',
    signIn: true,
    public: true,
    body: z.object({ key, ...typed, ...chosen }),
    handler: async ({ body, use, request }, reply) => {
      const made = await use(accountPagesRef).makeFirst(body, request)
      if ('again' in made) return reply.page('access/first', made.again, alone('The first administrator', made.status))
      const { cookies } = await use(signingInRef).signIn(request, made.done)
      return reply.header('set-cookie', cookies).redirect('/', 303)
    },
  }),
  route({
    method: 'GET',
    url: '/sign-in/password',
    public: true,
    query: z.object({ key: one }),
    handler: ({ query, use }, reply) =>
      reply.page('access/choose', use(accountPagesRef).choose(query.key ?? ''), alone('Choose a password')),
  }),
  route({
    method: 'POST',
    url: '/sign-in/password',
    signIn: true,
    public: true,
    body: z.object({ key, ...chosen }),
    handler: async ({ body, use, request }, reply) => {
      const set = await use(accountPagesRef).choosePassword(body, request)
      if ('again' in set) return reply.page('access/choose', set.again, alone('Choose a password', set.status))
      const { cookies } = await use(signingInRef).signIn(request, set.done)
      return reply.header('set-cookie', cookies).redirect('/', 303)
    },
  }),
  route({
    method: 'POST',
    url: '/settings/password',
    permission: 'access.password',
    body: z.object({ current: text, ...chosen }),
    handler: async ({ body, actor, use, request }, reply) => {
      refuseTokens(actor)
      const changed = await use(accountPagesRef).changePassword(actor, body, request)
      if ('done' in changed) return reply.redirect(settingsPath(passwordSection, 'changed'), 303)
      const { again: form, status } = changed
      return use(settingsPages).answer(reply, { actor, section: passwordSection, form, status })
    },
  }),
  route({
    method: 'GET',
    url: '/admin/accounts',
    permission: 'access.accounts',
    query: ListQuery,
    handler: ({ query, actor, use }, reply) =>
      reply.page('access/accounts', use(accountPagesRef).accounts(actor, query), accountsPage),
  }),
  route({
    method: 'POST',
    url: '/admin/accounts',
    permission: 'access.accounts',
    body: z.object({ ...typed, administrator: one.transform((value) => value !== undefined) }),
    handler: async ({ body, actor, use, request }, reply) => {
      refuseTokens(actor)
      const made = await use(accountPagesRef).create(actor, body, request)
      if ('done' in made) return reply.page('access/accounts', made.done, accountsPage)
      return reply.page('access/accounts', made.again, { ...accountsPage, status: made.status })
    },
  }),
  // Shows a link that works once: there is nothing to go back to afterwards, so it is the answer itself.
  route({
    method: 'POST',
    url: '/admin/accounts/:name/link',
    permission: 'access.accounts',
    params: named,
    query: ListQuery,
    handler: async ({ params, query, actor, use, request }, reply) => {
      refuseTokens(actor)
      const page = await use(accountPagesRef).reset(actor, params.name, { query, request })
      return reply.page('access/accounts', page, accountsPage)
    },
  }),
  route({
    method: 'POST',
    url: '/admin/accounts/:name/state',
    permission: 'access.accounts',
    params: named,
    body: z.object({ state: z.enum(['enabled', 'disabled']) }),
    query: ListQuery,
    handler: async ({ params, query, body, actor, use, request }, reply) => {
      refuseTokens(actor)
      const accounts = use(accountsRef)
      if (body.state === 'enabled') await accounts.enable(actor, params.name, request.id)
      else await accounts.disable(actor, params.name, request.id)
      return reply.redirect(listHref('/admin/accounts', query), 303)
    },
  }),
  route({
    method: 'POST',
    url: '/admin/accounts/:name/role',
    permission: 'access.accounts',
    params: named,
    body: z.object({ administrator: z.enum(['yes', 'no']) }),
    query: ListQuery,
    handler: async ({ params, query, body, actor, use, request }, reply) => {
      refuseTokens(actor)
      await use(accountsRef).setAdministrator(actor, params.name, body.administrator === 'yes', request.id)
      return reply.redirect(listHref('/admin/accounts', query), 303)
    },
  }),
]
