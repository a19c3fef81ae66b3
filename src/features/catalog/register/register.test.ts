import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../../api/env.ts'
import { type Person, rowsOf } from '../../../testing/index.ts'
import { entity } from '../fixtures/shop.ts'
import { catalog } from '../index.ts'
import { gitProvider } from '../providers/git.ts'
import { createStage, host, type Stage } from './fixtures/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

const audit = async (action: string) => (await stage.portal.audit()).filter((line) => line.action === action)

describe('a repository', () => {
  test('is looked at, registered, read, and read again after a push and a forced push', async () => {
    const cart = stage.repository('cart')
    cart.commit({
      'catalog-info.yaml': entity({ name: 'cart' }),
      'a/catalog-info.yml': entity({ name: 'a' }),
      'b.yaml': 'x',
    })
    await stage.start()
    const { href, text, page } = await stage.paste(`${stage.site}/shop/cart`)
    expect(text).toContain('2 files: 2 added.')
    expect(page.body).toContain(stage.blob('cart', 'catalog-info.yaml'))
    expect(await stage.names()).toEqual([])

    const answer = await stage.portal.post(`${href}/registration`, {})
    expect(answer.status).toBe(303)
    await stage.portal.settled()
    const location = await stage.portal.get(String(answer.headers.location))
    expect(location.region('catalog-registered').text).toContain('with problems')
    expect(location.region('catalog-registered').text).toContain('component:default/cart')
    expect(await stage.names()).toEqual(['a', 'cart'])
    const [line] = await audit('catalog.register')
    expect(line).toMatchObject({
      actor: { name: 'Guest' },
      result: 'ok',
      detail: { target: `${stage.site}/shop/cart`, files: 2 },
    })

    const id = String(answer.headers.location).split('/').at(-1) ?? ''
    cart.commit({ 'c/catalog-info.yaml': entity({ name: 'c' }) })
    await stage.readAgain(id)
    expect(await stage.names()).toEqual(['a', 'c', 'cart'])
    cart.commit({ 'catalog-info.yaml': entity({ name: 'anew' }) }, { anew: true })
    await stage.readAgain(id)
    expect(await stage.names()).toContain('anew')
    const head = cart.git(['rev-parse', 'main']).slice(0, 8)
    expect((await stage.portal.get('/catalog/sources')).region('catalog-sources').text).toContain(head)
  })

  test('is read again after a push that a webhook tells of', async () => {
    const cart = stage.repository('cart')
    cart.commit({ 'catalog-info.yaml': entity({ name: 'cart' }) })
    const secret = new Secret('HOOK', 'correct horse')
    await stage.start({ catalog: { webhooks: { gitlab: { secret } } } })
    await stage.register(`${stage.site}/shop/cart`)
    cart.commit({ 'catalog-info.yaml': entity({ name: 'cart' }), 'b/catalog-info.yaml': entity({ name: 'pushed' }) })
    const project = { git_http_url: `${stage.site}/shop/cart.git`, default_branch: 'main' }
    const commits = [{ added: ['b/catalog-info.yaml'] }]
    const payload = { object_kind: 'push', ref: 'refs/heads/main', before: 'a', after: 'b', project, commits }
    const answer = await stage.portal.portal.server.inject({
      method: 'POST',
      url: '/api/events/http/gitlab',
      payload,
      headers: { host: 'localhost:7007', 'x-gitlab-token': secret.reveal() },
    })
    expect(answer.json()).toMatchObject({ reading: ['shop/cart'] })
    await stage.portal.settled()
    expect(await stage.names()).toEqual(['cart', 'pushed'])
  })

  test('that several locations are in is cloned once', async () => {
    stage
      .repository('shop')
      .commit({ 'one/catalog-info.yaml': entity({ name: 'one' }), 'two.yaml': entity({ name: 'two' }) })
    await stage.start()
    await stage.register(`${stage.site}/shop/shop/src/branch/main/one`)
    const cloned = stage.server.requests.length
    await stage.register(stage.blob('shop', 'two.yaml'))
    expect(await stage.names()).toEqual(['one', 'two'])
    const { readdir } = await import('node:fs/promises')
    const clones = (await readdir(`${stage.portal.dataDir}/registered`)).filter((name) => /^[0-9a-f]{32}$/.test(name))
    expect([clones.length, cloned > 0]).toEqual([1, true])
  })

  test('that Git clones from, of a host that is no forge, is read as well', async () => {
    stage.repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'cart' }) })
    await stage.start({ forges: [] })
    await stage.register(`${stage.site}/shop/cart.git`)
    expect(await stage.names()).toEqual(['cart'])
  })

  test('without a catalog-info.yaml says what to do next, and cannot be registered', async () => {
    stage.repository('bare').commit({ 'readme.md': 'Nothing' })
    await stage.start()
    const { href, text, page } = await stage.paste(`${stage.site}/shop/bare`)
    expect(text).toContain('There is no catalog-info.yaml here')
    expect(text).toContain('name: bare')
    expect(page.body).toContain(`${stage.site}/shop/bare/_new/`)
    const answer = await stage.portal.post(`${href}/registration`, {})
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('no file to register')])
  })
})

