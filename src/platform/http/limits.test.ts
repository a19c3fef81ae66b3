import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { InjectOptions } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { definePlugin } from '../../api/plugin.ts'
import { route } from '../../api/route.ts'
import { personHeader } from '../../testing/access.ts'
import { type TestPortal, type TestPortalOptions, testPortal } from '../../testing/index.ts'
import { securityHeaders } from './headers.ts'

let release = () => {}
let stopped = 0

const work = definePlugin({
  name: 'work',
  apiVersion: 1,
  routes: [
    route({
      method: 'GET',
      url: '/work',
      permission: 'live.read',
      heavy: true,
      handler: () =>
        new Promise((resolve) => {
          release = () => resolve({ done: true })
        }),
    }),
    route({
      method: 'GET',
      url: '/stuck',
      public: true,
      handler: ({ signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => stopped++)
        }),
    }),
    route({ method: 'POST', url: '/echo', public: true, body: z.object({ text: z.string() }), handler: () => 'ok' }),
    route({ method: 'GET', url: '/auth/test/start', public: true, signIn: true, handler: () => 'off you go' }),
  ],
})

const portals: TestPortal[] = []
afterEach(async () => {
  for (const portal of portals.splice(0)) await portal.close()
})

async function start(options: TestPortalOptions = {}): Promise<TestPortal> {
  const portal = await testPortal({ files: {}, plugins: [work], ...options })
  portals.push(portal)
  return portal
}

let time = Date.parse('2026-11-21T08:00:00Z')
const counted = (perSecond = 1, burst = 4) =>
  start({ access: true, limits: { rate: { perSecond, burst } }, now: () => new Date(time) })

const asked = async ({ portal }: TestPortal, options: InjectOptions & { as?: string; from?: string }) => {
  const { as, from = '203.0.113.9', ...rest } = options
  const headers = { host: 'localhost:7007', ...(as && { [personHeader]: as }), ...options.headers }
  return portal.server.inject({ remoteAddress: from, ...rest, headers })
}
const statuses = async (times: number, ask: () => ReturnType<typeof asked>) => {
  const all: number[] = []
  for (let count = 0; count < times; count++) all.push((await ask()).statusCode)
  return all
}

describe('rate', () => {
  test('a person who asks too much is told for how long to wait, on a page and as JSON; another is not', async () => {
    const portal = await counted()
    expect(await statuses(4, () => asked(portal, { url: '/settings', as: 'anna' }))).toEqual([200, 200, 200, 200])
    const page = await asked(portal, { url: '/settings', as: 'anna', headers: { accept: 'text/html' } })
    expect([page.statusCode, page.headers['retry-after'], page.headers['content-type']]).toEqual([
      429,
      '1',
      'text/html; charset=utf-8',
    ])
    expect(page.body).toContain('Too many requests')
    expect(page.headers).toMatchObject({ 'ratelimit-policy': '"person";q=4;w=4', ratelimit: '"person";r=0;t=1' })
    expect(page.headers).toMatchObject(securityHeaders)
    const json = await asked(portal, { url: '/catalog.json', as: 'anna' })
    expect([json.statusCode, json.json().error]).toEqual([
      429,
      expect.objectContaining({ code: 'rate_limited', message: expect.stringContaining('You have asked too much') }),
    ])
    expect((await asked(portal, { url: '/settings', as: 'ben' })).statusCode).toBe(200)
    time += 1000
    expect(await statuses(2, () => asked(portal, { url: '/settings', as: 'anna' }))).toEqual([200, 429])
  })

  test('who is not signed in is counted by address, and keeps nobody there out who is', async () => {
    const portal = await counted()
    const nobody = (from: string) => asked(portal, { url: '/catalog.json', from })
    expect(await statuses(5, () => nobody('203.0.113.1'))).toEqual([401, 401, 401, 401, 429])
    expect((await nobody('203.0.113.2')).statusCode).toBe(401)
    expect((await asked(portal, { url: '/settings', as: 'anna', from: '203.0.113.1' })).statusCode).toBe(200)
    const last = [1, 2, 3, 4, 5].map((end) => nobody(`2001:db8:1:2::${end}`))
    expect((await Promise.all(last)).map(({ statusCode }) => statusCode).sort()).toEqual([401, 401, 401, 401, 429])
  })

  test('a proxy on this machine is believed, one elsewhere is not', async () => {
    const portal = await counted()
    const nobody = (from: string, named: string) =>
      asked(portal, { url: '/catalog.json', from, headers: { 'x-forwarded-for': named } })
    for (const named of ['203.0.113.1', '203.0.113.2']) {
      expect(await statuses(5, () => nobody('127.0.0.1', named))).toEqual([401, 401, 401, 401, 429])
    }
    let last = 0
    expect(await statuses(5, () => nobody('198.51.100.7', `203.0.113.${++last}`))).toEqual([401, 401, 401, 401, 429])
  })

  test('files and the health of the portal are not counted, what is nowhere is', async () => {
    const portal = await counted()
    expect(await statuses(9, () => asked(portal, { url: '/healthz' }))).toEqual(Array(9).fill(200))
    const { body } = await portal.get('/settings', { as: 'root' })
    const file = /href="(\/assets\/[^"]+\.css)"/.exec(body)?.[1] ?? ''
    expect(await statuses(9, () => asked(portal, { url: file }))).toEqual(Array(9).fill(200))
    expect(await statuses(5, () => asked(portal, { url: '/nowhere', as: 'cora' }))).toEqual([404, 404, 404, 404, 429])
  })

  test('beginning to sign in is counted more strictly', async () => {
    const portal = await counted(50, 1000)
    const begin = () => asked(portal, { url: '/auth/test/start' })
    const all = await statuses(61, begin)
    expect([all.filter((status) => status === 200).length, all.at(-1)]).toEqual([60, 429])
    expect((await begin()).body).toContain('For signing in, your address has asked too much')
    expect((await asked(portal, { url: '/nowhere' })).statusCode).toBe(404)
    time += 2000
    expect(await statuses(2, begin)).toEqual([200, 429])
  })

  test('where there is no access control, the machine itself is not counted; others are', async () => {
    const portal = await start({ limits: { rate: { perSecond: 1, burst: 2 } }, now: () => new Date(time) })
    expect(await statuses(5, () => asked(portal, { url: '/settings', from: '127.0.0.1' }))).toEqual(Array(5).fill(200))
    expect(await statuses(3, () => asked(portal, { url: '/settings' }))).toEqual([200, 200, 429])
  })

  test('nobody is counted where the configuration says so', async () => {
    const portal = await start({ access: true, limits: { rate: false } })
    expect(await statuses(70, () => asked(portal, { url: '/auth/test/start' }))).toEqual(Array(70).fill(200))
  })
})

