import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { shownChanged } from '../../api/live.ts'
import { definePlugin } from '../../api/plugin.ts'
import { route } from '../../api/route.ts'
import { personHeader } from '../../testing/access.ts'
import { soon } from '../../testing/browser.ts'
import { type Person, type TestPortal, type TestPortalOptions, testPortal } from '../../testing/index.ts'
import { attendance } from '../attendance.ts'
import { liveLimits } from './live.ts'

const component = (name: string, owner: string, namespace = 'default') => `
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${name}, namespace: ${namespace} }
spec: { type: service, lifecycle: production, owner: ${owner} }
`
const group = (name: string) => `
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: ${name} }
spec: { type: team, children: [] }
`
const files = {
  'groups.yaml': ['payments', 'visitors'].map(group).join('---'),
  'cart.yaml': component('cart', 'payments'),
  'tax.yaml': component('tax', 'visitors'),
  'plan.yaml': component('plan', 'payments', 'secret'),
}

/** A page of a plugin that follows a topic of its own. */
const costs = definePlugin({
  name: 'costs',
  apiVersion: 1,
  routes: [
    route({
      method: 'GET',
      url: '/costs',
      permission: 'live.read',
      handler: async (_call, reply) => {
        await gate
        return reply.page('facts', { facts: [] }, { title: 'Costs', live: ['costs'] })
      },
    }),
  ],
})

interface Listener {
  status: number
  headers: IncomingHttpHeaders
  /** What has come so far. */
  text(): string
  events(): number
  ended: Promise<void>
  leave(): void
}

/** What a page of `costs` waits for after it has been asked for. */
let gate: Promise<unknown> | undefined

const portals: TestPortal[] = []
const listeners: Listener[] = []
afterEach(async () => {
  for (const listener of listeners.splice(0)) listener.leave()
  for (const portal of portals.splice(0)) await portal.close()
})

/** A portal that listens; what its first reading brought is told to no page that is opened now. */
async function start(options: TestPortalOptions = {}): Promise<TestPortal> {
  const portal = await testPortal({ files, ...options, plugins: [costs] })
  portals.push(portal)
  await portal.portal.server.listen({ host: '127.0.0.1', port: 0 })
  return portal
}

const portOf = ({ portal }: TestPortal) => (portal.server.server.address() as AddressInfo).port

/** Where a page listens. */
async function liveOf(portal: TestPortal, url: string, as?: Person): Promise<string> {
  const { headers } = await portal.get(url, { htmx: true, ...(as && { as }) })
  return String(headers['callboard-live'] ?? '')
}

async function listen(portal: TestPortal, path: string, headers: Record<string, string> = {}): Promise<Listener> {
  const chunks: string[] = []
  const asked: ClientRequest = request({ host: '127.0.0.1', port: portOf(portal), path, headers, agent: false })
  const listener = await new Promise<Listener>((resolve, reject) => {
    asked.once('error', reject).once('response', (answer) => {
      answer.on('error', () => undefined).on('data', (chunk: Buffer) => chunks.push(String(chunk)))
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        text: () => chunks.join(''),
        events: () => chunks.join('').split('event: changed').length - 1,
        ended: new Promise((done) => answer.once('close', done)),
        leave: () => asked.destroy(),
      })
    })
    asked.end()
  })
  listeners.push(listener)
  return listener
}

const as = (person: Person) => ({ [personHeader]: person })

test('nobody waits for a stream that has begun, nor for a page whose reader has gone', async () => {
  const portal = await start()
  await listen(portal, await liveOf(portal, '/costs'))
  expect(attendance.isAnybodyWaiting()).toBe(false)

  let open = () => {}
  gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const asked = request({ host: '127.0.0.1', port: portOf(portal), path: '/costs', agent: false })
  asked.on('error', () => undefined).end()
  await expect.poll(() => attendance.isAnybodyWaiting(), soon).toBe(true)
  asked.destroy()
  await expect.poll(() => attendance.isAnybodyWaiting(), soon).toBe(false)
  open()
  gate = undefined
})

