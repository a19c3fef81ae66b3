import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GitCalls, gitCalls } from '../../../testing/git-calls.ts'
import type { TestPortalOptions } from '../../../testing/index.ts'
import { entity } from '../fixtures/shop.ts'
import { createStage, host, type Stage } from './fixtures/stage.ts'

// Anybody who may register may type an address. Nothing of the inside is reached by one, and git is not run for it.

let stage: Stage
let calls: GitCalls
const path = process.env.PATH

beforeEach(async () => {
  stage = await createStage()
  calls = gitCalls(stage.base)
  process.env.PATH = calls.path
})
afterEach(async () => {
  process.env.PATH = path
  await stage.close()
})

const commands = () => calls.list().map(({ command }) => command)
const publicAddress = '93.184.215.14'
const strict: TestPortalOptions = { outbound: {}, forges: [], network: { resolver: async () => [publicAddress] } }
const answered = async (url: string) => {
  const { status, text, headers } = await stage.portal.post('/catalog-import/reviews', { url })
  if (status !== 303) return { status, text }
  return { status, text: (await stage.paste(url)).text, href: headers.location }
}

test.each([
  ['ext::sh -c "touch x"', 'contains spaces'],
  ['ext::sh', 'names a helper program (::)'],
  ['--upload-pack=touch', 'begins with a hyphen'],
  ['-oProxyCommand=x', 'begins with a hyphen'],
  ['file:///etc/passwd', 'its scheme is file'],
  ['/etc/passwd', 'it has no scheme'],
  ['../../etc', 'it has no scheme'],
  ['git://git.acme.dev/x.git', 'are read by https'],
  ['ssh://git@git.acme.dev/x.git', 'are read by https'],
  ['git@git.acme.dev:x.git', 'are read by https'],
  ['ftp://git.acme.dev/x.git', 'its scheme is ftp'],
  ['https://anna:tk-81f0c2@git.acme.dev/x.git', 'user name or password'],
  ['https://git.acme.dev/x.git\n--upload-pack=x', 'contains spaces'],
  ['https://git.acme.dev\\@127.0.0.1/x.git', 'backslashes'],
  ['https:///x.git', 'names no host'],
  ['javascript:alert(1)', 'its scheme is javascript'],
  ['https://github.com/acme/shop/blob/main/../../../x.yaml', 'as a part of its path'],
  ['https://github.com/acme/--upload-pack=x', ''],
])('%j is refused before anything is run', async (url, reason) => {
  await stage.start(strict)
  const answer = await stage.portal.post('/catalog-import/reviews', { url })
  if (reason !== '') expect([answer.status, answer.text]).toEqual([422, expect.stringContaining(reason)])
  expect(answer.has('catalog-registrations') && answer.region('catalog-url-fault').text).not.toContain('tk-81f0c2')
  expect(calls.list()).toEqual([])
})

describe('addresses of the inside', () => {
  const kinds = [
    ['https://127.0.0.1/shop/x.git', 'its host is a loopback address'],
    ['https://0x7f.1/shop/x.git', 'its host is a loopback address'],
    ['https://[::1]/shop/x.git', 'its host is a loopback address'],
    ['https://[::ffff:10.0.0.1]/x.git', 'its host is an IPv4 address written as IPv6'],
    ['https://10.1.2.3/x.git', 'its host is a private address'],
    ['https://169.254.169.254/latest/meta-data/x.yaml', 'its host is a link-local address'],
    ['https://169.254.169.254/x.git', 'its host is a link-local address'],
    ['http://git.acme.dev/x.git', 'its scheme is http'],
  ] as const
  test.each(kinds)('%s is refused, as a repository and as a file', async (url, reason) => {
    await stage.start(strict)
    expect((await answered(url)).text).toContain(reason)
    expect(commands()).toEqual([])
  })

  test('behind a name are refused, in a review and later', async () => {
    stage.repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'cart' }) })
    const dataDir = `${stage.base}/data`
    await stage.start({ dataDir })
    const id = await stage.register(`${stage.site}/shop/cart`)
    expect(await stage.names()).toEqual(['cart'])
    await stage.portal.close()
    calls.clear()
    // The configuration does not open the host any more.
    await stage.start({ dataDir, outbound: { allowHttp: [host] } })
    expect((await stage.paste(`${stage.site}/shop/other`)).text).toContain(`${host} leads to a loopback address`)
    await stage.readAgain(id)
    expect((await stage.portal.get('/catalog-import')).text).toContain(`${host} leads to a loopback address`)
    // The history that is here already may still be read.
    expect(commands().filter((command) => !['version', 'log', 'for-each-ref'].includes(command))).toEqual([])
    expect(await stage.names()).toEqual(['cart'])
  })
})