describe('work', () => {
  test('of one person only so much is in hand at once; the rest is told to come again', async () => {
    const portal = await start({ access: true, limits: { heavy: { atOnce: 1, perPerson: 1 } } })
    const first = asked(portal, { url: '/work', as: 'anna' })
    const second = await asked(portal, { url: '/work', as: 'anna' })
    expect([second.statusCode, second.headers['retry-after']]).toEqual([429, '5'])
    release()
    expect((await first).statusCode).toBe(200)
    const again = asked(portal, { url: '/work', as: 'anna' })
    await expect
      .poll(async () => (await portal.portal.metrics.metrics()).includes('callboard_heavy_work{state="running"} 1'))
      .toBe(true)
    release()
    expect((await again).statusCode).toBe(200)
  })

  test('everything that takes long is among it', async () => {
    const portal = await start()
    const heavy = portal.portal.contributions.routes.filter(({ spec }) => spec.heavy).map(({ spec }) => spec.url)
    expect(heavy).toEqual(
      expect.arrayContaining([
        ...['/catalog.csv', '/catalog.json', '/catalog-graph', '/search', '/api/search/query', '/admin/audit.csv'],
        ...['/catalog-import/reviews', '/catalog-import/reviews.json', '/catalog/:namespace/:kind/:name/proposal'],
      ]),
    )
  })

  test('an answer that does not come is given up, and the work for it is told to stop', async () => {
    const portal = await start({ limits: { answerTime: '50ms' } })
    const before = stopped
    const answer = await asked(portal, { url: '/stuck', from: '127.0.0.1' })
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([500, '30'])
    expect(answer.body).toContain('could not finish this within 0.05 s')
    expect(stopped).toBe(before + 1)
  })
})

describe('size and time of requests', () => {
  test('a form that is too large is refused', async () => {
    const portal = await start({ limits: { bodyBytes: 1000 } })
    const post = (length: number) => portal.post('/echo', { text: 'x'.repeat(length) })
    expect((await post(900)).status).toBe(200)
    expect((await post(2000)).status).toBe(400)
    expect((await post(2000)).text).toContain('too large')
  })

  const spoken = async (portal: TestPortal, words: string) => {
    if (!portal.portal.server.server.listening) await portal.portal.server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = portal.portal.server.server.address() as AddressInfo
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('error', () => undefined).write(words)
    return text(socket)
  }
  const heads = { ...securityHeaders, 'cache-control': 'no-store', connection: 'close' }
  const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`

  test.each([
    ['an address that is too long', get(`/catalog?q=${'x'.repeat(20_000)}`), 431],
    ['headers that are too long', get('/catalog', `Cookie: a=${'x'.repeat(20_000)}\r\n`), 431],
    ['what is no HTTP', 'hello\r\n\r\n', 400],
    ['a method nobody knows', 'BREW / HTTP/1.1\r\n\r\n', 400],
    ['a header that smuggles another request', get('/', 'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n'), 400],
  ])('%s is refused, with every header that protects a browser', async (_what, words, status) => {
    const answer = await spoken(await start(), words)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    for (const [name, value] of Object.entries(heads)) expect(answer).toContain(`\r\n${name}: ${value}\r\n`)
    expect(answer).not.toContain('xxxx')
  })

  test.each([
    ['an address that cannot be decoded', '/catalog/%zz/x/y', 400],
    ['a part of an address that is too long', `/catalog/default/component/${'x'.repeat(600)}`, 414],
  ])('%s is refused likewise', async (_what, url, status) => {
    const answer = await spoken(await start(), get(url))
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    for (const [name, value] of Object.entries(securityHeaders)) expect(answer).toContain(`\r\n${name}: ${value}\r\n`)
  })

  test('a request whose body does not come to an end is given up', async () => {
    const portal = await start({ limits: { requestTime: '100ms' } })
    const form = 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n'
    const answer = await spoken(portal, `${form}Content-Length: 100\r\n\r\ntext=`)
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
    expect(answer).toContain(`\r\ncontent-security-policy: ${securityHeaders['content-security-policy']}\r\n`)
  })

  test('so is one whose headers do not', async () => {
    const portal = await start({ limits: { requestTime: '100ms' } })
    expect(await spoken(portal, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')).toMatch(/^HTTP\/1.1 408 /)
  })
})
