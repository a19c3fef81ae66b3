import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TestRepository, testRepository } from '../../testing/git-repository.ts'
import { type GitServer, gitServer } from '../../testing/git-server.ts'
import { elements, type Person, type TestPortal, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'
import { catalog } from './index.ts'
import { writeCheckouts } from './infer/fixtures/checkouts.ts'
import { checkoutsProvider } from './providers/checkouts.ts'
import { gitProvider } from './providers/git.ts'

// Who works on something, by the history of its folder: the real git, over real connections.

const now = new Date('2026-11-21T10:00:00Z')
const at = (days: number) => Math.floor(now.getTime() / 1000) - days * 86_400

let base: string
let server: GitServer
let shop: TestRepository
let portal: TestPortal | undefined

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'callboard-contributors-'))
  server = await gitServer(join(base, 'git'))
  shop = testRepository(join(base, 'git/acme/shop.git'))
})
afterEach(async () => {
  await portal?.close()
  portal = undefined
  await server.close()
  await rm(base, { recursive: true, force: true })
})

async function start(options: { access?: boolean } = {}): Promise<TestPortal> {
  const url = `${server.origin}/acme/shop.git`
  const plugins = [catalog({ providers: [gitProvider({ url, protocols: ['http'] })] })]
  const forges = [{ host: new URL(server.origin).host, type: 'gitea' as const }]
  portal = await testPortal({ plugins, forges, now: () => now, ...options })
  return portal
}

const user = (name: string, email: string | undefined, more: object = {}) =>
  entity({
    kind: 'User',
    name,
    spec: { memberOf: [], ...(email && { profile: { displayName: `${name} of acme`, email } }) },
    ...more,
  })

const cart = '/catalog/default/component/cart'
const region = async (as?: Person) => (await portal?.get(`${cart}/contributors`, as ? { as } : {})) ?? { body: '' }

/** Each row as one reads it. */
async function rows(as?: Person): Promise<string[]> {
  const { body } = await region(as)
  return elements(body, ({ name }) => name === 'li').map(({ text }) => text.replace(/\s+/g, ' ').trim())
}