describe('the stream', () => {
  test('is one that proxies leave alone: not kept, not compressed, not buffered', async () => {
    const portal = await start()
    const stream = await listen(portal, await liveOf(portal, '/catalog'), { 'accept-encoding': 'gzip, br' })
    expect(stream.status).toBe(200)
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    expect(stream.headers['content-encoding']).toBeUndefined()
    await expect.poll(stream.text, soon).toMatch(/^retry: \d{4}\n\n$/)
  })

  test('has its address on the page, and on what the page fetches again', async () => {
    const portal = await start()
    const { attributes } = (await portal.get('/catalog')).region('main')
    expect(attributes['data-live']?.replaceAll('&amp;', '&')).toBe(await liveOf(portal, '/catalog'))
  })

  test('answers HEAD and ends', async () => {
    const portal = await start()
    const { statusCode, headers } = await portal.portal.server.inject({ method: 'HEAD', url: '/live' })
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8'])
  })

  test.each([
    ['/catalog', 1],
    ['/catalog?q=tax', 1],
    ['/catalog/problems', 1],
    ['/catalog/changes', 1],
    ['/catalog/sources', 1],
    ['/', 1],
    ['/catalog/default/component/cart', 1],
    ['/catalog/default/component/cart/relations', 1],
    ['/catalog/default/component/cart/history', 1],
    ['/catalog/default/component/cart/source', 1],
    ['/catalog/default/group/payments', 1],
    ['/catalog/default/component/tax', 0],
    ['/catalog/default/component/nobody', 1],
    ['/costs', 0],
  ])('%s is told of a change of cart: %i', async (url, count) => {
    const portal = await start()
    const [stream, list] = [
      await listen(portal, await liveOf(portal, url)),
      await listen(portal, await liveOf(portal, '/catalog')),
    ]
    portal.write('cart.yaml', component('cart', 'payments').replace('production', 'retired'))
    await portal.crawl()
    await expect.poll(list.events, soon).toBe(1)
    expect(stream.events()).toBe(count)
  })

  test('a reading that finds nothing new is told to the pages about sources alone', async () => {
    const portal = await start()
    const urls = ['/catalog/sources', '/', '/catalog', '/catalog/changes', '/catalog/default/component/cart']
    const streams = await Promise.all(urls.map(async (url) => listen(portal, await liveOf(portal, url))))
    await portal.crawl()
    await expect.poll(() => streams.slice(0, 2).map((one) => one.events()), soon).toEqual([1, 1])
    expect(streams.slice(2).map((one) => one.events())).toEqual([0, 0, 0])
  })

  test("an entity's page hears of problems that others bring or take away", async () => {
    const portal = await start({ files: { 'cart.yaml': component('cart', 'paymentz') } })
    const stream = await listen(portal, await liveOf(portal, '/catalog/default/component/cart'))
    portal.write('groups.yaml', group('paymentz'))
    await portal.crawl()
    await expect.poll(stream.events, soon).toBe(1)
    expect((await portal.get('/catalog/default/component/cart')).text).not.toContain('No group is called')
  })

  test('a page that says why something is missing hears when it comes', async () => {
    const portal = await start()
    const stream = await listen(portal, await liveOf(portal, '/catalog/default/component/later'))
    portal.write('later.yaml', component('later', 'payments'))
    await portal.crawl()
    await expect.poll(stream.events, soon).toBe(1)
  })

  test("a plugin's page hears of the plugin's own topic", async () => {
    const portal = await start()
    const stream = await listen(portal, await liveOf(portal, '/costs'))
    portal.portal.events.emit(shownChanged, { topics: ['costs'] })
    await expect.poll(stream.events, soon).toBe(1)
  })

  test('what changed between the page and its stream is told at once, also by the id of the last event', async () => {
    const portal = await start()
    const address = await liveOf(portal, '/catalog')
    portal.write('cart.yaml', component('cart', 'visitors'))
    await portal.crawl()
    const witness = await listen(portal, await liveOf(portal, '/catalog'))
    portal.write('cart.yaml', component('cart', 'payments'))
    await portal.crawl()
    await expect.poll(witness.events, soon).toBeGreaterThan(0)
    const late = await listen(portal, address)
    await expect.poll(late.events, soon).toBe(1)
    const id = /^id: (.+)$/m.exec(late.text())?.[1] ?? ''
    const again = await listen(portal, address, { 'last-event-id': id })
    await expect.poll(again.text, soon).toContain('retry')
    expect(again.events()).toBe(0)
  })
})

