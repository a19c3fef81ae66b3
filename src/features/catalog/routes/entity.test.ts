import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, elements, linksOf, type Person, type TestPortal, testPortal } from '../../../testing/index.ts'
import { entity, shop } from '../fixtures/shop.ts'

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ files: shop, access: true })
})
afterAll(() => portal.close())

const get = (url: string, as: Person = 'root') => portal.get(url, { as })

describe('an entity', () => {
  const cart = '/catalog/default/component/cart'

  test('says first what it is, whose, and how to reach them', async () => {
    const page = await get(cart)
    expect(page.status).toBe(200)
    const head = page.region('catalog-head')
    expect(head.text).toContain('Shopping cart Holds a basket until checkout Component · service · production')
    expect(linksOf(head.html)).toEqual(
      expect.arrayContaining([
        { href: '/catalog/default/group/payments', text: 'Payments' },
        { href: 'https://github.com/acme/cart', text: 'acme/cart' },
      ]),
    )
  })

  test('is found whatever the case of its address', async () => {
    expect((await get('/catalog/Default/COMPONENT/Cart')).status).toBe(200)
  })

  test('shows where each fact stands in its file', async () => {
    const page = await get(cart)
    const about = page.region('catalog-about')
    expect(about.text).toContain('Owner')
    const owner = elements(about.html, ({ attributes }) => attributes.class === 'from')[0]
    expect(owner?.text).toBe('catalog.yaml :3')
    expect(owner?.attributes).toMatchObject({
      title: 'cart/catalog.yaml line 3',
      href: expect.stringContaining('/cart/source?file=cart%2Fcatalog.yaml&line=3#L3'),
    })
  })

  test('shows its relations in both directions, each with a sentence', async () => {
    const related = (await get(cart)).region('catalog-related')
    expect(related.text).toContain('cart-db depends on · database')
    expect(related.text).toContain('cart-api provides · OpenAPI')
    const back = (await get('/catalog/default/resource/cart-db')).region('catalog-related')
    expect(back.text).toContain('Shopping cart needed by · service')
    expect(linksOf(back.html).map(({ href }) => href)).toContain(cart)
  })

  test('links that would run code are not made', async () => {
    const page = await get(cart)
    const links = linksOf(page.region('catalog-links').html).filter(({ href }) => !href.startsWith('/'))
    expect(links).toEqual([{ href: 'https://example.com/runbook', text: 'Runbook' }])
    expect(page.body).not.toMatch(/[="'](?:javascript:|data:text)/)
  })

  test('an owner that nothing defines is marked, with the likeliest name', async () => {
    const page = await get('/catalog/default/component/site')
    expect(page.region('catalog-head').text).toContain('paymnets , unknown owner')
    expect(page.text).toContain('No group is called paymnets')
    expect(page.text).toContain('Did you mean group:default/payments?')
  })

  test('what does not exist is answered with 404 and near names', async () => {
    const page = await get('/catalog/default/component/catr')
    expect(page.status).toBe(404)
    expect(linksOf(page.region('catalog-missing').html)).toContainEqual({ href: cart, text: 'Shopping cart' })
    const far = await get('/catalog/default/component/qqqqqqqqqqqq')
    expect(far.status).toBe(404)
    expect(far.text).not.toContain('Did you mean')
  })

  test('its name is shown as text, whatever it holds', async () => {
    const files = {
      'all.yaml': entity({ name: 'x', title: '<img src=x onerror=alert(1)>', description: '"><script>', tags: ['a'] }),
    }
    await using other = await testPortal({ files })
    for (const url of ['/', '/catalog', '/catalog/default/component/x', '/catalog?q=%3Cscript%3E']) {
      expect((await other.get(url)).body).not.toMatch(/<img|"><script>/)
    }
  })

  test('shows what changed, the newest first', async () => {
    expect((await get(cart)).region('catalog-changes').text).toMatch(/^Recent changes All changes Added/)
  })
})

describe('the Source tab', () => {
  const source = '/catalog/default/component/cart/source'
  const code = (answer: Answer) =>
    elements(answer.body, ({ attributes }) => attributes.id === 'catalog-code')[0]?.html.replace(/<[^>]+>/g, '') ?? ''

  test('shows the entity as YAML and as JSON, with what the portal added', async () => {
    expect(code(await get(source))).toMatch(
      /^apiVersion: backstage\.io\/v1alpha1\nkind: Component\nmetadata:\n {2}name: cart/,
    )
    const json = JSON.parse(code(await get(`${source}?form=json`)).replaceAll('&quot;', '"'))
    expect(json).toMatchObject({ kind: 'Component', metadata: { name: 'cart', uid: expect.any(String) } })
    expect(json.relations).toContainEqual({ type: 'ownedBy', targetRef: 'group:default/payments' })
  })

  test('shows another file beside the entity, as text, with the line asked for marked', async () => {
    const page = await get(`${source}?file=cart/README.md&line=3`)
    expect(code(page)).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page.region('L3').attributes.class).toBe('hit')
  })

  test('lists the files beside the entity, and only those', async () => {
    const files = (await get(source)).region('catalog-files')
    expect(linksOf(files.html).map(({ text }) => text)).toEqual(['README.md', 'catalog.yaml', 'logo.bin'])
  })

  test('says of a file that is no text that it is none', async () => {
    const page = await get(`${source}?file=cart/logo.bin`)
    expect(page.status).toBe(200)
    expect(page.text).toContain('This file is not text')
  })

  test.each([
    '../../../../etc/passwd',
    'cart/../../../../etc/passwd',
    '/etc/passwd',
    'cart/../../../../../etc/hosts',
    '..%2f..%2fetc%2fpasswd',
    'cart/..\\..\\..\\etc\\passwd',
    'file:///etc/passwd',
    'cart/\u0000/../../etc/passwd',
    '.',
    'cart',
    'cart/../secret/vault.yaml',
    'secret/vault.yaml',
    'org.yaml',
  ])('shows nothing for the path %j', async (path) => {
    const page = await get(`${source}?file=${encodeURIComponent(path)}`)
    expect(page.status).toBe(200)
    expect(code(page)).toBe('')
    expect(page.region('catalog-text-view').text).toMatch(/does not belong|has no file|leaves|is a folder/)
    expect(page.body).not.toMatch(/root:|hidden-vault|localhost/)
  })
})
