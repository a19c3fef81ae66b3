import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TestRepository, testRepository } from '../../testing/git-repository.ts'
import { type GitServer, gitServer } from '../../testing/git-server.ts'
import { linksOf, organisation, type Person, type TestPortal, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'
import { catalog } from './index.ts'
import { readCodeowners } from './infer/codeowners.ts'
import { writeCheckouts } from './infer/fixtures/checkouts.ts'
import { checkoutsProvider } from './providers/checkouts.ts'
import { gitProvider } from './providers/git.ts'

// Whom CODEOWNERS names, on the page of what its repository defines.

describe('the rule for a file', () => {
  const text = [
    '* @acme/platform',
    'catalog-info.yaml @acme/portal',
    '**/catalog-info.yaml @acme/portal',
    '/services/ @acme/shop',
    '/services/cart/ @acme/cart ben@acme.test nonsense',
    '/catalog/pay.yaml @acme/payments',
    '/nobody/ ',
  ].join('\n')
  const rules = readCodeowners(text, 'CODEOWNERS')
  const named = (path: string) => {
    const rule = rules.at(path)
    return rule && [rule.line, ...rule.owners.map(({ written }) => written)].join(' ')
  }

  test('is the last one for its folder, or that names it by its place', () => {
    expect(named('services/cart/catalog-info.yaml')).toBe('5 @acme/cart ben@acme.test')
    expect(named('services/stock/catalog-info.yaml')).toBe('4 @acme/shop')
    expect(named('catalog/pay.yaml')).toBe('6 @acme/payments')
    expect(named('catalog/other.yaml')).toBe('1 @acme/platform')
    // Who looks after all files of a name does not own what they describe.
    expect(named('catalog-info.yaml')).toBe('1 @acme/platform')
    expect(named('nobody/catalog-info.yaml')).toBeUndefined()
  })

  test('is found in hostile files, too', () => {
    const hostile = ['\0\ufffd @a', `${'{a,'.repeat(5000)} @b`, '!x @c', '[^ @d', '* @ok', `* ${'@'.repeat(1500)}`]
    expect(
      readCodeowners(hostile.join('\n'), 'CODEOWNERS')
        .at('x/y')
        ?.owners.map(({ written }) => written),
    ).toEqual(['@ok'])
  })
})

let base: string
let server: GitServer
let shop: TestRepository
let portal: TestPortal | undefined

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'callboard-owners-'))
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
  portal = await testPortal({ plugins, forges, ...options })
  return portal
}

const people = async (name: string, as?: Person) => {
  const page = await portal?.get(`/catalog/default/component/${name}`, as ? { as } : {})
  return page?.region('catalog-contributors') ?? { text: '', html: '' }
}
const problem = async (name: string) => (await portal?.get(`/catalog/default/component/${name}`))?.text ?? ''