test('a name that leads elsewhere a moment later: git connects to what was checked, and each run is checked', async () => {
  stage.repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'cart' }) })
  let lookedUp = 0
  const inside = ['127.0.0.1', '10.0.0.1']
  const resolver = async () => [inside[Math.min(lookedUp++, 2) === 2 ? 1 : 0] ?? '']
  await stage.start({ network: { resolver }, outbound: { allowHttp: [host], allowPrivate: [`${host}`] } })
  await stage.paste(`${stage.site}/shop/cart`)
  const outside = calls.list().filter(({ command }) => command === 'ls-remote' || command === 'fetch')
  expect(outside.length).toBeGreaterThanOrEqual(2)
  const port = stage.site.split(':').at(-1)
  outside.forEach(({ env }, at) => {
    const settings = settingsOf(env)
    expect(settings['http.curloptResolve']).toBe(`${host}:${port}:${at < 2 ? '127.0.0.1' : '10.0.0.1'}`)
    expect(settings['http.proxy']).toBe('')
    expect(settings['http.followRedirects']).toBe('false')
  })
  expect(lookedUp).toBe(outside.length)
})

test('a name whose addresses turn private between two runs is refused at the second', async () => {
  stage.repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'cart' }) })
  let isInside = false
  const resolver = async () => [isInside ? '169.254.169.254' : '127.0.0.1']
  const dataDir = `${stage.base}/data`
  await stage.start({ dataDir, network: { resolver }, outbound: { allowHttp: [host], allowPrivate: [host] } })
  const id = await stage.register(`${stage.site}/shop/cart`)
  await stage.portal.close()
  isInside = true
  await stage.start({ dataDir, network: { resolver }, outbound: { allowHttp: [host] } })
  await stage.readAgain(id)
  expect((await stage.portal.get(`/catalog-import/locations/${id}`)).text).toContain('leads to a link-local address')
  expect((await stage.paste(`${stage.site}/shop/more`)).text).toContain('leads to a link-local address')
})

test('a redirect to another place is not followed', async () => {
  await stage.start()
  stage.server.behave(() => ({ status: 302, headers: { location: 'http://169.254.169.254/x.git/info/refs' } }))
  expect((await stage.paste(`${stage.site}/shop/cart`)).text).toContain('redirects are not followed')
})

test('a proxy of the environment is not asked', async () => {
  stage.repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'cart' }) })
  process.env.http_proxy = 'http://127.0.0.1:1'
  try {
    await stage.start()
    expect((await stage.paste(`${stage.site}/shop/cart`)).text).toContain('1 file: 1 added.')
  } finally {
    delete process.env.http_proxy
  }
})

test('files of a repository do not lead to others of the machine', async () => {
  stage.repository('cart').commit({
    'catalog-info.yaml': entity({
      kind: 'Location',
      name: 'all',
      spec: { targets: ['file:///etc/passwd', '../../x.yaml'] },
    }),
    'a/catalog-info.yaml': { link: '../../../../../../../../etc/passwd' },
  })
  await stage.start()
  const { text } = await stage.paste(`${stage.site}/shop/cart`)
  expect(text).toContain('1 file: 1 added.')
  expect(text).not.toContain('root:')
  expect(text).toContain('../../x.yaml not followed')
})

function settingsOf(env: Record<string, string>): Record<string, string> {
  const count = Number(env.GIT_CONFIG_COUNT)
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [env[`GIT_CONFIG_KEY_${at}`], env[`GIT_CONFIG_VALUE_${at}`]]),
  )
}
