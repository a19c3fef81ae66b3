import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Entity } from '../../api/entity.ts'
import { Secret } from '../../api/env.ts'
import { type TestRepository, testRepository } from '../../testing/git-repository.ts'
import { type GitServer, gitServer } from '../../testing/git-server.ts'
import { type TestPortal, type TestPortalOptions, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'
import { catalog } from './index.ts'
import { gitProvider } from './providers/git.ts'

// Repositories on a forge of one's own, served by the real git over loopback.

const token = new Secret('GIT_TOKEN', 'tk-81f0c2')
let base: string
let server: GitServer
let portal: TestPortal

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'callboard-forge-'))
  server = await gitServer(join(base, 'git'), token.reveal())
})
afterEach(async () => {
  await portal?.close()
  await server.close()
  await rm(base, { recursive: true, force: true })
})

const repository = (name: string): TestRepository => testRepository(join(base, 'git/shop', `${name}.git`))
const host = () => server.origin.slice('http://'.length)
const blob = (name: string, path: string, branch = 'main') =>
  `${server.origin}/shop/${name}/src/branch/${branch}/${path}`

type GitOptions = Parameters<typeof gitProvider>[0]
const source = (name: string, more: Partial<GitOptions> = {}) =>
  gitProvider({ url: `${server.origin}/shop/${name}.git`, protocols: ['http'], paths: ['catalog-info.yaml'], ...more })

async function start(providers: ReturnType<typeof source>[], more: TestPortalOptions = {}) {
  const forges = [{ host: host(), type: 'gitea' as const, token }]
  portal = await testPortal({ plugins: [catalog({ providers })], forges, ...more })
  return portal
}

const location = (targets: string[], more: object = {}) =>
  entity({ kind: 'Location', name: 'all', spec: { type: 'url', targets, ...more } })
const entities = async () => (await portal.get('/catalog.json?kind=all')).json<Entity[]>()
const names = async () =>
  (await entities())
    .filter(({ kind }) => kind !== 'Location')
    .map(({ metadata }) => metadata.name)
    .sort()
const problems = () =>
  portal.portal.db.read.all(
    `select source_id as source, path, code, message, hint, field from catalog_problems
      where message not like 'No group is called payments%' order by path, field`,
  ) as unknown as { source: string; path: string; code: string; message: string; hint: string; field: string }[]

describe('what is known of a file on a forge', () => {
  test('stands in the annotations of the reference, and as links with lines on the pages', async () => {
    const shop = repository('cart')
    shop.git(['symbolic-ref', 'HEAD', 'refs/heads/release/1'])
    const text = `# The cart\n${entity({ name: 'cart', spec: { owner: 'nobody' } })}`
    const commit = shop.commit({ 'a b/catalog-info.yaml': text }, { branch: 'release/1' })
    await start([source('cart', { paths: ['**/catalog-info.yaml'] })])
    const file = `${server.origin}/shop/cart/src/branch/release/1/a%20b/catalog-info.yaml`
    const [found] = await entities()
    expect(found?.metadata.annotations).toMatchObject({
      'backstage.io/managed-by-location': `url:${file}`,
      'backstage.io/managed-by-origin-location': `url:${file}`,
      'backstage.io/view-url': file,
      'backstage.io/edit-url': `${server.origin}/shop/cart/_edit/release/1/a%20b/catalog-info.yaml`,
      'backstage.io/source-location': `url:${server.origin}/shop/cart/src/branch/release/1/a%20b/`,
    })
    expect((await portal.get('/catalog/default/component/cart')).body).toContain(`${file}#L3`)
    expect((await portal.get('/catalog/problems')).body).toContain(`${file}#L3`)
    expect((await portal.get('/catalog/default/component/cart/history')).body).toContain(
      `${server.origin}/shop/cart/commit/${commit}`,
    )
    expect((await portal.get('/catalog/default/component/cart')).body).not.toContain(token.reveal())
  })

  test('is asked for again when the forge is named in the configuration', async () => {
    repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'cart' }) })
    const dataDir = join(base, 'data')
    const view = async () => (await entities())[0]?.metadata.annotations?.['backstage.io/view-url']
    await start([source('cart', { token })], { dataDir, forges: [] })
    expect(await view()).toBeUndefined()
    expect((await portal.get('/catalog/default/component/cart')).status).toBe(200)
    await portal.close()
    await start([source('cart')], { dataDir })
    expect(await view()).toBe(blob('cart', 'catalog-info.yaml'))
  })
})

