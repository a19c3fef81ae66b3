import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { definePlugin } from '../../api/plugin.ts'
import { route } from '../../api/route.ts'
import { elements, type TestPortal, testPortal } from '../../testing/index.ts'
import { attendance } from '../attendance.ts'
import { securityHeaders } from './headers.ts'

const echo = definePlugin({
  name: 'echo',
  apiVersion: 1,
  routes: [
    route({
      method: 'POST',
      url: '/echo',
      public: true,
      body: z.object({ text: z.string() }),
      handler: ({ body }) => body,
    }),
    route({
      method: 'GET',
      url: '/echo/:word',
      public: true,
      params: z.object({ word: z.string() }),
      handler: ({ params }) => params,
    }),
    ...(['GET', 'POST'] as const).map((method) =>
      route({ method, url: '/waits', public: true, handler: () => ({ waits: attendance.isAnybodyWaiting() }) }),
    ),
  ],
})

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ plugins: [echo] })
})
afterAll(() => portal.close())

const inject = (options: InjectOptions) =>
  portal.portal.server.inject({ ...options, headers: { host: 'localhost:7007', ...options.headers } })

test('who reads is waited for until the answer, also one that fails or goes on as a stream; who writes is not', async () => {
  const answer = async (method: 'GET' | 'POST', url: string) => (await inject({ method, url })).json()
  expect(await answer('GET', '/waits')).toEqual({ waits: true })
  expect(attendance.isAnybodyWaiting()).toBe(false)
  expect(await answer('POST', '/waits')).toEqual({ waits: false })
  await inject({ url: '/nowhere' })
  await inject({ url: '/catalog?filter==x' })
  expect(attendance.isAnybodyWaiting()).toBe(false)
})

test('pages tell that people are there, monitors do not', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  vi.advanceTimersByTime(60_000)
  await inject({ url: '/metrics' })
  await inject({ url: '/catalog.json' })
  expect(attendance.isLively()).toBe(false)
  await inject({ url: '/catalog' })
  expect(attendance.isLively()).toBe(true)
})

describe('headers', () => {
  const urls = [
    '/',
    '/catalog',
    '/catalog.json',
    '/catalog.csv',
    '/nowhere',
    '/healthz',
    '/readyz',
    '/metrics',
    '/catalog?filter==x',
    '/favicon.ico',
  ]

  test.each(urls)('%s carries every header that protects the browser', async (url) => {
    const { headers } = await inject({ url })
    expect(headers).toMatchObject(securityHeaders)
  })

  test('so do files, redirects, refusals and answers to writes', async () => {
    const { body } = await portal.get('/')
    const file = /href="(\/assets\/[^"]+\.css)"/.exec(body)?.[1] ?? ''
    expect((await inject({ url: file })).headers).toMatchObject(securityHeaders)
    const write = { method: 'POST', url: '/theme', payload: { theme: 'dark' } } as const
    expect((await inject(write)).headers).toMatchObject(securityHeaders)
    expect((await inject({ ...write, headers: { 'sec-fetch-site': 'cross-site' } })).headers).toMatchObject(
      securityHeaders,
    )
    expect((await inject({ url: '/', headers: { host: 'evil.example' } })).headers).toMatchObject(securityHeaders)
  })

  test('the policy allows nothing inline, no evaluation, no framing and no foreign address', () => {
    const policy = securityHeaders['content-security-policy'] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:|blob:/)
  })

  test('pages are never kept by caches between, and vary with what they depend on', async () => {
    const { headers } = await inject({ url: '/catalog', headers: { 'accept-encoding': 'gzip' } })
    expect(headers['cache-control']).toBe('private, no-cache')
    expect(String(headers.vary).toLowerCase()).toMatch(/(?=.*hx-request-type)(?=.*cookie)(?=.*accept-encoding)/)
  })

  test('every answer names its request, in the page too where it matters; a harmless id from outside is kept', async () => {
    const page = await portal.get('/nowhere', { headers: { 'x-request-id': 'from-a-proxy.1' } })
    expect(page.text).toContain('from-a-proxy.1')
    for (const id of ['short', 'a b c d e f g h', '<script>alert(1)</script>', 'x'.repeat(65)]) {
      const { body } = await portal.get('/nowhere', { headers: { 'x-request-id': id } })
      expect(body, id).not.toContain(`>${id}<`)
      expect(body, id).toMatch(/<code>[0-9a-z]{20}<\/code>/)
    }
  })
})