describe('a folder or file', () => {
  test('is read alone, on a branch with slashes in its name, and with signs that patterns have', async () => {
    const branch = 'feature/x'
    stage.repository('shop').commit(
      {
        'services/a/catalog-info.yaml': entity({ name: 'inside' }),
        'x(1)/[a] {b}!.yaml': entity({ name: 'signs' }),
        'catalog-info.yaml': entity({ name: 'outside' }),
      },
      { branch },
    )
    stage.repository('shop').commit({ 'readme.md': 'x' })
    await stage.start()
    const tree = `${stage.site}/shop/shop/src/branch/feature/x/services/`
    expect((await stage.paste(tree)).text).toContain('1 file: 1 added.')
    await stage.register(tree)
    await stage.register(`${stage.site}/shop/shop/src/branch/feature/x/x(1)/${encodeURIComponent('[a] {b}!.yaml')}`)
    expect(await stage.names()).toEqual(['inside', 'signs'])
    const registered = (await stage.portal.get('/catalog-import')).region('catalog-registrations').text
    expect(registered).toContain('shop/shop/services (feature/x)')
  })

  test('that is not there names what may have been meant', async () => {
    stage.repository('shop').commit({ 'services/catalog-info.yaml': entity({ name: 'a' }) })
    await stage.start()
    const { text } = await stage.paste(stage.blob('shop', 'service/catalog-info.yaml'))
    expect(text).toContain('There is no file or folder service/catalog-info.yaml on the branch main')
    expect(text).toContain('Did you mean services/catalog-info.yaml?')
    expect((await stage.paste(stage.blob('shop', 'a.yaml', 'mian'))).text).toContain('has no branch mian')
  })

  test.each([
    ['a commit', () => `${stage.site}/shop/shop/src/commit/${'a'.repeat(40)}/a.yaml`, 'names a commit or a tag'],
    ['nothing', () => '   ', 'There is no address'],
    ['what is too long', () => `${stage.site}/${'x'.repeat(800)}`, 'longer than 800 characters'],
  ])('at %s is refused in the form', async (_, url, reason) => {
    await stage.start()
    const answer = await stage.portal.post('/catalog-import/reviews', { url: url() })
    expect(answer.status).toBe(422)
    expect(answer.region('catalog-url-fault').text).toContain(reason)
  })
})

