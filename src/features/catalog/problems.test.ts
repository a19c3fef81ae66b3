import { afterAll, beforeAll, expect, test } from 'vitest'
import { elements, linksOf, organisation, rowsOf, type TestPortal, testPortal } from '../../testing/index.ts'

const component = (name: string, spec: string, metadata = '') => `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${name}${metadata} }
spec: { type: service, lifecycle: production, ${spec} }
`

const files = {
  'org.yaml': organisation,
  'good.yaml': component('cart', 'owner: payments'),
  'reference.yaml': component('stock', 'owner: paymnets'),
  'hidden.yaml': component('vault', 'owner: default/payments, system: nowhere', ', namespace: secret'),
  'broken.yaml': `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: broken
spec:
  type: service
  owner: payments
`,
  'syntax.yaml': 'apiVersion: [\n',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what skeletons hold
  'skeleton.yaml': component('${{ values.name }}', 'owner: payments'),
}

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ files, access: true })
})
afterAll(() => portal.close())

const listed = async (query: string) => {
  const page = await portal.get(`/catalog/problems${query}`, { as: 'root' })
  expect(page.status).toBe(200)
  return rowsOf(page.region('catalog-problem-list').html)
}

test('lists what is wrong, the gravest first, with its place, entity, owner and age', async () => {
  const page = await portal.get('/catalog/problems', { as: 'root' })
  const rows = rowsOf(page.region('catalog-problem-list').html)
  expect(rows.map(([what]) => what?.split(':')[0])).toEqual(['Error', 'Error', 'Warning', 'Warning'])
  const stock = rows.find(([what]) => what?.includes('paymnets'))
  expect(stock?.[0]).toContain('No group is called paymnets.')
  expect(stock?.slice(1)).toEqual(['reference.yaml:4', 'stock', 'paymnets , unknown owner', 'now'])
  expect(rows.find(([what]) => what?.includes('lifecycle'))?.slice(1, 3)).toEqual([
    'broken.yaml:5',
    'broken not in the catalog',
  ])
  expect(page.region('catalog-count').text).toBe('2 errors, 2 warnings')
})

test('links lead to the line in the entity and to the entity', async () => {
  const page = await portal.get('/catalog/problems?q=paymnets', { as: 'root' })
  const links = linksOf(page.region('catalog-problem-list').html)
  const line = links.find(({ text }) => text === 'reference.yaml:4')
  expect(line?.href).toBe('/catalog/default/component/stock/source?file=reference.yaml&line=4#L4')
  const source = await portal.get(line?.href.split('#')[0] ?? '', { as: 'root' })
  expect(source.region('L4').text).toContain('paymnets')
  expect(links.find(({ text }) => text === 'stock')?.href).toBe('/catalog/default/component/stock')
})

test('a stranger sees no problem of an entity that is hidden from them, in no list, filter or number', async () => {
  for (const [as, visible] of [
    ['root', true],
    ['anna', true],
    ['cora', false],
  ] as const) {
    const page = await portal.get('/catalog/problems', { as })
    expect(page.text.includes('nowhere'), as).toBe(visible)
    expect(page.text.includes('vault'), as).toBe(visible)
    const rows = rowsOf(page.region('catalog-problem-list').html)
    expect(rows, as).toHaveLength(visible ? 4 : 3)
    const nav = linksOf(page.body).find(({ href }) => href === '/catalog/problems')
    expect(nav?.text, as).toBe(`Problems ${rows.length}`)
    expect(page.region('catalog-severity').text, as).toContain(`Warning ${visible ? 2 : 1}`)
  }
})

test('a choice twice means either, different choices all', async () => {
  expect(await listed('?severity=error')).toHaveLength(2)
  expect(await listed('?severity=error&severity=warning')).toHaveLength(4)
  expect(await listed('?severity=info')).toHaveLength(1)
  expect(await listed('?owner=payments')).toHaveLength(1)
  expect(await listed('?owner=payments&owner=paymnets')).toHaveLength(2)
  expect(await listed('?owner=payments&severity=error')).toHaveLength(0)
  expect(await listed('?code=reference-not-found&code=yaml-syntax')).toHaveLength(3)
  expect(await listed('?code=skeleton')).toHaveLength(1)
  expect(await listed(`?source=${encodeURIComponent(portal.source)}`)).toHaveLength(4)
  expect(await listed('?source=elsewhere')).toHaveLength(0)
})

test('problems are told apart by their age', async () => {
  let clock = Date.parse('2026-11-01T12:00:00Z')
  const days = 24 * 60 * 60_000
  await using aging = await testPortal({
    files: { 'a.yaml': component('a', 'owner: ghost') },
    now: () => new Date(clock),
  })
  for (const [name, after] of [
    ['b', 25],
    ['c', 10],
    ['d', 6.5],
  ] as const) {
    clock += after * days
    aging.write(`${name}.yaml`, component(name, 'owner: ghost'))
    await aging.crawl()
  }
  const names = async (query: string) => {
    const page = await aging.get(`/catalog/problems${query}`)
    return rowsOf(page.region('catalog-problem-list').html).map(([, , entity]) => entity)
  }
  expect(await names('?age=day')).toEqual(['d'])
  expect(await names('?age=week')).toEqual(['c'])
  expect(await names('?age=month')).toEqual(['b'])
  expect(await names('?age=older')).toEqual(['a'])
  expect(await names('?age=older&age=day')).toEqual(['d', 'a'])
  const filter = (await aging.get('/catalog/problems')).region('catalog-age').text
  expect(filter).toBe('First seen Within a day 1 Within a week 1 Within 30 days 1 Longer ago 1')
  clock += 2 * days
  expect(await names('?age=day')).toEqual([])
  expect(await names('?age=week')).toEqual(['d'])
  expect((await aging.get('/catalog/problems?age=old')).status).toBe(400)
})

