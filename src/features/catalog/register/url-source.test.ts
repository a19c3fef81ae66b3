import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Entity } from '../../../api/entity.ts'
import { Outside } from '../../../platform/http-client/fixtures/outside.ts'
import { type TestPortal, type TestPortalOptions, testPortal } from '../../../testing/index.ts'
import { entity } from '../fixtures/shop.ts'

// One file at an address that is on no forge, on a host of the public network that loopback stands for.

const url = 'https://files.acme.dev/catalog/all.yaml'
let outside: Outside
let portal: TestPortal

beforeEach(async () => {
  outside = await Outside.open()
})
afterEach(async () => {
  await portal?.close()
  await outside.close()
})

const start = async (more: TestPortalOptions = {}) => {
  portal = await testPortal({ network: { resolver: outside.resolver, connector: outside.connector }, ...more })
}
const serve = (text: string, more: Record<string, string> = {}) => {
  outside.handler = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/yaml', ...more }).end(text)
  }
}
const paste = async (address = url) => {
  const { headers } = await portal.post('/catalog-import/reviews', { url: address })
  const href = String(headers.location)
  await expect.poll(async () => (await portal.get(href)).body, { timeout: 15_000 }).not.toContain('aria-busy')
  return { href, text: (await portal.get(href)).region('catalog-review').text }
}
const register = async () => {
  const { href } = await paste()
  const { headers } = await portal.post(`${href}/registration`, {})
  await portal.settled()
  return String(headers.location)
}
const readAgain = async (location: string) => {
  await portal.post(`/catalog/sources/registered%3A${location.split('/').at(-1)}/reading`, {})
  await portal.settled()
}
const entities = async () => (await portal.get('/catalog.json?kind=all')).json<Entity[]>()

test('is looked at, registered, and read again only where it has changed', async () => {
  serve(entity({ name: 'one' }), { etag: '"1"' })
  await start()
  expect((await paste()).text).toContain('1 file: 1 added.')
  const location = await register()
  const [one] = await entities()
  expect(one?.metadata.annotations).toMatchObject({
    'backstage.io/managed-by-location': `url:${url}`,
    'backstage.io/managed-by-origin-location': `url:${url}`,
  })

  outside.requests.length = 0
  outside.handler = (request, response) => {
    response.writeHead(request.headers['if-none-match'] === '"1"' ? 304 : 500).end()
  }
  await readAgain(location)
  expect(outside.requests).toHaveLength(1)
  expect((await portal.get(location)).text).not.toContain('failed')

  serve(entity({ name: 'one' }) + entity({ name: 'two' }), { etag: '"2"' })
  await readAgain(location)
  expect((await entities()).map(({ metadata }) => metadata.name).sort()).toEqual(['one', 'two'])

  outside.handler = (_request, response) => void response.writeHead(404).end()
  await readAgain(location)
  expect((await portal.get(location)).text).toContain('answered with status 404')
  expect(await entities()).toHaveLength(2)
  const asked = outside.requests.length
  expect((await portal.get('/catalog/default/component/one/source?file=all.yaml')).text).toContain('"name":"one"')
  expect(outside.requests.length).toBe(asked)
})

describe('is refused', () => {
  test.each([
    ['as a page', () => serve('<html>', { 'content-type': 'text/html; charset=utf-8' }), 'answered with a page'],
    ['when it is too large', () => serve(`# ${'x'.repeat(2_000)}`), 'answered with more than 1000 bytes'],
    [
      'when it redirects to an address of the inside',
      () => {
        outside.handler = (_request, response) => {
          response.writeHead(302, { location: 'https://169.254.169.254/latest/meta-data/' }).end()
        }
      },
      'which is refused: its host is a link-local address',
    ],
    [
      'when its name leads to one, though it did not a moment ago',
      () => {
        outside.names['files.acme.dev'] = () => ['10.0.0.7']
      },
      'files.acme.dev leads to a private address',
    ],
  ])('%s', async (_, prepare, reason) => {
    prepare()
    await start({ catalog: { maxFileBytes: 1_000 } })
    const { text } = await paste()
    expect(text).toContain(reason)
    expect(await entities()).toEqual([])
  })

  test('and what is no YAML is told with its line', async () => {
    serve('kind: Component\n  name: [x\n')
    await start()
    const { text } = await paste()
    expect(text).toContain('1 not usable')
    expect(text).toMatch(/all\.yaml:\d/)
  })
})
