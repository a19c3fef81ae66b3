import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { elements, linksOf, rowsOf, type TestPortal, testPortal } from '../../../testing/index.ts'
import { entity, shop } from '../fixtures/shop.ts'

const api = `apiVersion: backstage.io/v1alpha1
kind: API
metadata: { name: documented }
spec:
  type: openapi
  lifecycle: production
  owner: payments
  definition:
    $text: ./openapi.txt
  annotations:
    acme.dev/odd: moved
`
const many = Array.from({ length: 2100 }, (_, index) => [`key-${index}`, 'x'])

let portal: TestPortal
beforeAll(async () => {
  const files = {
    ...shop,
    'api.yaml': api,
    'openapi.txt': 'openapi: 3.1.0',
    'large.yaml': entity({ name: 'large', annotations: Object.fromEntries(many) }),
  }
  portal = await testPortal({ files, access: true })
})
afterAll(() => portal.close())

const page = '/catalog/default/component/cart'
const get = (url: string) => portal.get(url, { as: 'root' })
const told = (html: string) =>
  elements(html, ({ attributes }) => /^(told|from)$/.test(attributes.class ?? '')).map(({ text, attributes }) => ({
    text,
    title: attributes.title,
    href: attributes.href,
  }))
const line = (at: number) => `/catalog/default/component/cart/source?file=cart%2Fcatalog.yaml&line=${at}#L${at}`

describe('on the page of an entity', () => {
  test('the header tells of each of its parts where it was read', async () => {
    const head = (await get(page)).region('catalog-head')
    const marks = told(head.html)
    for (const text of [
      'Shopping cart',
      'Holds a basket until checkout',
      'Component',
      'service',
      'production',
      'cart',
    ]) {
      expect(marks).toContainEqual({ text, title: 'cart/catalog.yaml line 3', href: line(3) })
    }
    expect(marks.find(({ text }) => text.endsWith('Payments'))?.title).toBe('cart/catalog.yaml line 3')
    expect(marks.find(({ text }) => text === 'acme/cart')?.title).toBe('cart/catalog.yaml line 3')
  })

  test('every part that is told can be reached by the keyboard', async () => {
    const { body } = await get(page)
    const marks = elements(body, ({ attributes }) => /^(told|from)$/.test(attributes.class ?? ''))
    expect(marks.length).toBeGreaterThan(15)
    const out = marks.filter(({ name, html }) => name !== 'a' && !/<a [^>]*href=/.test(html))
    // An owner that is not in the catalog, or a fact without a link, says the same among the facts.
    expect(out.map(({ html }) => html)).toEqual([])
  })

  test('a relation tells the field that states it, also where another file does', async () => {
    const own = told((await get(page)).region('catalog-related').html)
    expect(own).toContainEqual({
      text: 'depends on · database',
      title: 'spec.dependsOn[0]: cart/catalog.yaml line 3',
      href: line(3),
    })
    const reverse = told((await get('/catalog/default/resource/cart-db')).region('catalog-related').html)
    expect(reverse).toContainEqual({
      text: 'needed by · service',
      title: 'spec.dependsOn[0] of component:default/cart: cart/catalog.yaml line 3',
      href: line(3),
    })
  })

  test('links, labels and annotations have their lines', async () => {
    const answer = await get(page)
    expect(told(answer.region('catalog-links').html)).toEqual([
      { text: 'catalog.yaml :3', title: 'cart/catalog.yaml line 3', href: line(3) },
    ])
    const labels = told(answer.region('card-catalog-annotations').html)
    expect(labels).toHaveLength(3)
    expect(labels[0]).toEqual({ text: 'catalog.yaml :3', title: 'cart/catalog.yaml line 3', href: line(3) })
  })

  test('what is misplaced, and what another file fills, says so', async () => {
    const answer = await get('/catalog/default/api/documented')
    expect(answer.body).toContain('api.yaml line 11, below spec.annotations')
    const fields = await get('/catalog/default/api/documented/source?form=fields')
    expect(fields.body).toContain('api.yaml line 9, which takes it from ./openapi.txt ($text)')
  })

  test('an earlier state tells no lines of today', async () => {
    const now = encodeURIComponent(new Date(Date.now() + 60_000).toISOString())
    const answer = await get(`${page}?at=${now}`)
    expect(answer.status).toBe(200)
    expect(told(answer.body)).toEqual([])
  })
})

describe('the list of fields', () => {
  const fields = async (url = page) => (await get(`${url}/source?form=fields`)).region('catalog-fields')

  test('is one of the forms of the source, and linked from the facts', async () => {
    const links = linksOf((await fields()).html).map(({ text }) => text)
    expect(links.slice(0, 3)).toEqual(['YAML', 'JSON', 'Fields'])
    expect(linksOf((await get(page)).region('catalog-about').html)[0]?.href).toBe(`${page}/source?form=fields`)
  })

  test('names every field with its value and its origin, file by file', async () => {
    const { html, text } = await fields()
    const rows = rowsOf(html).map((row) => row.join(' | '))
    expect(rows).toContain('cart | catalog.yaml :3')
    expect(rows).toContain('dependsOn resource:default/cart-db | catalog.yaml :3')
    expect(text).toMatch(/spec\. ?dependsOn\[0\] resource:cart-db/)
    expect(text).toMatch(
      /Added by processors .*managed-by-location.*Defaults of the portal .*namespace default default/,
    )
    expect(text).toMatch(/Added by the portal .*metadata\. ?uid \S{36} portal/)
  })

  test('puts what other files state below the name of each', async () => {
    const { html, text } = await fields('/catalog/default/resource/cart-db')
    expect(text).toMatch(/cart\/ ?catalog\. ?yaml of component: ?default\/ ?cart/)
    expect(linksOf(html)).toContainEqual({ href: page, text: expect.stringMatching(/^component/) })
  })

  test('shows nothing of relations to what the reader may not see', async () => {
    const url = `${page}/source?form=fields`
    expect((await portal.get(url, { as: 'root' })).body).toContain('hidden-vault')
    expect((await portal.get(url, { as: 'cora' })).body).not.toContain('hidden-vault')
  })

  test('ends before it gets too long, and says so', async () => {
    const { html, text } = await fields('/catalog/default/component/large')
    expect(rowsOf(html).length).toBeLessThan(2100)
    expect(text).toMatch(/and \d+ more fields$/)
  })

  test('lists every leaf of the entity', async () => {
    const { html } = await fields()
    const json = await get(`${page}/source?form=json`)
    const code = elements(json.body, ({ attributes }) => attributes.id === 'catalog-code')[0]?.html ?? ''
    const document = JSON.parse(
      code
        .replace(/<[^>]+>/g, '')
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'"),
    )
    const named = elements(html, ({ name, attributes }) => name === 'th' && attributes.scope === 'row').length
    expect(named).toBe(countLeaves({ ...document, relations: null }) - 1 + document.relations.length)
  })
})

function countLeaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  const inner = Object.values(value)
  return inner.length === 0 ? 1 : inner.reduce((sum: number, one) => sum + countLeaves(one), 0)
}