describe('writes', () => {
  const write = (headers: Record<string, string>, method: 'POST' | 'PUT' | 'DELETE' | 'PATCH' = 'POST') =>
    inject({ method, url: '/echo', payload: { text: 'x' }, headers })

  test.each([
    ['from the portal itself', { 'sec-fetch-site': 'same-origin' }],
    ['that a person typed', { 'sec-fetch-site': 'none' }],
    ['of the same origin', { origin: 'http://localhost:7007' }],
    ['of a client that is no browser', {}],
  ])('%s are done', async (_, headers) => {
    expect((await write(headers)).statusCode).toBe(200)
  })

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour on the same domain', { 'sec-fetch-site': 'same-site' }],
    ['another site that claims our origin', { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:7007' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://localhost:7008' }],
    ['an origin that only begins like ours', { origin: 'http://localhost:7007.evil.example' }],
    ['no origin', { origin: 'null' }],
    ['an origin that is none', { origin: 'localhost:7007' }],
    ['something unheard of', { 'sec-fetch-site': 'whatever' }],
  ])('that %s caused are refused', async (_, headers) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      const answer = await write(headers, method)
      expect(answer.statusCode, method).toBe(403)
      expect(answer.body).toContain('came from another site')
    }
  })

  test('reading is not refused: links from elsewhere work', async () => {
    expect((await inject({ url: '/catalog', headers: { 'sec-fetch-site': 'cross-site' } })).statusCode).toBe(200)
  })
})

describe('without access control', () => {
  test.each(['localhost:7007', 'localhost', '127.0.0.1:9', '127.1.2.3', '[::1]:7007'])(
    '%s is answered',
    async (host) => {
      expect((await inject({ url: '/', headers: { host } })).statusCode).toBe(200)
    },
  )

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', '0.0.0.0:7007'])(
    'a request to %s is refused, so that no foreign page can borrow a name for us',
    async (host) => {
      const { statusCode, body } = await inject({ url: '/', headers: { host } })
      expect(statusCode).toBe(403)
      expect(body).toContain('does not answer to the name')
      expect(
        (await inject({ method: 'POST', url: '/echo', payload: { text: 'x' }, headers: { host } })).statusCode,
      ).toBe(403)
    },
  )

  test('the name in baseUrl is answered too', async () => {
    await using other = await testPortal({ baseUrl: 'https://portal.example.com' })
    expect((await other.get('/', { headers: { host: 'portal.example.com' } })).status).toBe(200)
    expect((await other.get('/', { headers: { host: 'other.example.com' } })).status).toBe(403)
    const origin = { host: 'portal.example.com', origin: 'https://portal.example.com' }
    expect((await other.post('/theme', { theme: 'dark' }, { headers: origin })).status).toBe(303)
  })

  test('every page says so; with it, none does and any name is answered', async () => {
    expect((await portal.get('/catalog')).text).toContain('There is no access control yet')
    await using other = await testPortal({ access: true })
    const page = await other.get('/catalog', { as: 'cora', headers: { host: 'portal.example.com' } })
    expect(page.status).toBe(200)
    expect(page.text).not.toContain('There is no access control yet')
    expect(page.text).toContain('Cora Stranger')
  })
})