test('a page that took long to make does not claim to know what came meanwhile', async () => {
  const portal = await start()
  const witness = await listen(portal, await liveOf(portal, '/costs'))
  let release = () => {}
  gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const address = liveOf(portal, '/costs')
  portal.portal.events.emit(shownChanged, { topics: ['costs'] })
  await expect.poll(witness.events, soon).toBe(1)
  release()
  gate = undefined
  const stream = await listen(portal, await address)
  await expect.poll(stream.events, soon).toBe(1)
})

test('from a saved file to the event', async ({ annotate }) => {
  const portal = await start({ watch: true })
  const stream = await listen(portal, await liveOf(portal, '/catalog/default/component/cart'))
  await expect.poll(stream.text, soon).toContain('retry')
  const saved = Date.now()
  portal.write('cart.yaml', component('cart', 'paymentz'))
  await expect.poll(stream.events, { ...soon, interval: 5 }).toBe(1)
  await annotate(`${Date.now() - saved} ms from the saved file to the event`)
  expect((await portal.get('/catalog/default/component/cart')).text).toContain('No group is called paymentz')
})

describe('a page that fetches itself again', () => {
  const headers = { 'callboard-live': 'again' }

  test('is answered with 304 as long as it is the same, whatever the time', async () => {
    let time = Date.parse('2026-11-21T08:00:00Z')
    const portal = await start({ now: () => new Date(time) })
    const url = '/catalog/default/component/cart'
    const first = await portal.get(url, { htmx: true, headers })
    expect(first.headers.etag).toMatch(/^W\/"/)
    expect(String(first.headers['callboard-live'])).toMatch(/^\/live\?on=.*&seal=.*&since=/)
    time += 3 * 60_000
    const known: Record<string, string> = { ...headers, 'if-none-match': String(first.headers.etag) }
    const second = await portal.get(url, { htmx: true, headers: known })
    expect([second.status, second.body]).toEqual([304, ''])
    expect(second.headers['callboard-live']).toBe(first.headers['callboard-live'])
    portal.write('cart.yaml', component('cart', 'visitors'))
    await portal.crawl()
    const third = await portal.get(url, { htmx: true, headers: known })
    expect(third.status).toBe(200)
    expect(third.text).toContain('visitors')
  })

  test('brings the numbers of the navigation, which a filter does not', async () => {
    const portal = await start()
    const again = await portal.get('/catalog', { htmx: true, headers })
    expect(again.body).toContain(
      '<hx-partial hx-target="#nav-count-catalog_2elist" hx-swap="textContent">5</hx-partial>',
    )
    expect((await portal.get('/catalog', { htmx: true })).body).not.toContain('hx-partial')
    expect((await portal.get('/catalog')).region('nav-count-catalog_2elist').text).toBe('5')
  })

  test('an entity as it was, an error and a page without a reader follow nothing', async () => {
    const portal = await start({ access: true })
    expect(await liveOf(portal, '/catalog', 'anna')).not.toBe('')
    expect(await liveOf(portal, `/catalog/default/component/cart?at=${new Date().toISOString()}`, 'anna')).toBe('')
    expect(await liveOf(portal, '/nowhere', 'anna')).toBe('')
    expect(await liveOf(portal, '/catalog')).toBe('')
  })
})

describe('permission', () => {
  test('nobody listens without having signed in', async () => {
    const portal = await start({ access: true })
    const address = await liveOf(portal, '/catalog', 'anna')
    expect((await listen(portal, address)).status).toBe(401)
    expect((await listen(portal, address, as('anna'))).status).toBe(200)
  })

  test('nobody hears of what they do not see, not even with the address of somebody who does', async () => {
    const portal = await start({ access: true })
    const url = '/catalog/secret/component/plan'
    const address = await liveOf(portal, url, 'anna')
    const own = await listen(portal, address, as('anna'))
    const borrowed = await listen(portal, address, as('cora'))
    const other = await listen(portal, await liveOf(portal, '/catalog/default/component/tax', 'cora'), as('cora'))
    await expect.poll(borrowed.events, soon).toBe(1)
    portal.write('plan.yaml', component('plan', 'payments', 'secret').replace('production', 'retired'))
    await portal.crawl()
    await expect.poll(own.events, soon).toBe(1)
    // A page that says there is no such thing follows the catalog as a whole, as it does for what really is not there.
    const [missing, list] = [await liveOf(portal, url, 'cora'), await liveOf(portal, '/catalog', 'cora')]
    expect(missing.replace(/since.*/, '')).toBe(list.replace(/since.*/, ''))
    expect([borrowed.events(), other.events()]).toEqual([1, 0])
  })
})

test('too many streams of one person are refused in a way that makes a client wait', async () => {
  const portal = await start({ access: true })
  const address = await liveOf(portal, '/catalog', 'anna')
  const streams = await Promise.all(
    Array.from({ length: liveLimits.person }, () => listen(portal, address, as('anna'))),
  )
  const refused = await listen(portal, address, as('anna'))
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '60'])
  await refused.ended
  expect(refused.text()).toMatch(/^You have too many pages open/)
  const other = await listen(portal, await liveOf(portal, '/catalog', 'ben'), as('ben'))
  expect(other.status).toBe(200)
  streams[0]?.leave()
  await expect.poll(async () => (await listen(portal, address, as('anna'))).status, soon).toBe(200)
})