describe('of a Git repository', () => {
  test('are linked where the catalog knows them, with the line that names them', async () => {
    const team = { annotations: { 'github.com/team-slug': 'acme/checkout-crew' } }
    const crew = entity({
      kind: 'Group',
      name: 'crew',
      title: 'The crew',
      ...team,
      spec: { type: 'team', children: [] },
    })
    shop.commit({
      '.github/CODEOWNERS': '* @acme/payments\n/cart/ @acme/checkout-crew @stranger anna@example.com zoe@acme.test\n',
      'people/catalog-info.yaml': organisation + crew,
      'cart/catalog-info.yaml': entity({ name: 'cart' }),
      'catalog-info.yaml': entity({ name: 'shop' }),
    })
    await start()
    const { html, text } = await people('cart')
    expect(linksOf(html)).toEqual([
      { text: 'The crew', href: '/catalog/default/group/crew' },
      { text: 'Anna Owner', href: '/catalog/default/user/anna' },
      { text: expect.stringMatching(/CODEOWNERS ?:2/), href: expect.stringContaining('/.github/CODEOWNERS#L2') },
    ])
    expect(text).toContain('@stranger')
    expect(text).toContain('zoe')
    expect(html).not.toMatch(/acme\.test|example\.com/)
    expect((await people('shop')).text).toMatch(/Payments.*CODEOWNERS ?:1/s)
  })

  test('are what the problem of an unknown owner speaks of', async () => {
    shop.commit({
      CODEOWNERS: '* @acme/payments\n/stock/ @acme/nowhere\n',
      'people/catalog-info.yaml': organisation,
      'cart/catalog-info.yaml': entity({ name: 'cart', spec: { owner: 'group:zzzzzz' } }),
      'stock/catalog-info.yaml': entity({ name: 'stock', spec: { owner: 'group:zzzzzz' } }),
      'fine/catalog-info.yaml': entity({ name: 'fine', spec: { system: 'zzzzzz' } }),
    })
    await start()
    expect(await problem('cart')).toContain(
      'CODEOWNERS:1 names @acme/payments for everything. Write owner: group:payments if that is right.',
    )
    expect(await problem('stock')).toContain('CODEOWNERS:2 names @acme/nowhere for /stock/.')
    expect(await problem('stock')).not.toContain('Write owner')
    expect(await problem('fine')).not.toContain('CODEOWNERS:1 names')
    expect((await portal?.get('/catalog/problems'))?.text).toContain('CODEOWNERS:1 names @acme/payments')
  })

  test('also where the owner is missing altogether', async () => {
    const without =
      'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: cart }\nspec: { type: a, lifecycle: b }\n'
    shop.commit({ CODEOWNERS: '* @acme/payments\n', 'catalog-info.yaml': without })
    await start()
    const page = (await portal?.get('/catalog/default/component/cart'))?.text
    expect(page).toContain('CODEOWNERS:1 names @acme/payments for everything.')
  })

  test('a newer CODEOWNERS holds after the next reading', async () => {
    shop.commit({ CODEOWNERS: '* @acme/one\n', 'catalog-info.yaml': entity({ name: 'cart' }) })
    await start()
    expect((await people('cart')).text).toContain('@acme/one')
    shop.commit({ CODEOWNERS: '* @acme/two\n' })
    await portal?.crawl()
    expect((await people('cart')).text).toContain('@acme/two')
    shop.commit({ CODEOWNERS: { link: '../../etc/passwd' } })
    await portal?.crawl()
    expect((await people('cart')).text).not.toContain('Code owners')
  })

  test('name only whom the reader may see', async () => {
    const hidden = entity({
      kind: 'Group',
      name: 'hidden',
      title: 'Hidden ones',
      namespace: 'secret',
      spec: { type: 'team', children: [] },
    })
    shop.commit({
      CODEOWNERS: '* @acme/hidden\n',
      'people/catalog-info.yaml': hidden,
      'cart/catalog-info.yaml': entity({ name: 'cart' }),
    })
    await start({ access: true })
    expect((await people('cart', 'cora')).text).not.toContain('Hidden ones')
    expect((await people('cart', 'root')).text).toContain('Hidden ones')
  })
})

test('a folder may have code owners, and no history', async () => {
  const files = { 'cart/all.yaml': entity({ name: 'cart' }), CODEOWNERS: '* @acme/shop\n' }
  portal = await testPortal({ files })
  const { text } = await people('cart')
  expect(text).toContain('@acme/shop')
  expect(text).not.toContain('commit')
})

test('of checkouts each has its own', async () => {
  const files = (name: string) => ({ 'catalog-info.yaml': entity({ name }), CODEOWNERS: `* @acme/${name}-crew\n` })
  const root = join(base, 'checkouts')
  writeCheckouts(root, {
    a: { authors: [['A', 'a@b.c']], files: files('a') },
    b: { authors: [['A', 'a@b.c']], files: files('b') },
  })
  portal = await testPortal({ plugins: [catalog({ providers: [checkoutsProvider({ from: [root] })] })] })
  expect((await people('a')).text).toContain('@acme/a-crew')
  expect((await people('b')).text).toContain('@acme/b-crew')
})