test('words are looked for in message, title, file and reference', async () => {
  expect(await listed('?q=called+paymnets')).toHaveLength(1)
  expect(await listed('?q=readable+yaml')).toHaveLength(1)
  expect(await listed('?q=REFERENCE.yaml')).toHaveLength(1)
  expect(await listed('?q=secret/vault')).toHaveLength(1)
  expect(await listed('?q=%25')).toHaveLength(0)
})

test('each choice counts what it would show, whatever else of its group is chosen', async () => {
  const page = await portal.get('/catalog/problems?severity=error&code=yaml-syntax', { as: 'root' })
  expect(page.region('catalog-severity').text).toBe('Severity Error 1')
  expect(page.region('catalog-code').text).toContain('A required field is missing 1')
  const boxes = elements(page.body, ({ attributes }) => attributes.type === 'checkbox' && 'checked' in attributes)
  expect(boxes.map(({ attributes }) => attributes.value)).toEqual(['error', 'yaml-syntax'])
  const remove = linksOf(page.body).filter(({ text }) => text.startsWith('Remove filter'))
  expect(remove.map(({ href }) => href)).toEqual([
    '/catalog/problems?code=yaml-syntax',
    '/catalog/problems?severity=error',
  ])
})

test('htmx gets the part without the shell', async () => {
  const page = await portal.get('/catalog/problems?severity=error', { as: 'root', htmx: true })
  expect(page.body).not.toContain('<html')
  expect(page.headers['hx-push-url']).toBe('/catalog/problems?severity=error')
  expect(page.has('catalog-problem-list')).toBe(true)
})

test('an address that cannot be read says so', async () => {
  const page = await portal.get('/catalog/problems?after=x', { as: 'root' })
  expect(page.status).toBe(400)
  expect(page.text).toContain('cannot be read')
})

test('pages follow each other without a gap, and go back', async () => {
  const many = Array.from({ length: 120 }, (_, at) => component(`c${at}`, 'owner: ghost')).join('---\n')
  await using big = await testPortal({ files: { 'many.yaml': many } })
  const seen: string[] = []
  let href: string | undefined = '/catalog/problems'
  let last = ''
  for (let at = 0; href !== undefined; at++) {
    const page = await big.get(href)
    const region = page.region('catalog-problem-list')
    seen.push(...rowsOf(region.html).map(([, , entity]) => entity ?? ''))
    expect(page.text).toContain(['1–50 of 120', '51–100 of 120', '101–120 of 120'][at])
    last = region.html
    href = linksOf(region.html).find(({ text }) => text === 'Next')?.href
  }
  expect(new Set(seen).size).toBe(120)
  expect(seen).toHaveLength(120)
  const back = linksOf(last).find(({ text }) => text === 'Previous')?.href ?? ''
  expect((await big.get(back)).text).toContain('51–100 of 120')
})

test('without a problem it says so, and since when', async () => {
  await using fine = await testPortal({ files: { 'org.yaml': organisation } })
  const page = await fine.get('/catalog/problems')
  expect(page.region('catalog-problem-list').text).toMatch(/^Nothing is wrong .* last read just now \.$/)
  expect(linksOf(page.body).find(({ href }) => href === '/catalog/problems')?.text).toBe('Problems')
})

test('a mended file takes its problem away, and numbers follow', async () => {
  const files = { 'org.yaml': organisation, 'a.yaml': component('a', 'owner: ghost') }
  await using mending = await testPortal({ files })
  const count = async () => linksOf((await mending.get('/')).body).find(({ text }) => text.startsWith('Problems'))?.text
  expect(await count()).toBe('Problems 1')
  mending.write('a.yaml', component('a', 'owner: payments'))
  await mending.crawl()
  expect(await count()).toBe('Problems')
  expect((await mending.get('/catalog/problems')).text).toContain('Nothing is wrong')
})

test('the line is that of the file as it is now, also when the problem stayed the same', async () => {
  await using moving = await testPortal({ files: { 'a.yaml': component('a', 'owner: ghost') } })
  const where = async () => rowsOf((await moving.get('/catalog/problems')).region('catalog-problem-list').html)[0]?.[1]
  expect(await where()).toBe('a.yaml:4')
  moving.write('a.yaml', `# one\n# two\n${component('a', 'owner: ghost')}`)
  await moving.crawl()
  expect(await where()).toBe('a.yaml:6')
})

test('the page of what a broken file defines says why it is not there', async () => {
  const page = await portal.get('/catalog/default/component/broken', { as: 'root' })
  expect(page.status).toBe(404)
  expect(page.text).toContain('A file defines it, but cannot be used')
  expect(page.text).toContain('A required field is missing in broken.yaml:5')
  expect(page.text).toContain('5 spec:')
  const nobody = await portal.get('/catalog/default/component/nobody', { as: 'root' })
  expect(nobody.text).not.toContain('A file defines it')
})

test('what exists and is hidden gives nothing away', async () => {
  const page = await portal.get('/catalog/secret/component/vault', { as: 'cora' })
  expect(page.status).toBe(404)
  expect(page.text).not.toContain('nowhere')
  expect(page.text).not.toContain('A file defines it')
})

test('sources and home lead to the problems', async () => {
  const sources = await portal.get('/catalog/sources', { as: 'root' })
  const href = `/catalog/problems?source=${encodeURIComponent(portal.source)}`
  expect(linksOf(sources.region('catalog-sources').html).find((link) => link.href === href)?.text).toBe('4')
  const home = await portal.get('/', { as: 'root' })
  expect(linksOf(home.region('home-sources').html)).toContainEqual({ href: '/catalog/problems', text: '4 problems' })
})