describe('targets with an address', () => {
  test('of the same repository are followed as relative ones are, globs included', async () => {
    repository('catalog').commit({
      'catalog-info.yaml': location([
        blob('catalog', '*/catalog-info.yaml'),
        `url:${blob('catalog', 'more/d.yaml')}`,
        `${server.origin}/shop/catalog/raw/branch/main/more/e.yaml`,
        blob('catalog', 'more/missing.yaml'),
      ]),
      'a/catalog-info.yaml': entity({ name: 'a' }),
      'b/catalog-info.yaml': entity({ name: 'b' }),
      'b/b/catalog-info.yaml': entity({ name: 'too-deep' }),
      'more/d.yaml': entity({ name: 'd' }),
      'more/e.yaml': entity({ name: 'e' }),
    })
    await start([source('catalog')])
    expect(await names()).toEqual(['a', 'b', 'd', 'e'])
    expect(problems()).toMatchObject([
      {
        code: 'target-not-found',
        field: '["spec","targets",3]',
        message: 'There is no file more/missing.yaml in this source',
      },
    ])
  })

  test('of another source are read by that one, follow its pushes, and go with the Location', async () => {
    const [all, cart] = [repository('all'), repository('cart')]
    const named = [blob('cart', 'x/*.yaml'), blob('cart', 'y.yaml'), blob('cart', 'z.yaml')]
    all.commit({ 'catalog-info.yaml': location(named) })
    cart.commit({
      'catalog-info.yaml': entity({ name: 'cart' }),
      'x/1.yaml': entity({ name: 'x1' }),
      'y.yaml': entity({ name: 'y' }),
    })
    await start([source('all'), source('cart')])
    expect(await names()).toEqual(['cart', 'x1', 'y'])
    expect(problems()).toMatchObject([
      {
        code: 'target-not-found',
        field: '["spec","targets",2]',
        message: 'There is no file z.yaml in the source shop/cart',
      },
    ])
    cart.commit({ 'x/2.yaml': entity({ name: 'x2' }), 'z.yaml': entity({ name: 'z' }) })
    await portal.crawl()
    expect(await names()).toEqual(['cart', 'x1', 'x2', 'y', 'z'])
    expect(problems()).toEqual([])

    // What is named and gone is no orphan; what is not named any more is.
    cart.commit({ 'z.yaml': undefined })
    await portal.crawl()
    expect(
      problems()
        .map(({ code }) => code)
        .sort(),
    ).toEqual(['file-unreadable', 'target-not-found'])
    all.commit({ 'catalog-info.yaml': location(named.slice(0, 1)) })
    await portal.crawl()
    const orphans = (await entities()).filter(({ metadata }) => metadata.annotations?.['backstage.io/orphan'])
    expect(orphans.map(({ metadata }) => metadata.name).sort()).toEqual(['y', 'z'])
    expect(problems()).toEqual([])
  })

  test('keep what they led to over a restart, on a default branch of another name', async () => {
    const [all, cart] = [repository('all'), repository('cart')]
    cart.git(['symbolic-ref', 'HEAD', 'refs/heads/trunk'])
    all.commit({ 'catalog-info.yaml': location([blob('cart', 'y.yaml', 'trunk')]) })
    cart.commit({ 'y.yaml': entity({ name: 'y' }) }, { branch: 'trunk' })
    const dataDir = join(base, 'data')
    await start([source('all'), source('cart')], { dataDir })
    expect(await names()).toEqual(['y'])
    await portal.close()
    cart.commit({ 'other.txt': 'x' }, { branch: 'trunk' })
    await start([source('all'), source('cart')], { dataDir })
    expect(await names()).toEqual(['y'])
    expect((await entities()).filter(({ metadata }) => metadata.annotations?.['backstage.io/orphan'])).toEqual([])
    expect(problems()).toEqual([])
  })

  test('of a repository that no source has name the line for the configuration', async () => {
    repository('all').commit({
      'catalog-info.yaml': location([
        blob('cart', 'y.yaml'),
        blob('all', 'y.yaml', 'next'),
        'https://github.com/acme/x/blob/main/a.yaml',
      ]),
    })
    await start([source('all')])
    expect(problems().map(({ code, hint }) => [code, hint])).toEqual([
      [
        'target-elsewhere',
        expect.stringContaining(`gitProvider({ url: '${server.origin}/shop/cart.git', protocols: ['http'] })`),
      ],
      [
        'target-elsewhere',
        expect.stringContaining(
          `gitProvider({ url: '${server.origin}/shop/all.git', branch: 'next', protocols: ['http'] })`,
        ),
      ],
      ['target-elsewhere', expect.stringContaining("gitProvider({ url: 'https://github.com/acme/x.git' })")],
    ])
  })
})

describe('placeholders', () => {
  const api = (definition: unknown) =>
    entity({
      kind: 'API',
      name: 'orders',
      spec: { type: 'openapi', lifecycle: 'production', owner: 'payments', definition },
    })
  const definition = async () => (await entities()).find(({ kind }) => kind === 'API')?.spec?.definition

  test('of a partial clone bring what they name, and no more', async () => {
    const orders = repository('orders')
    orders.commit({ 'catalog-info.yaml': api({ $text: './openapi.yaml' }), 'openapi.yaml': 'first', 'other.txt': 'x' })
    await start([source('orders')])
    expect(problems()).toEqual([])
    expect(await definition()).toBe('first')
    orders.commit({ 'openapi.yaml': 'second' })
    await portal.crawl()
    expect(await definition()).toBe('second')
    expect((await portal.get('/catalog/default/api/orders/source?file=other.txt')).text).toContain(
      'has not been fetched',
    )
  })

  test('with an address read the clone of the source that has the repository', async () => {
    const [orders, shared] = [repository('orders'), repository('shared')]
    orders.commit({ 'catalog-info.yaml': api({ $text: `${blob('shared', 'apis/orders.yaml')}#L3` }) })
    shared.commit({ 'apis/orders.yaml': 'first' })
    await start([source('orders'), source('shared')])
    expect(problems()).toEqual([])
    expect(await definition()).toBe('first')
    shared.commit({ 'apis/orders.yaml': 'second' })
    await portal.crawl()
    expect(await definition()).toBe('second')
    expect(server.requests.every(({ url }) => url.includes('.git/'))).toBe(true)
  })
})
