import { expect, test } from 'vitest'
import { z } from 'zod'
import { PortalError } from '../../api/errors.ts'
import { definePlugin } from '../../api/plugin.ts'
import { type Route, route } from '../../api/route.ts'
import { testPortal } from '../../testing/index.ts'
import { senderSeam } from '../http/senders.ts'

const refuse = () => {
  throw new PortalError('forbidden', 'This is not for you')
}
const door = (method: Route['method'], url: string, more: Partial<Route> = {}) =>
  route({ method, url, permission: 'doors.open', handler: refuse, ...more } as Parameters<typeof route>[0])

const doors = definePlugin({
  name: 'doors',
  apiVersion: 1,
  permissions: { 'doors.open': { on: 'portal', description: 'Open doors.' } },
  routes: [
    door('POST', '/doors'),
    door('DELETE', '/doors/:id', { params: z.object({ id: z.string() }) }),
    door('GET', '/doors'),
    route({ method: 'POST', url: '/bell', public: true, handler: refuse }),
    route({
      method: 'POST',
      url: '/doors/new',
      permission: 'doors.open',
      async handler({ actor, use, request }) {
        await use({ id: 'doors.service' } as { id: string; type?: (id: string) => Promise<void> })(request.id)
        return { by: actor.id }
      },
    }),
  ],
  setup(ctx) {
    ctx.provide(senderSeam, (request) => String(request.headers['x-from'] ?? request.ip))
    ctx.provide({ id: 'doors.service' }, async (requestId: string) => {
      // What a verb does before it writes takes its time.
      await new Promise((resolve) => setImmediate(resolve))
      const actor = { id: 'root', kind: 'user', name: 'Root', groups: [] } as const
      await ctx.db.write((tx) => ctx.audit(tx, { action: 'doors.make', actor, target: 'door', requestId }))
    })
  },
})

async function stage() {
  let time = Date.parse('2026-03-02T08:00:00Z')
  const portal = await testPortal({ plugins: [doors], access: true, now: () => new Date(time) })
  const refused = async () => {
    // Written behind the answer: a write after it has its turn behind that.
    await portal.portal.db.write(() => undefined)
    return (await portal.audit()).filter(({ result }) => result === 'denied')
  }
  return { portal, refused, pass: (ms: number) => (time += ms) }
}

test('a write that the permissions refuse leaves a line, with who, what, from where and why', async () => {
  const { portal, refused } = await stage()
  await using _ = portal
  const headers = { 'x-from': '203.0.113.7', 'x-request-id': 'request-0001' }
  expect((await portal.post('/doors?key=hunter2', {}, { as: 'cora', headers })).status).toBe(403)
  expect(await refused()).toMatchObject([
    {
      ...{ action: 'portal.write', target: 'POST /doors', result: 'denied', requestId: 'request-0001' },
      actor: { id: 'cora', kind: 'user', name: 'Cora Stranger' },
      ...{ address: '203.0.113.7', proxy: '127.0.0.1' },
      detail: { permission: 'doors.open', plugin: 'doors', reason: expect.stringContaining('administrators') },
    },
  ])
  // Also what a service refuses to whom the route lets through.
  expect((await portal.post('/doors', {}, { as: 'root' })).status).toBe(403)
  expect((await refused())[0]).toMatchObject({ actor: { id: 'root' }, detail: { reason: 'This is not for you' } })
})

test('who reads, who asks what is public, and who is not signed in leaves none', async () => {
  const { portal, refused } = await stage()
  await using _ = portal
  expect((await portal.get('/doors', { as: 'cora' })).status).toBe(403)
  expect((await portal.post('/bell', {}, { as: 'cora' })).status).toBe(403)
  expect((await portal.post('/doors', {}, { headers: { accept: 'application/json' } })).status).toBe(401)
  expect(await refused()).toEqual([])
})

test('so does a write that another site caused', async () => {
  const { portal, refused } = await stage()
  await using _ = portal
  expect((await portal.post('/doors', {}, { as: 'root', headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(
    403,
  )
  expect((await refused())[0]).toMatchObject({ detail: { reason: 'This write came from another site' } })
})

test('nobody fills the table: ten a minute of one person and address, two hundred of all, and what was left out is counted', async () => {
  const { portal, refused, pass } = await stage()
  await using _ = portal
  const knock = (from: string) => portal.post('/doors', {}, { as: 'cora', headers: { 'x-from': from } })
  for (let i = 0; i < 25; i++) await knock('203.0.113.7')
  expect(await refused()).toHaveLength(10)
  await knock('203.0.113.8')
  expect(await refused()).toHaveLength(11)
  for (let i = 0; i < 220; i++) await knock(`198.51.100.${i}`)
  const all = await portal.portal.db.read.all<{ n: number }>('select count(*) as n from audit_lines')
  expect(all[0]?.n).toBe(200)
  pass(61_000)
  await knock('203.0.113.7')
  expect((await refused())[0]).toMatchObject({ detail: { leftOut: 15 } })
})

test('a verb says where it was asked from without being told, each for its own request', async () => {
  const { portal } = await stage()
  await using _ = portal
  const make = (from: string, id: string) =>
    portal.post('/doors/new', {}, { as: 'root', headers: { 'x-from': from, 'x-request-id': id } })
  await Promise.all([make('203.0.113.1', 'request-0001'), make('203.0.113.2', 'request-0002')])
  const lines = await portal.audit()
  const told = Object.fromEntries(lines.map(({ requestId, address }) => [requestId, address]))
  expect(told).toEqual({ 'request-0001': '203.0.113.1', 'request-0002': '203.0.113.2' })
})

test('where two requests at once give the same id, neither hides behind the other', async () => {
  const { portal } = await stage()
  await using _ = portal
  const make = (from: string) =>
    portal.post('/doors/new', {}, { as: 'root', headers: { 'x-from': from, 'x-request-id': 'request-0001' } })
  await Promise.all([make('203.0.113.1'), make('203.0.113.2')])
  for (const { address } of await portal.audit()) expect(address).toContain('203.0.113')
  await make('203.0.113.9')
  expect((await portal.audit())[0]?.address).toBe('203.0.113.9')
})