describe('preferences', () => {
  test('theme and width of the navigation are remembered in cookies, and used', async () => {
    const theme = await portal.post('/theme', { theme: 'dark', back: '/catalog?q=a' })
    expect([theme.status, theme.headers.location]).toEqual([303, '/catalog?q=a'])
    expect(theme.headers['set-cookie']).toBe('theme=dark; Path=/; Max-Age=31536000; SameSite=Lax')
    const rail = await portal.post('/rail', { rail: 'narrow' })
    expect([rail.headers.location, rail.headers['set-cookie']]).toEqual(['/', expect.stringContaining('rail=narrow;')])
    const { body } = await portal.get('/', { headers: { cookie: 'a=b; theme=dark; rail=narrow' } })
    expect(body).toContain('<html lang="en" data-theme="dark" data-rail="narrow">')
  })

  test.each([{ theme: 'pink' }, { theme: '' }, {}, { theme: 'dark; Domain=evil.example' }])(
    '%j is refused',
    async (form) => {
      expect((await portal.post('/theme', form as Record<string, string>)).status).toBe(400)
    },
  )

  test.each(['theme="><script>', 'theme=pink', 'theme=dark"; rail=wide', '=dark', 'theme', ';;;'])(
    'a cookie such as %s does no harm',
    async (cookie) => {
      const { status, body } = await portal.get('/', { headers: { cookie } })
      expect(status).toBe(200)
      expect(body).toMatch(/<html lang="en" data-theme="auto" data-rail="wide">/)
    },
  )

  test.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '\n//evil.example',
    'javascript:alert(1)',
    'evil.example',
    '///evil.example',
    '/%0d%0a//evil.example/../..//evil.example',
    'http:evil.example',
    '/./\\evil.example',
    'HTTPS:\\\\evil.example',
    '',
  ])('%j is no way back', async (back) => {
    const { status, headers } = await portal.post('/theme', { theme: 'dark', back })
    const location = headers.location
    if (status === 400) expect(location).toBeUndefined()
    else expect(new URL(String(location), 'http://localhost:7007').host).toBe('localhost:7007')
    expect(String(location ?? '')).not.toMatch(/^(\/\/|\/\\|[a-z]+:)|[\r\n]/i)
  })
})

