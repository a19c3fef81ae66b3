import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, elements, linksOf, type Person, type TestPortal, testPortal } from '../../../testing/index.ts'
import { counts, refs } from '../fixtures/listing.ts'
import { entity, shop } from '../fixtures/shop.ts'

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ files: shop, access: true })
})
afterAll(() => portal.close())

const get = (url: string, as: Person = 'root') => portal.get(url, { as })

const list = async (query: string, as: Person = 'root') => refs(await get(`/catalog?${query}`, as))
const names = async (query: string, as: Person = 'root') =>
  (await list(query, as)).map((ref) => ref.replace(/^.*\//, ''))

test('shows components unless told otherwise, and everything for kind=all', async () => {
  expect(new Set((await list('namespace=default')).map((ref) => ref.split(':')[0]))).toEqual(new Set(['component']))
  const all = new Set((await list('kind=all&namespace=default')).map((ref) => ref.split(':')[0]))
  expect([...all].sort()).toEqual(['api', 'component', 'domain', 'group', 'resource', 'system', 'user'])
  expect(await list('kind=api&kind=DOMAIN')).toEqual(['api:default/cart-api', 'domain:default/orders'])
})

test.each([
  ['type=worker', ['mailer']],
  ['type=worker&type=website', ['mailer', 'site']],
  ['type=WORKER', ['mailer']],
  ['owner=visitors&namespace=default', ['mailer']],
  ['owner=group:default/visitors&owner=user:cora&namespace=default', ['zebra', 'mailer']],
  ['lifecycle=deprecated', ['tool']],
  ['lifecycle=deprecated&lifecycle=experimental', ['mailer', 'tool']],
  ['tag=node', ['mailer', 'cart']],
  ['tag=node&tag=web', ['mailer', 'cart', 'site']],
  ['tag=node&type=service', ['cart']],
  ['tag=critical&owner=visitors', []],
  ['system=checkout', ['cart', 'site']],
  ['system=checkout&type=website', ['site']],
  ['namespace=lab', ['tool']],
  ['namespace=LAB&namespace=zoo', ['orphaned-child', 'refers', 'tool']],
  ['problems=any', ['cart', 'site', 'tool']],
  ['problems=warning', ['cart', 'site', 'tool']],
  ['problems=error', []],
  ['orphan=true', []],
])('%s: values of one parameter are alternatives, parameters narrow each other', async (query, expected) => {
  expect(await names(`${query}&sort=name`)).toEqual(expected)
})

test.each([
  ['q=basket', ['cart']],
  ['q=BASKET+checkout', ['cart']],
  ['q=basket+nothing', []],
  ['q=shopping', ['cart']],
  ['q=critical', ['cart']],
  ['q=%25', []],
  ["q='+or+1=1--", []],
])('%s finds what holds every word in name, title, description or tags', async (query, expected) => {
  expect(await names(`kind=component&namespace=default&${query}`)).toEqual(expected)
})

test.each([
  ['filter=kind=component,spec.type=worker', ['mailer']],
  ['filter=spec.type=worker,spec.type=website', ['mailer', 'site']],
  ['filter=spec.type=worker&filter=spec.type=website', ['mailer', 'site']],
  ['filter=metadata.tags=node', ['mailer', 'cart']],
  ['filter=metadata.tags=node,metadata.tags=web,spec.lifecycle=experimental', ['mailer']],
  ['filter=metadata.labels.tier', ['cart']],
  ['filter=metadata.labels.tier=ONE', ['cart']],
  ['filter=metadata.annotations.example.com/costs=42', ['cart']],
  ['filter=relations.dependsOn=resource:default/cart-db', ['cart']],
  ['filter=relations.dependson=RESOURCE:default/cart-db', ['cart']],
  ['filter=relations.dependencyOf', ['mailer', 'cart']],
  ['filter=relations.partOf=system:default/checkout,spec.type=website', ['site']],
  ['filter=spec.dependsOn.resource:cart-db=true', ['cart']],
  ['filter=metadata.nothing', []],
  ['filter=', ['mailer', 'cart', 'site', 'zebra']],
])('%s: the grammar of filters', async (query, expected) => {
  expect((await names(`namespace=default&${encodeFilter(query)}`)).sort()).toEqual([...expected].sort())
})

const encodeFilter = (query: string) =>
  query
    .split('&')
    .map((part) => `filter=${encodeURIComponent(part.slice('filter='.length))}`)
    .join('&')

test.each(['filter==x', 'filter=kind=component,=x', 'owner=', 'owner=a:', 'after=nonsense', 'before=e30'])(
  '%s is answered with 400 that says what is wrong, or ignored when empty',
  async (query) => {
    const { status, text } = await get(`/catalog?${query}`)
    expect(status).toBe(query === 'owner=' ? 200 : 400)
    if (status === 400) expect(text).toMatch(/has no key|is not an entity reference|cannot be read/)
  },
)

test('each group counts what one would see with another of its choices', async () => {
  const page = await get('/catalog?namespace=default&type=worker&type=website')
  expect(counts(page, 'type')).toEqual({ service: 1, worker: 1, website: 1, library: 1 })
  expect(counts(page, 'lifecycle')).toEqual({ experimental: 1, production: 1 })
  expect(counts(page, 'namespace')).toEqual({ default: 2 })
  expect(counts(page, 'kind')).toEqual({ Component: 2 })
  const tags = await get('/catalog?namespace=default&tag=node')
  expect(counts(tags, 'tag')).toEqual({ node: 2, critical: 1, web: 1 })
  expect(counts(tags, 'owner')).toEqual({ Payments: 1, Visitors: 1 })
})

test('what is chosen is checked, shown as a chip, and can be taken away', async () => {
  const page = await get('/catalog?namespace=default&type=worker&q=mail')
  const checked = elements(page.region('catalog-filters').html, ({ attributes }) => attributes.checked !== undefined)
  expect(checked.map(({ attributes }) => attributes.value)).toEqual(['component', 'worker', 'default'])
  const chips = linksOf(page.region('catalog-list').html).filter(({ text }) => text.startsWith('Remove filter'))
  expect(chips.map(({ text }) => text)).toEqual([
    'Remove filter Type: worker',
    'Remove filter Namespace: default',
    'Remove filter Text: mail',
  ])
  expect(await list(chips[0]?.href.split('?')[1] ?? '')).toEqual(['component:default/mailer'])
  expect(chips[0]?.href).not.toContain('type=')
})

test('an unknown choice stays in sight with a count of nothing, and the way out is offered', async () => {
  const page = await get('/catalog?namespace=default&type=nosuchtype')
  expect(counts(page, 'type')).toMatchObject({ nosuchtype: 0, service: 1 })
  const ways = linksOf(page.region('catalog-nothing').html)
  expect(ways.map(({ text }) => text)).toEqual(['Type: nosuchtype 4 entities'])
  expect(await list(ways[0]?.href.split('?')[1] ?? '')).toHaveLength(4)
})

test('a group shows its most frequent values and finds others', async () => {
  const files = Array.from({ length: 15 }, (_, index) => entity({ name: `c${index}`, spec: { type: `type-${index}` } }))
  await using other = await testPortal({ files: { 'all.yaml': files.join('') } })
  const page = await other.get('/catalog')
  expect(Object.keys(counts(page, 'type'))).toHaveLength(10)
  expect(page.region('catalog-type').html).toContain('Find in 5 more')
  expect(Object.keys(counts(await other.get('/catalog?find.type=type-14'), 'type'))).toEqual(['type-14'])
})

test.each([
  ['name', ['zebra', 'mailer', 'cart', 'site']],
  ['type', ['zebra', 'cart', 'site', 'mailer']],
  ['owner', ['cart', 'site', 'mailer', 'zebra']],
])('sorts by %s, forwards and backwards', async (field, expected) => {
  expect(await names(`namespace=default&sort=${field}`)).toEqual(expected)
  expect(await names(`namespace=default&sort=-${field}`)).toEqual([...expected].reverse())
})

test('sorts by lifecycle and by the time of the last change', async () => {
  expect((await names('namespace=default&sort=lifecycle'))[0]).toBe('mailer')
  expect((await names('namespace=default&sort=-lifecycle')).at(-1)).toBe('mailer')
  const changed = await names('namespace=default&sort=changed')
  expect((await names('namespace=default&sort=-changed')).reverse()).toEqual(changed)
})

test('says by which column it is sorted, for those who cannot see the arrow', async () => {
  const page = await get('/catalog?namespace=default&sort=-owner')
  const sorted = elements(page.body, ({ attributes }) => attributes['aria-sort'] !== undefined)
  expect(sorted.map(({ text, attributes }) => [text, attributes['aria-sort']])).toEqual([['Owner', 'descending']])
})

test.each(['name', '-name', 'owner', '-type', 'changed'])(
  'sorted by %s, pages follow each other without loss or repetition, there and back',
  async (sort) => {
    const wanted = portal.portal.db.read.all(
      "select ref from catalog_entities where namespace = 'many'",
    ) as unknown as { ref: string }[]
    const forwards: string[][] = []
    let page = await get(`/catalog?namespace=many&sort=${sort}`)
    for (;;) {
      forwards.push(refs(page))
      const next = turn(page, 'next')
      if (!next) break
      page = await get(next)
    }
    expect(forwards.map((rows) => rows.length)).toEqual([50, 50, 30])
    expect(forwards.flat().sort()).toEqual(wanted.map(({ ref }) => ref).sort())
    expect(page.region('catalog-list').text).toContain('101–130 of 130')
    const backwards = [refs(page)]
    for (let previous = turn(page, 'prev'); previous; previous = turn(page, 'prev')) {
      page = await get(previous)
      backwards.unshift(refs(page))
    }
    expect(backwards).toEqual(forwards)
    expect(page.region('catalog-list').text).toContain('1–50 of 130')
  },
)

function turn(page: Answer, rel: 'next' | 'prev'): string | undefined {
  return elements(page.body, ({ attributes }) => attributes.rel === rel)[0]?.attributes.href
}

test('answers htmx with the content alone, and the browser with a whole page', async () => {
  const part = await portal.get('/catalog?type=worker&lifecycle=&q=', { as: 'root', htmx: true })
  expect(part.body).not.toMatch(/<html|<nav class="rail"/)
  expect(part.body).toMatch(/^<title>Components · Test portal<\/title>/)
  expect(refs(part)).toEqual(['component:default/mailer'])
  expect(part.headers['hx-push-url']).toBe('/catalog?type=worker')
  expect(part.headers.vary).toMatch(/HX-Request/)
  const restored = await portal.get('/catalog?type=worker', {
    as: 'root',
    headers: { 'hx-history-restore-request': 'true', 'hx-request-type': 'full' },
  })
  expect(restored.body).toMatch(/^\s*<!doctype html>/)
})

test.each([
  ['kind=component', '/catalog'],
  ['kind=component&sort=name', '/catalog'],
  ['kind=all', '/catalog?kind=all'],
  ['kind=api&kind=component', '/catalog?kind=api&kind=component'],
  ['type=worker&sort=-owner&q=+mail+', '/catalog?type=worker&q=mail&sort=-owner'],
])('%s has the shortest address %s', async (query, address) => {
  const { headers } = await portal.get(`/catalog?${query}`, { as: 'root', htmx: true })
  const sorted = (url: unknown) => [...new URL(String(url), 'http://x').searchParams].sort()
  expect(sorted(headers['hx-push-url'])).toEqual(sorted(address))
})