describe('of a repository', () => {
  test('are those of the folder of its file in the last year, the busiest first, bots last', async () => {
    shop.commit({ 'cart/old.ts': '1' }, { author: 'Long Gone', email: 'gone@acme.test', at: at(400) })
    shop.commit({ 'cart/catalog-info.yaml': entity({ name: 'cart' }) }, { author: 'Anna', at: at(300) })
    for (const day of [20, 19, 18]) {
      shop.commit({ 'cart/x': `${day}` }, { author: 'renovate[bot]', email: 'bot@acme.test', at: at(day) })
    }
    shop.commit({ 'cart/a.ts': '1' }, { author: 'Ben Berg', email: 'ben@acme.test', at: at(9) })
    shop.commit({ 'cart/a.ts': '2' }, { author: 'Ben Berg', email: '7+bb@users.noreply.github.com', at: at(2) })
    shop.commit({ 'other/a.ts': '1' }, { author: 'Elsewhere', email: 'else@acme.test', at: at(1) })
    await start()
    expect(await rows()).toEqual([
      expect.stringMatching(/^BB ?Ben Berg ?2 commits, the last · 2 d/),
      expect.stringMatching(/^AN? ?Anna ?1 commit, the last · /),
      expect.stringMatching(/^renovate\[bot\] ?bot ?3 commits/),
    ])
    const page = await portal?.get(cart)
    expect(page?.region('catalog-contributors').text).toContain('6 commits in the last year, below cart')
  })

  test('are first read when somebody looks, by a region of its own, and then remembered', async () => {
    shop.commit({ 'catalog-info.yaml': entity({ name: 'cart' }) }, { author: 'Anna Berg', at: at(9) })
    await start()
    const first = (await portal?.get(cart))?.region('catalog-contributors')
    expect(first?.attributes).toMatchObject({ 'hx-get': `${cart}/contributors`, 'hx-trigger': 'load' })
    expect(first?.text).toContain('Reading the history')
    const asked = server.requests.length
    expect(await rows()).toHaveLength(1)
    const again = (await portal?.get(cart))?.region('catalog-contributors')
    expect(again?.attributes['hx-get']).toBeUndefined()
    expect(again?.text).toContain('1 commit in the last year')
    expect(again?.text).not.toContain('below')
    expect(server.requests.length).toBe(asked)
    shop.commit({ 'b.ts': '1' }, { author: 'Ben', email: 'ben@acme.test', at: at(1) })
    await portal?.crawl()
    expect(await rows()).toHaveLength(2)
  })

  test('are linked by e-mail or login to users whom the reader may see; addresses are never shown', async () => {
    const login = { annotations: { 'github.com/user-login': 'Bolind' } }
    const people = [
      user('anna-b', 'Anna@Acme.test'),
      user('bo', undefined, login),
      user('twin', undefined, { namespace: 'app' }),
      user('twin', undefined, { namespace: 'web' }),
      entity({
        kind: 'User',
        name: 'hidden',
        namespace: 'secret',
        spec: { profile: { email: 'hidden@acme.test' }, memberOf: [] },
      }),
    ].join('')
    const files = { 'cart/catalog-info.yaml': entity({ name: 'cart' }), 'people/catalog-info.yaml': people }
    shop.commit(files, { author: 'anna@acme.test', email: 'anna@acme.test', at: at(9) })
    const commit = (name: string, email: string, day: number) =>
      shop.commit({ 'cart/x': `${name}${day}` }, { author: name, email, at: at(day) })
    commit('Bo', '12+bolind@users.noreply.github.com', 8)
    commit('Twin', 'twin@users.noreply.github.com', 7)
    commit('Nobody', 'anna-b@elsewhere.test', 6)
    commit('Hidden', 'hidden@acme.test', 5)
    await start({ access: true })
    const { body } = await region('anna')
    const linked = elements(body, ({ name }) => name === 'a').map(({ text, attributes }) => [text, attributes.href])
    expect(linked).toEqual([
      ['bo', '/catalog/default/user/bo'],
      ['anna-b of acme', '/catalog/default/user/anna-b'],
    ])
    // The one name is two users, and the other is the name of an address elsewhere.
    expect(await rows('anna')).toEqual(
      expect.arrayContaining([expect.stringMatching(/Twin/), expect.stringMatching(/Nobody/)]),
    )
    expect(body).not.toMatch(/acme\.test|noreply|elsewhere/)
    expect((await region('root')).body).toContain('/catalog/secret/user/hidden')
  })

  test('follow what the entity says of where its code is, within its repository', async () => {
    const placed = (name: string, target: string) =>
      entity({ name, annotations: { 'backstage.io/source-location': `url:${target}` } })
    const home = `${server.origin}/acme/shop`
    const text = [
      placed('cart', `${home}/src/branch/main/services/cart/`),
      placed('whole', `${home}/`),
      placed('elsewhere', 'https://github.com/acme/other/'),
      placed('strange', 'https://github.com/acme/shop/tree/main/../../x'),
    ].join('')
    shop.commit({ 'catalog/catalog-info.yaml': text }, { author: 'Anna', at: at(9) })
    shop.commit({ 'services/cart/x': '1' }, { author: 'Ben', email: 'ben@acme.test', at: at(8) })
    await start()
    const read = async (name: string) =>
      (await portal?.get(`/catalog/default/component/${name}/contributors`)) ?? { status: 0, text: '' }
    expect((await read('cart')).text).toMatch(/1 commit in the last year, below services\/ ?cart.*Ben/s)
    expect((await read('whole')).text).toMatch(/2 commits in the last year\s.*Ben/s)
    expect((await read('elsewhere')).status).toBe(404)
    expect((await read('strange')).text).toContain('below catalog')
    const page = await portal?.get('/catalog/default/component/elsewhere')
    expect([page?.status, page?.has('catalog-contributors')]).toEqual([200, false])
  })

  test('the first few are shown, the others when asked for', async () => {
    shop.commit({ 'catalog-info.yaml': entity({ name: 'cart' }) }, { at: at(9) })
    for (let one = 0; one < 8; one++) {
      shop.commit({ x: `${one}` }, { author: `Person ${one}`, email: `p${one}@acme.test`, at: at(8) + one })
    }
    await start()
    const { html } = elements((await region()).body, ({ name }) => name === 'details')[0] ?? { html: '' }
    expect(html).toContain('Show 3 more')
    expect(html.match(/<li>/g)).toHaveLength(3)
    expect(await rows()).toHaveLength(9)
  })

  test('names are shown as text, whatever they hold', async () => {
    shop.commit({ 'catalog-info.yaml': entity({ name: 'cart' }) }, { author: 'A &amp; "x" {{1}}', at: at(9) })
    shop.commit({ 'a.ts': '1' }, { author: `\u202e${'long '.repeat(80)}`, email: 'long@acme.test', at: at(8) })
    await start()
    const found = await rows()
    expect(found.join()).toContain('A &amp; "x" {{1}}')
    expect(found.join()).not.toContain('\u202e')
    expect(Math.max(...found.map(({ length }) => length))).toBeLessThan(200)
  })

  test('a history that cannot be read takes nothing else down', async () => {
    shop.commit({ 'catalog-info.yaml': entity({ name: 'cart' }) }, { at: at(9) })
    const { dataDir } = await start()
    await rm(join(dataDir, 'git'), { recursive: true })
    const { body } = await region()
    expect(body).toMatch(/The clone of the repository is damaged|cannot be read at the moment/)
    expect((await portal?.get(cart))?.status).toBe(200)
  })

  test('are for those who may see the entity', async () => {
    const secret = entity({ name: 'cart', namespace: 'secret', spec: { owner: 'group:default/payments' } })
    shop.commit({ 'catalog-info.yaml': secret }, { at: at(9) })
    await start({ access: true })
    const ask = async (as?: Person) =>
      (await portal?.get('/catalog/secret/component/cart/contributors', as ? { as } : {}))?.status
    expect([await ask('anna'), await ask('cora'), await ask()]).toEqual([200, 404, 401])
  })
})

test('a folder has no history: there is no card', async () => {
  portal = await testPortal({ files: { 'all.yaml': entity({ name: 'cart' }) } })
  expect((await portal.get(cart)).has('catalog-contributors')).toBe(false)
  expect((await portal.get(`${cart}/contributors`)).status).toBe(404)
})

test('checkouts have those of their own repository', async () => {
  const anna = ['Anna Berg', 'anna@acme.test'] as const
  const bo = ['Bo Lind', 'bo@acme.test'] as const
  const root = join(base, 'checkouts')
  writeCheckouts(root, {
    cart: { authors: [anna, anna, bo], files: { 'package.json': '{"name":"cart"}', 'b.md': 'b', 'c.md': 'c' } },
    other: { authors: [bo], files: { 'package.json': '{"name":"other"}' } },
  })
  const plugins = [catalog({ providers: [checkoutsProvider({ from: [root] })] })]
  portal = await testPortal({ plugins, now: () => now })
  const found = await rows()
  expect(found).toEqual([expect.stringMatching(/Anna Berg ?2 commits/), expect.stringMatching(/Bo Lind ?1 commit,/)])
  expect((await region()).body).not.toContain('below')
})
