import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ErrorCode, errorCodes, PortalError } from '../../api/errors.ts'
import { definePlugin } from '../../api/plugin.ts'
import { route } from '../../api/route.ts'
import { elements, type TestPortal, testPortal } from '../../testing/index.ts'
import { titles } from './errors.ts'

const statuses: Record<ErrorCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  rate_limited: 429,
  upstream: 502,
  internal: 500,
}

const thrower = definePlugin({
  name: 'thrower',
  apiVersion: 1,
  routes: [
    ...errorCodes.map((code) =>
      route({
        method: 'GET',
        url: `/throw/${code}`,
        public: true,
        handler: () => {
          throw new PortalError(code, `What happened is <${code}>`, { hint: 'Do this next' })
        },
      }),
    ),
    route({
      method: 'GET',
      url: '/throw/anything',
      public: true,
      handler: () => {
        throw new Error('the password is hunter2')
      },
    }),
    route({
      method: 'GET',
      url: '/throw/rejected',
      public: true,
      handler: () => Promise.reject(new TypeError('hunter2')),
    }),
    route({
      method: 'GET',
      url: '/throw/a-view',
      public: true,
      handler: (_, reply) => reply.page('shared/nothing', {}, { title: 'x' }),
    }),
    route({
      method: 'GET',
      url: '/api/throw',
      public: true,
      handler: () => {
        throw new PortalError('conflict', 'Clash')
      },
    }),
  ],
})

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ plugins: [thrower] })
})
afterAll(() => portal.close())

describe.each(errorCodes)('%s', (code) => {
  test('is a page with its status, what happened, what to do next, and ways out', async () => {
    const page = await portal.get(`/throw/${code}`)
    expect(page.status).toBe(statuses[code])
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    const main = page.region('main')
    expect(main.text).toContain(`What happened is <${code}>. Do this next.`)
    expect(elements(main.html, ({ name }) => name === 'h1').map(({ text }) => text)).toEqual([titles[code]])
    expect(page.body).toContain(`<title>${titles[code]}`)
    expect(elements(main.html, ({ attributes }) => attributes.href === '/catalog')).toHaveLength(1)
    expect(page.body).toContain('<nav class="rail"')
    expect(page.body).not.toContain(`<${code}>`)
  })

  test('is a fragment for htmx', async () => {
    const part = await portal.get(`/throw/${code}`, { htmx: true })
    expect(part.status).toBe(statuses[code])
    expect(part.body).not.toContain('<html')
    expect(part.text).toContain(`What happened is <${code}>`)
  })

  test('is JSON for programs', async () => {
    const answer = await portal.get(`/throw/${code}`, {
      headers: { accept: 'application/json', 'x-request-id': 'request-17' },
    })
    expect(answer.status).toBe(statuses[code])
    expect(answer.json()).toEqual({
      error: { code, message: `What happened is <${code}>`, hint: 'Do this next', requestId: 'request-17' },
    })
  })

  test('offers to try again only where that may help', async () => {
    const { body } = await portal.get(`/throw/${code}?a=1`)
    const again = elements(body, ({ attributes }) => attributes.href === `/throw/${code}?a=1`)
    expect(again.length).toBe(['upstream', 'internal', 'rate_limited'].includes(code) ? 1 : 0)
  })
})

test.each(['/throw/anything', '/throw/rejected', '/throw/a-view'])(
  '%s: what nobody foresaw is shown without its message',
  async (url) => {
    for (const accept of ['text/html', 'application/json']) {
      const answer = await portal.get(url, { headers: { accept } })
      expect(answer.status).toBe(500)
      expect(answer.body).toContain('The portal could not finish this')
      expect(answer.body).not.toMatch(/hunter2|shared\/nothing|at .*\.ts:/)
    }
  },
)

test('an address below /api/ answers in JSON whatever was asked for, also where there is nothing', async () => {
  expect((await portal.get('/api/throw')).json()).toMatchObject({ error: { code: 'conflict', message: 'Clash' } })
  expect((await portal.get('/api/nowhere')).json()).toMatchObject({ error: { code: 'not_found' } })
})

test('an address that is none names itself, as text', async () => {
  const page = await portal.get('/no<b>where?x=<script>')
  expect(page.status).toBe(404)
  expect(page.body).not.toMatch(/<b>where|<script>(?!<)/)
})

test('a method that an address does not know is not found', async () => {
  const { statusCode } = await portal.portal.server.inject({
    method: 'DELETE',
    url: '/catalog',
    headers: { host: 'localhost' },
  })
  expect(statusCode).toBe(404)
})