describe('the review', () => {
  const configured = (name: string) =>
    gitProvider({ url: `${stage.server.origin}/shop/${name}.git`, protocols: ['http'], title: 'Configured' })

  test('tells what is added, refused, unusable and defined elsewhere, and where', async () => {
    stage.repository('mixed').commit({
      'catalog-info.yaml': [
        entity({ name: 'fresh' }),
        entity({ name: 'taken', description: 'Of the second file' }),
        entity({ kind: 'System', name: 'not-here', spec: { owner: 'x' } }),
        `apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: bro ken\nspec:\n  type: x\n`,
      ].join('\n---\n'),
    })
    await stage.start({
      files: { 'taken.yaml': entity({ name: 'taken' }) },
      catalog: { rules: [{ allow: ['Component', 'Location'] }] },
    })
    const { page, text } = await stage.paste(`${stage.site}/shop/mixed`)
    expect(text).toMatch(/1 file: 1 added, 1 defined elsewhere, 1 not allowed, 1 not usable\./)
    expect(text).toContain('taken holds: taken.yaml of Test')
    expect(text).toContain('This source may not define the kind System')
    expect(text).toMatch(/catalog-info\.yaml:\d+/)
    expect(page.body).toContain('/catalog/problems/codes#kind-not-allowed')
    await stage.register(`${stage.site}/shop/mixed`)
    expect(await stage.names()).toEqual(['fresh', 'taken'])
    const taken = (await stage.portal.get('/catalog/default/component/taken')).text
    expect(taken).toContain('The entity is defined in two places')
    expect(taken).toContain('shop/mixed')
  })

  test('obeys rules for places as they are written for url locations', async () => {
    stage.repository('org').commit({ 'catalog-info.yaml': entity({ kind: 'System', name: 's', spec: { owner: 'x' } }) })
    const place = { type: 'url', pattern: `${stage.site}/shop/org/**` }
    await stage.start({ catalog: { rules: [{ allow: ['Component'] }, { allow: ['System'], locations: [place] }] } })
    expect((await stage.paste(`${stage.site}/shop/org`)).text).toContain('1 file: 1 added.')
  })

  test('tells what is read already, and what would change in it', async () => {
    const cart = stage.repository('cart')
    cart.commit({ 'catalog-info.yaml': entity({ name: 'cart' }), 'more.yaml': entity({ name: 'more' }) })
    const url = `${stage.server.origin}/shop/cart.git`
    const forges = [{ host: stage.server.origin.slice('http://'.length), type: 'gitea' as const }]
    const outbound = { allowHttp: ['127.0.0.1', host], allowPrivate: ['127.0.0.1', host] }
    await stage.start({ plugins: [catalog({ providers: [configured('cart')] })], forges, outbound })
    const first = await stage.paste(url)
    expect(first.text).toContain('The source Configured reads this repository already, with this file')
    expect(first.text).toContain('1 file: 1 as it is.')
    cart.commit({ 'catalog-info.yaml': entity({ name: 'cart', description: 'Changed' }) })
    expect((await stage.paste(url)).text).toContain('1 file: 1 changed.')
    const other = await stage.paste(`${stage.server.origin}/shop/cart/src/branch/main/more.yaml`)
    expect(other.text).toContain('reads this repository already, and none of these files')
  })

  test('follows Locations, and tells which lead nowhere', async () => {
    stage.repository('all').commit({
      'catalog-info.yaml': entity({
        kind: 'Location',
        name: 'all',
        spec: {
          targets: ['./x/*.yaml', './gone.yaml', 'https://elsewhere.example/a.yaml', stage.blob('all', 'y.yaml')],
        },
      }),
      'x/1.yaml': entity({ name: 'x1' }),
      'y.yaml': entity({ name: 'y' }),
    })
    await stage.start()
    const { text } = await stage.paste(`${stage.site}/shop/all`)
    expect(text).toContain('3 files: 3 added.')
    expect(text).toContain('./x/*.yaml read with it')
    expect(text).toContain('./gone.yaml not followed')
    expect(text).toContain('https://elsewhere.example/a.yaml not followed')
    expect(text).toContain(`${stage.blob('all', 'y.yaml')} read with it`)
    expect(text).toContain('There is no file gone.yaml in this source')
    await stage.register(`${stage.site}/shop/all`)
    expect(await stage.names()).toEqual(['all', 'x1', 'y'])
  })

  test('that takes too long ends with the reason, and the page never waits for it', async () => {
    stage.repository('slow').commit({ 'catalog-info.yaml': entity({ name: 'a' }) })
    let release: () => void = () => undefined
    const until = new Promise<void>((resolve) => {
      release = resolve
    })
    stage.server.behave(() => ({ until }))
    await stage.start({ catalog: { registrations: { reviewTime: '4s' } } })
    const answer = await stage.portal.post('/catalog-import/reviews', { url: `${stage.site}/shop/slow` })
    const looking = await stage.portal.get(String(answer.headers.location))
    expect(looking.region('catalog-review').html).toContain('hx-trigger="every 1s"')
    expect(looking.text).toContain('See whether it is done')
    const { text } = await stage.paste(`${stage.site}/shop/slow`)
    expect(text).toContain('Looking at it took longer than 4s and was stopped')
    release()
  })

  test('with more files than allowed is refused', async () => {
    stage
      .repository('big')
      .commit(
        Object.fromEntries(
          Array.from({ length: 6 }, (_, at) => [`${at}/catalog-info.yaml`, entity({ name: `c${at}` })]),
        ),
      )
    await stage.start({ catalog: { registrations: { maxFiles: 5 } } })
    expect((await stage.paste(`${stage.site}/shop/big`)).text).toContain('There are 6 files called catalog-info.yaml')
  })
})

