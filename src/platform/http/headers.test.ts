import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { access } from '../../features/access/index.ts'
import { personHeader } from '../../testing/access.ts'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { securityHeaders } from './headers.ts'

const component =
  'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: cart }\nspec: { type: service, lifecycle: x, owner: payments }\n'

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ access: true, files: { 'cart.yaml': component } })
})
afterAll(() => portal.close())

const values: Record<string, string> = { namespace: 'default', kind: 'component', name: 'cart', tab: 'relations' }
const pathOf = (url: string) => url.replace(/:(\w+)/g, (_part, name: string) => values[name] ?? 'x').replace('*', 'x')

describe('of every registered route', () => {
  test.each([undefined, 'cora', 'root'] as const)('asked by %s', async (as) => {
    const wrong: string[] = []
    // A stream has no end that could be waited for; HEAD has its headers.
    const routes = portal.portal.routes.filter(({ method, url }) => method !== 'GET' || url !== '/live')
    expect(routes.length).toBeGreaterThan(100)
    for (const { method, url } of routes) {
      const headers = { host: 'localhost:7007', accept: 'text/html', ...(as && { [personHeader]: as }) }
      const answer = await portal.portal.server.inject({ method: method as 'GET', url: pathOf(url), headers })
      const given = answer.headers
      for (const [name, value] of Object.entries(securityHeaders)) {
        // Ways to sign in are stricter about this one.
        if (given[name] !== value && given[name] !== 'no-referrer')
          wrong.push(`${method} ${url} ${name}: ${given[name]}`)
      }
      const isFile = /^\/(assets\/|favicon\.ico$)/.test(url)
      const isKept = isFile
        ? answer.statusCode === 301 || given['cache-control'] !== undefined
        : isPrivate(given['cache-control'])
      if (!isKept) wrong.push(`${method} ${url} cache-control: ${given['cache-control']}`)
    }
    expect(wrong).toEqual([])
  })

  const isPrivate = (value: unknown) => /^(private, no-cache|no-store\b)/.test(String(value))
})

test('what answers a form is not kept, as it may show what is shown once', async () => {
  const answer = await portal.post('/catalog-import/reviews', { url: 'nonsense' }, { as: 'root' })
  expect([answer.status, answer.headers['cache-control']]).toEqual([422, 'no-store'])
})

test('no answer is framed, sniffed, embedded elsewhere or given hardware', () => {
  expect(securityHeaders['content-security-policy']).toContain("frame-ancestors 'none'")
  expect(securityHeaders).toMatchObject({
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': expect.stringMatching(/camera=\(\).*geolocation=\(\).*microphone=\(\).*usb=\(\)/),
  })
})

describe('that only https is to be used', () => {
  const hsts = async (baseUrl: string, headers: Record<string, string>, remoteAddress = '127.0.0.1') => {
    const proxy = { from: ['192.0.2.1'], header: 'x-user' }
    await using one = await testPortal({ baseUrl, plugins: [access({ proxy })], files: {} })
    const answers = await Promise.all(
      ['/sign-in', '/nowhere', '/catalog.json', '/favicon.ico'].map((url) =>
        one.portal.server.inject({ url, headers, remoteAddress }),
      ),
    )
    return [...new Set(answers.map(({ headers }) => headers['strict-transport-security']))]
  }
  const year = ['max-age=31536000']
  const host = 'portal.example.com'

  test.each([
    ['where the address is https', 'https://portal.example.com', { host }, '127.0.0.1', year],
    [
      'of a trusted proxy that was asked so',
      'http://portal.example.com',
      { host, 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.5' },
      '192.0.2.1',
      year,
    ],
    ['not by another name', 'https://portal.example.com', { host: 'localhost:7007' }, '127.0.0.1', [undefined]],
    [
      'not when it was asked in the clear',
      'https://portal.example.com',
      { host, 'x-forwarded-proto': 'http' },
      '127.0.0.1',
      [undefined],
    ],
    ['not where the address is http', 'http://portal.example.com', { host }, '127.0.0.1', [undefined]],
    [
      'not because anybody says so',
      'http://portal.example.com',
      { host, 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.5' },
      '203.0.113.9',
      [undefined],
    ],
  ])('is said %s', async (_when, baseUrl, headers, from, expected) => {
    expect(await hsts(baseUrl, headers, from)).toEqual(expected)
  })
})
