import { expect, test } from 'vitest'
import { z } from 'zod'
import { definePlugin } from '../../api/plugin.ts'
import { type Route, route } from '../../api/route.ts'
import { type Person, testPortal } from '../../testing/index.ts'
import { addRoute, many, one } from './routes.ts'

const handler = () => ({ done: true })

test.each([
  ['without a permission', {}],
  ['with both a permission and public', { permission: 'x.read', public: true as const }],
])('a route %s is not registered', async (_, access) => {
  await using portal = await testPortal()
  const host = { policy: portal.portal.contributions, permissions: new Map() } as never
  const spec: Route = { method: 'GET', url: '/late', handler, ...access }
  expect(() => addRoute(portal.portal.server, { spec, plugin: 'late' }, host)).toThrow(
    'Route GET /late of plugin late needs a permission or public: true',
  )
})

test('a portal with such a route does not start, and says which', async () => {
  const plugin = definePlugin({
    name: 'open',
    apiVersion: 1,
    routes: [route({ method: 'GET', url: '/open', handler })],
  })
  await expect(testPortal({ plugins: [plugin] })).rejects.toThrow('Route GET /open of plugin "open" needs a permission')
})

const guarded = definePlugin({
  name: 'guarded',
  apiVersion: 1,
  permissions: {
    'guarded.read': { on: 'portal', description: 'Read.' },
    'guarded.change': { on: 'portal', description: 'Change.' },
    'guarded.entity': { on: 'entity', description: 'Change an entity.' },
  },
  routes: [
    route({ method: 'GET', url: '/guarded/read', permission: 'guarded.read', handler }),
    route({
      method: 'POST',
      url: '/guarded/change',
      permission: 'guarded.change',
      body: z.object({ n: z.string() }),
      handler,
    }),
    route({ method: 'GET', url: '/guarded/entity', permission: 'guarded.entity', handler }),
    route({ method: 'GET', url: '/guarded/public', public: true, handler: ({ actor }) => ({ actor: actor.id }) }),
  ],
})

test('a permission is asked for before anything else, and a refusal gives the reason', async () => {
  await using portal = await testPortal({ plugins: [guarded], access: true })
  const ask = async (url: string, as?: Person) => (await portal.get(url, as ? { as } : {})).status
  expect([await ask('/guarded/read'), await ask('/guarded/read', 'cora'), await ask('/guarded/read', 'root')]).toEqual([
    401, 200, 200,
  ])
  // The form is wrong as well, but that is not for strangers to learn.
  const refused = await portal.post('/guarded/change', {}, { as: 'cora' })
  expect(refused.status).toBe(403)
  expect(refused.text).toContain('Cora Stranger may not do what only administrators do')
  expect(refused.text).toContain('The permission is called guarded.change; an administrator can grant it')
  expect((await portal.post('/guarded/change', {}, { as: 'root' })).status).toBe(400)
  expect((await portal.post('/guarded/change', { n: '1' }, { as: 'root' })).status).toBe(200)
  expect((await portal.post('/guarded/change', { n: '1' })).status).toBe(401)
  expect([await ask('/guarded/entity'), await ask('/guarded/entity', 'anna')]).toEqual([401, 200])
})

test('a public route knows who asks, or that nobody is signed in', async () => {
  await using portal = await testPortal({ plugins: [guarded], access: true })
  expect((await portal.get('/guarded/public')).json()).toEqual({ actor: 'anonymous' })
  expect((await portal.get('/guarded/public', { as: 'ben' })).json()).toEqual({ actor: 'ben' })
  await using open = await testPortal({ plugins: [guarded] })
  expect((await open.get('/guarded/public')).json()).toEqual({ actor: 'guest' })
})

test('only health checks, preferences, sign-in, files and webhooks, which check a signature, are public', async () => {
  await using portal = await testPortal()
  const open = portal.portal.routes.filter(({ access, method }) => access === 'public' && method !== 'HEAD')
  expect(open.map(({ url }) => url.replace(/-[\w-]{12}\./, '.')).sort()).toEqual([
    '/api/auth/:provider/handler/frame',
    '/api/events/http/github',
    '/api/events/http/gitlab',
    '/assets/app.css',
    '/assets/app.js',
    '/assets/favicon.svg',
    '/assets/icons.svg',
    '/auth/:provider/callback',
    '/auth/:provider/start',
    '/auth/local',
    '/favicon.ico',
    '/healthz',
    '/rail',
    '/readyz',
    '/sign-in',
    '/sign-in/first',
    '/sign-in/first',
    '/sign-in/password',
    '/sign-in/password',
    '/sign-out',
    '/theme',
    '/zone',
  ])
  expect(portal.portal.routes.filter(({ access }) => access === 'none')).toEqual([])
})

test('parameters may stand once or often, and blanks are as good as absent', () => {
  expect([many.parse(undefined), many.parse(''), many.parse('a'), many.parse(['a', '', 'b'])]).toEqual([
    [],
    [],
    ['a'],
    ['a', 'b'],
  ])
  expect([one.parse(undefined), one.parse('  '), one.parse(' a '), one.parse(['b', 'c'])]).toEqual([
    undefined,
    undefined,
    'a',
    'b',
  ])
})