describe('the list', () => {
  test('names target, who registered it and when, and its state; the same target is registered once', async () => {
    stage.repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'cart' }) })
    await stage.start({ access: true })
    const id = await stage.register(`${stage.site}/shop/cart`, 'root')
    const list = await stage.portal.get('/catalog-import', { as: 'root' })
    const [row] = rowsOf(list.region('catalog-registrations').html)
    expect(row?.[0]).toContain('shop/cart')
    expect(row?.[0]).toContain(`${stage.site}/shop/cart`)
    expect(row?.[1]).toBe('with problems')
    expect(row?.[3]).toContain('by Root')
    for (const url of [`${stage.site}/shop/cart.git`, `git@${host}:shop/cart.git`, `${stage.site}/Shop/Cart/`]) {
      const answer = await stage.portal.post('/catalog-import/reviews', { url }, { as: 'root' })
      expect([url, answer.status]).toEqual([url, 409])
      expect(answer.region('catalog-url-fault').html).toContain(`/catalog-import/locations/${id}`)
    }
  })

  test('has an end', async () => {
    for (const name of ['one', 'two']) stage.repository(name).commit({ 'catalog-info.yaml': entity({ name }) })
    await stage.start({ catalog: { registrations: { most: 1 } } })
    await stage.register(`${stage.site}/shop/one`)
    await expect(stage.register(`${stage.site}/shop/two`)).rejects.toThrow(
      /409: .*There are 1 registered locations already/,
    )
  })

  test('shows what fails, and is whole again after a restart', async () => {
    stage.repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'cart' }) })
    const dataDir = `${stage.base}/data`
    await stage.start({ dataDir })
    const id = await stage.register(`${stage.site}/shop/cart`)
    stage.server.behave(() => ({ status: 503 }))
    await stage.readAgain(id)
    expect((await stage.portal.get('/catalog-import')).text).toContain('is not available at the moment')
    await stage.portal.close()
    stage.server.behave(undefined)
    stage.repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'cart', description: 'After the restart' }) })
    await stage.start({ dataDir })
    expect((await stage.portal.get('/catalog/default/component/cart')).text).toContain('After the restart')
    const asked = stage.server.requests.length
    expect((await stage.portal.get('/catalog/default/component/cart/source?file=catalog-info.yaml')).status).toBe(200)
    expect(stage.server.requests.length).toBe(asked)
  })
})

describe('permissions', () => {
  const places = async () => {
    stage.repository('cart').commit({ 'catalog-info.yaml': entity({ name: 'cart' }) })
    await stage.start({ access: true })
    const id = await stage.register(`${stage.site}/shop/cart`, 'root')
    stage.repository('other').commit({ 'catalog-info.yaml': entity({ name: 'other' }) })
    const { href } = await stage.paste(`${stage.site}/shop/other`, 'root')
    return { id, href }
  }

  test('whoever lacks them, and whoever is nobody, is refused, and nothing is written', async () => {
    const { id, href } = await places()
    const written = async () => (await stage.portal.audit()).filter(({ result }) => result !== 'denied').length
    const before = await written()
    const posts = ['/catalog-import/reviews', `${href}/registration`, `/catalog-import/locations/${id}/removal`]
    const gets = ['/catalog-import', href, `/catalog-import/locations/${id}`, `/catalog-import/locations/${id}/removal`]
    for (const as of ['anna', 'ben', 'cora', undefined] as (Person | undefined)[]) {
      const expected = as ? 403 : 401
      for (const url of posts) {
        const answer = await stage.portal.post(url, { url: stage.site }, as ? { as } : {})
        expect([url, answer.status]).toEqual([url, expected])
        if (as) expect(answer.text).toContain('catalog.register')
      }
      for (const url of gets) expect((await stage.portal.get(url, as ? { as } : {})).status).toBe(expected)
    }
    expect(await written()).toBe(before)
    expect((await stage.portal.get(`/catalog-import/locations/${id}`, { as: 'root' })).status).toBe(200)
  })

  test('a review is for who asked for it, and is not found by others or later', async () => {
    await places()
    for (const url of ['/catalog-import/reviews/00000000000000000000', '/catalog-import/locations/nothing']) {
      expect((await stage.portal.get(url, { as: 'root' })).status).toBe(404)
    }
  })
})