describe('files', () => {
  const assets = async () => {
    const { body } = await portal.get('/')
    const found = elements(body, ({ attributes }) => /^\/assets\//.test(attributes.href ?? attributes.src ?? ''))
    const urls = found.map(({ attributes }) => (attributes.href ?? attributes.src ?? '').replace(/#.*/, ''))
    return [...new Set(urls)]
  }

  test('are served with a name that holds their content, for a year', async () => {
    const urls = await assets()
    expect(urls.map((url) => url.replace(/^.*\./, '')).sort()).toEqual(['css', 'js', 'svg', 'svg'])
    for (const url of urls) {
      const { statusCode, headers } = await inject({ url })
      expect(statusCode, url).toBe(200)
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
      expect(headers['content-type']).toMatch(/text\/css|javascript|image\/svg\+xml/)
    }
  })

  test('are sent in the smallest form that the browser takes', async () => {
    const url = (await assets()).find((one) => one.endsWith('.css')) ?? ''
    const plain = await inject({ url })
    const brotli = await inject({ url, headers: { 'accept-encoding': 'gzip, deflate, br' } })
    const zipped = await inject({ url, headers: { 'accept-encoding': 'gzip, br;q=0' } })
    expect([
      plain.headers['content-encoding'],
      brotli.headers['content-encoding'],
      zipped.headers['content-encoding'],
    ]).toEqual([undefined, 'br', 'gzip'])
    expect(brotliDecompressSync(brotli.rawPayload)).toEqual(plain.rawPayload)
    expect(gunzipSync(zipped.rawPayload)).toEqual(plain.rawPayload)
    expect(brotli.headers.vary).toMatch(/accept-encoding/i)
  })

  test('are not sent again to who has them', async () => {
    const url = (await assets())[0] ?? ''
    const { headers } = await inject({ url })
    const again = await inject({ url, headers: { 'if-none-match': String(headers.etag) } })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    expect((await inject({ url, headers: { 'if-none-match': '"other"' } })).statusCode).toBe(200)
  })

  test('there are no others', async () => {
    for (const url of [
      '/assets/',
      '/assets/nothing.css',
      '/assets/../package.json',
      '/assets/..%2f..%2fpackage.json',
      '/package.json',
    ]) {
      expect((await inject({ url })).statusCode, url).toBe(404)
    }
    expect((await inject({ url: '/favicon.ico' })).statusCode).toBe(301)
  })
})

describe('answers', () => {
  test('of some length are compressed, short ones are not', async () => {
    const page = await inject({ url: '/catalog', headers: { 'accept-encoding': 'gzip' } })
    expect(page.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(page.rawPayload).toString()).toContain('</html>')
    expect(
      (await inject({ url: '/healthz', headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding'],
    ).toBeUndefined()
  })

  test('a form larger than a megabyte is refused', async () => {
    const answer = await inject({ method: 'POST', url: '/echo', payload: { text: 'x'.repeat(1024 * 1024) } })
    expect(answer.statusCode).toBe(400)
    expect((await inject({ method: 'POST', url: '/echo', payload: { text: 'x'.repeat(1000) } })).statusCode).toBe(200)
  })

  test('what does not fit its schema is refused, and says what', async () => {
    const answer = await inject({
      method: 'POST',
      url: '/echo',
      payload: { txt: 1 },
      headers: { accept: 'application/json' },
    })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().error).toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^The form is not valid: text: /),
    })
  })

  test.each(['not json', '{"a":', '[1,'])('%j, sent as JSON, is refused', async (payload) => {
    const answer = await inject({
      method: 'POST',
      url: '/echo',
      payload,
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.statusCode).toBe(400)
  })

  test('a slash at the end makes no difference, and HEAD is answered like GET', async () => {
    expect((await inject({ url: '/catalog/' })).statusCode).toBe(200)
    expect((await inject({ method: 'HEAD', url: '/catalog' })).statusCode).toBe(200)
  })

  test.each([
    '/%',
    '/echo/%E0%A4%A',
    '/echo/%00',
    '/catalog?q=%E0%A4%A',
    `/echo/${'x'.repeat(3000)}`,
    '/..%2f..%2fetc/passwd',
    '//evil.example/x',
  ])('%s is no reason to break', async (url) => {
    expect((await inject({ url })).statusCode).toBeLessThan(500)
  })
})

describe('for those who run it', () => {
  test('/healthz answers always, /readyz once it works', async () => {
    expect((await portal.get('/healthz')).json()).toEqual({ status: 'ok' })
    expect((await portal.get('/readyz')).json()).toEqual({ status: 'ready' })
    await using waiting = await testPortal({ begin: false })
    expect((await waiting.get('/healthz')).status).toBe(200)
    const early = await waiting.get('/readyz')
    expect([early.status, early.json()]).toEqual([503, { status: 'starting' }])
  })

  test('they need no one to be signed in, and no particular name', async () => {
    await using other = await testPortal({ access: true })
    expect((await other.get('/healthz')).status).toBe(200)
    expect((await other.get('/readyz')).status).toBe(200)
    expect((await other.get('/metrics')).status).toBe(401)
  })

  test('/metrics counts requests by the pattern of their route, never by their address', async () => {
    await portal.get('/catalog/default/component/some-name')
    await portal.get('/nowhere/at/all')
    const { headers, body } = await portal.get('/metrics')
    expect(headers['content-type']).toMatch(/^text\/plain/)
    expect(body).toContain(
      'callboard_http_request_seconds_count{method="GET",route="/catalog/:namespace/:kind/:name",status="404"}',
    )
    expect(body).toContain('route="none"')
    expect(body).not.toMatch(/some-name|at\/all/)
    expect(body).toMatch(/^callboard_process_resident_memory_bytes \d+/m)
  })
})