test('guests behind a proxy are told apart by the address that it gives', async () => {
  const portal = await start()
  const address = await liveOf(portal, '/catalog')
  const from = (ip: string) => listen(portal, address, { 'x-forwarded-for': ip })
  await Promise.all(Array.from({ length: liveLimits.person }, () => from('203.0.113.1')))
  expect((await from('203.0.113.1')).status).toBe(429)
  expect((await from('203.0.113.2')).status).toBe(200)
})

test('a client that goes away without a word is forgotten', async () => {
  const portal = await start()
  const address = await liveOf(portal, '/catalog')
  const socket = connect(portOf(portal), '127.0.0.1')
  socket.write(`GET ${address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
  await expect.poll(() => open(portal), soon).toBe(1)
  socket.resetAndDestroy()
  await expect.poll(() => open(portal), soon).toBe(0)
})

test('a stop ends the streams and does not wait for clients that would keep their connection', async () => {
  const portal = await start()
  const address = await liveOf(portal, '/catalog')
  const sockets = [1, 2, 3].map(() => connect({ port: portOf(portal), host: '127.0.0.1', allowHalfOpen: true }))
  const texts = sockets.map((socket) => text(socket))
  for (const socket of sockets) socket.write(`GET ${address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
  await expect.poll(() => open(portal), soon).toBe(3)
  await portals.pop()?.close()
  // The last chunk of a whole answer: the stream was ended, not torn.
  for (const one of await Promise.all(texts)) expect(one).toMatch(/retry: \d+[\s\S]*\r\n0\r\n\r\n$/)
  for (const socket of sockets) socket.destroy()
})

async function open({ portal }: TestPortal): Promise<number> {
  const metrics = await portal.metrics.getMetricsAsJSON()
  return metrics.find(({ name }) => name === 'callboard_live_pages')?.values[0]?.value ?? -1
}
