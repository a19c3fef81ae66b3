import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Entity } from '../../api/entity.ts'
import { Secret } from '../../api/env.ts'
import { Outside, publicAddress } from '../../platform/http-client/fixtures/outside.ts'
import { type TestPortal, type TestPortalOptions, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'

// Addresses are written by strangers: what leads to the inside, or is no plain address, is refused at its place.

const token = new Secret('FORGE_TOKEN', 'tk-forge-77')
let outside: Outside
let portal: TestPortal

beforeEach(async () => {
  outside = await Outside.open()
})
afterEach(async () => {
  await portal?.close()
  await outside.close()
})

const listed = ['files.acme.dev', '*.evil.dev', 'git.acme.dev', '10.0.0.7', '169.254.169.254', '[::1]']
async function start(files: Record<string, string>, more: TestPortalOptions = {}) {
  portal = await testPortal({
    files,
    paths: ['**/catalog-info.yaml'],
    network: outside,
    outbound: { allowHosts: listed },
    forges: [{ host: 'git.acme.dev', type: 'gitlab', token }],
    ...more,
  })
}
const component = (name: string, text: unknown) => entity({ name, spec: { text } })
const entities = async () => (await portal.get('/catalog.json?kind=all')).json<Entity[]>()
const spec = async (name: string) => (await entities()).find(({ metadata }) => metadata.name === name)?.spec
const problems = () =>
  portal.portal.db.read.all(
    `select path, position, code, severity, field, message, hint from catalog_problems
      where message not like 'No group is called payments%' order by position, field`,
  ) as unknown as { path: string; code: string; severity: string; field: string; message: string; hint: string }[]

/** What is refused, and why: as a placeholder, and as a target. */
const hostile: [address: string, inPlaceholder: string, inTarget: string][] = [
  ['https://10.0.0.7/a.yaml', 'its host is a private address', 'its host is a private address'],
  ['https://169.254.169.254/latest', 'its host is a link-local address', 'its host is a link-local address'],
  ['https://[::1]/a.yaml', 'its host is a loopback address', 'its host is a loopback address'],
  ['https://0x7f.1/a.yaml', 'its host is a loopback address', 'its host is a loopback address'],
  ['https://inside.evil.dev/a.yaml', 'leads to a private address', 'no source of this portal has it'],
  ['https://moved.evil.dev/a.yaml', 'leads to a loopback address', 'no source of this portal has it'],
  ['https://fickle.evil.dev/a.yaml', 'leads to a private address', 'no source of this portal has it'],
  ['https://down.evil.dev/a.yaml', 'its scheme is http', 'no source of this portal has it'],
  ['http://files.acme.dev/a.yaml', 'its scheme is http', 'its scheme is http'],
  ['https://anna:pw-5150@files.acme.dev/a.yaml', 'a user name or password', 'a user name or password'],
  ['https://anna:pw-5150@git.acme.dev/a/b/-/blob/main/c', 'a user name or password', 'a user name or password'],
  ['ext::sh -c touch% x', 'spaces, control characters', 'spaces, control characters'],
  ['ext::sh', 'its scheme is ext', 'its scheme is ext'],
  ['file:///etc/passwd', 'its scheme is file', 'There is no file etc/passwd in this source'],
  ['git://git.acme.dev/a/b', 'its scheme is git', 'its scheme is git'],
  ['ssh://-oProxyCommand=x/a', 'its scheme is ssh', 'its scheme is ssh'],
  ['--upload-pack=touch x', 'there is no file x/--upload-pack=touch x', 'There is no file --upload-pack=touch x'],
  ['https://git.acme.dev/a/b/-/blob/main/../../../c', 'as a part of its path', 'as a part of its path'],
  ['https://git.acme.dev/a/b/-/blob/-oProxyCommand=x/c', 'cannot be the name of a branch', 'cannot be the name'],
  ['https://other.dev/a.yaml', 'no source of this portal has it', 'no source of this portal has it'],
]

function dangers(): void {
  outside.names['inside.evil.dev'] = ['10.0.0.1']
  outside.names['home.evil.dev'] = ['127.0.0.1']
  let asked = 0
  outside.names['fickle.evil.dev'] = () => (asked++ === 0 ? [publicAddress] : ['192.168.0.1'])
  outside.handler = (request, response) => {
    const to: Record<string, string> = {
      'moved.evil.dev': 'https://home.evil.dev/x',
      'fickle.evil.dev': 'https://fickle.evil.dev/again',
      'down.evil.dev': 'http://down.evil.dev/x',
    }
    const location = to[request.headers.host ?? '']
    if (location === undefined) response.end('plain')
    else response.writeHead(302, { location, connection: 'close' }).end()
  }
}

describe('hostile addresses', () => {
  test('are refused as placeholders, each with its reason, at its place', async () => {
    dangers()
    const documents = hostile.map(([address], at) => component(`n${at}`, { $text: address }))
    await start({ 'x/catalog-info.yaml': documents.join('') + entity({ name: 'neighbour' }) })
    const found = problems()
    expect(found).toHaveLength(hostile.length)
    for (const [at, [address, reason]] of hostile.entries()) {
      const { message = '', hint = '', ...problem } = found[at] ?? {}
      expect([address, message]).toEqual([address, expect.stringContaining(reason)])
      expect(problem).toMatchObject({ code: expect.stringMatching(/^placeholder-/), field: '["spec","text"]' })
      expect(hint).not.toBe('')
      expect(message + hint).not.toMatch(/pw-5150|10\.0\.0\.1\b|192\.168/)
    }
    expect((await entities()).map(({ metadata }) => metadata.name)).toContain('neighbour')
    const reached = outside.connected.flatMap(({ addresses }) => addresses)
    expect(new Set(reached)).toEqual(new Set([publicAddress]))
  })

  test('are refused as targets, and nobody is asked', async () => {
    dangers()
    const targets = hostile.map(([address]) => address)
    const location = entity({ kind: 'Location', name: 'all', spec: { type: 'url', targets } })
    await start({ 'catalog-info.yaml': entity({ name: 'neighbour' }) + location })
    const byField = new Map(problems().map((problem) => [problem.field, problem]))
    for (const [at, [address, , reason]] of hostile.entries()) {
      const { message = '', hint = '', ...problem } = byField.get(`["spec","targets",${at}]`) ?? {}
      expect([address, message]).toEqual([address, expect.stringContaining(reason)])
      expect(problem).toMatchObject({ severity: 'error', code: expect.stringMatching(/^target-/) })
      expect(hint).not.toBe('')
      expect(message + hint).not.toContain('pw-5150')
    }
    expect(outside.lookedUp).toEqual([])
  })
})

describe('a placeholder with the address of a host that the configuration names', () => {
  const address = 'https://files.acme.dev/openapi.yaml'

  test('is fetched, once for all that name it, and keeps its last good version when that fails', async () => {
    outside.handler = (_, response) => void response.end('first')
    await start({
      'catalog-info.yaml': component('a', { $text: address }) + component('b', { $text: `url:${address}` }),
    })
    expect(problems()).toEqual([])
    expect([(await spec('a'))?.text, (await spec('b'))?.text]).toEqual(['first', 'first'])
    expect(outside.requests.map(({ url }) => url)).toEqual(['/openapi.yaml'])
    outside.handler = (_, response) => void response.writeHead(404).end()
    portal.write('catalog-info.yaml', component('a', { $text: address }) + component('c', 'new'))
    await portal.crawl()
    expect(problems()).toMatchObject([{ code: 'placeholder-unreadable', field: '["spec","text"]' }])
    expect(problems()[0]?.message).toContain('answered with status 404')
    expect((await spec('a'))?.text).toBe('first')
    outside.handler = (_, response) => void response.end('second')
    await portal.crawl()
    expect(problems()).toEqual([])
    expect((await spec('a'))?.text).toBe('second')
  })

  test('is bounded by the largest size of a file', async () => {
    outside.handler = (_, response) => void response.end('x'.repeat(2_000))
    await start({ 'catalog-info.yaml': component('a', { $text: address }) }, { catalog: { maxFileBytes: 1_000 } })
    expect(problems()[0]?.message).toContain('more than 1000 bytes')
  })

  test('of a page of a forge is asked of its API with the token, and a page to sign in is no file', async () => {
    outside.handler = (_, response) => void response.end('secret text')
    await start({ 'catalog-info.yaml': component('a', { $text: 'https://git.acme.dev/a/b/-/blob/next/c%20d.yaml' }) })
    expect((await spec('a'))?.text).toBe('secret text')
    expect(outside.requests).toMatchObject([
      {
        url: '/api/v4/projects/a%2Fb/repository/files/c%20d.yaml/raw?ref=next',
        headers: { 'private-token': token.reveal() },
      },
    ])
    outside.handler = (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<form>')
    portal.write('catalog-info.yaml', component('b', { $text: address }))
    await portal.crawl()
    expect(problems()[0]?.message).toContain('answered with a page in place of the file')
  })

  test('is not fetched where no list names its host, although the host is public', async () => {
    await start({ 'catalog-info.yaml': component('a', { $text: address }) }, { outbound: {} })
    expect(problems()).toMatchObject([{ code: 'placeholder-elsewhere', severity: 'warning' }])
    expect((await spec('a'))?.text).toEqual({ $text: address })
    expect(outside.lookedUp).toEqual([])
  })
})
