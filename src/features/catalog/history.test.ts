import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { Entity } from '../../api/entity.ts'
import { linksOf, organisation, people, rowsOf, type TestPortal, testPortal } from '../../testing/index.ts'
import { readMoment } from './change-query.ts'
import { fieldPath, fieldTitle } from './change-words.ts'
import { atomFeed, isCurrent } from './feed.ts'
import { historyService } from './history-service.ts'

const minute = 60_000
const start = Date.parse('2026-10-01T09:00:00Z')
let clock = start
const now = () => new Date(clock)

const cart = (more: { tags?: string; owner?: string; spec?: string; namespace?: string } = {}) => `
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: cart, namespace: ${more.namespace ?? 'default'}, tags: [${more.tags ?? 'node'}] }
spec: { type: service, lifecycle: production, owner: ${more.owner ?? 'payments'}${more.spec ?? ''} }
`
const page = '/catalog/default/component/cart'

let portal: TestPortal | undefined
afterEach(async () => {
  await portal?.close()
  portal = undefined
})

async function open(files: Record<string, string>, options: { access?: boolean; baseUrl?: string } = {}) {
  clock = start
  const all = { 'org.yaml': organisation, ...files }
  portal = await testPortal({ files: all, now, catalog: { keepOrphans: '1d' }, ...options })
  return portal
}

/** Writes the file, or takes it away, a minute later. */
async function edit(on: TestPortal, text: string | null, path = 'cart.yaml') {
  clock += minute
  if (text === null) on.remove(path)
  else on.write(path, text)
  await on.crawl()
}

/** Long enough later that orphans are removed. */
async function sweep(on: TestPortal) {
  clock += 2 * 24 * 60 * minute
  await on.portal.db.write((tx) => on.portal.jobs.enqueue(tx, 'catalog.sweep'))
  await on.settled()
}

async function count(on: TestPortal, query: string) {
  const answer = await on.get(`/catalog/changes${query}`)
  expect(answer.status).toBe(200)
  return rowsOf(answer.region('catalog-change-list').html).filter((row) => row.length > 1).length
}

const at = (offset: number) => encodeURIComponent(new Date(start + offset).toISOString())

test('the History tab tells field by field what changed, the newest first', async () => {
  const on = await open({ 'cart.yaml': cart() })
  await edit(on, cart({ tags: 'node, pci', owner: 'visitors', spec: `, dependsOn: ['resource:db']` }))
  const region = (await on.get(`${page}/history`)).region('catalog-history')
  expect(region.text).toMatch(/Tags node node, pci Depends on not set resource:db Owner payments visitors/)
  expect(rowsOf(region.html)).toEqual([
    ['node', 'node, pci'],
    ['not set', 'resource:db'],
    ['payments', 'visitors'],
  ])
  expect(region.text.indexOf('changed')).toBeLessThan(region.text.indexOf('Added'))
  expect(linksOf((await on.get(page)).region('catalog-changes').html)[0]?.href).toBe(`${page}/history`)
  expect(linksOf((await on.get('/')).region('home-recent').html)[0]?.href).toBe('/catalog/changes')
})

test('a long value is shortened, with the whole below', async () => {
  const on = await open({ 'cart.yaml': cart() })
  await edit(on, cart({ spec: `, note: '${'word '.repeat(100)}end'` }))
  const { html } = (await on.get(`${page}/history`)).region('catalog-history')
  expect(html).toContain('<details')
  expect(html).toContain('word end')
  expect(rowsOf(html)[0]?.[1]).toMatch(/^(word )+word…/)
})

test('the History tab has pages', async () => {
  const on = await open({ 'cart.yaml': cart() })
  for (let n = 0; n < 51; n++) await edit(on, cart({ tags: `t${n}` }))
  const first = (await on.get(`${page}/history`)).region('catalog-history')
  expect(first.text).toContain('1–50 of 52')
  const next = linksOf(first.html).find(({ text }) => text === 'Next')?.href ?? ''
  const second = (await on.get(next)).region('catalog-history')
  expect(second.text).toMatch(/Tags, item 1 node t0 .*Added .*51–52 of 52/)
  expect(second.text).not.toContain('t2')
}, 30_000)

test('orphaned, defined again and removed are told in words', async () => {
  const on = await open({ 'cart.yaml': cart() })
  await edit(on, null)
  await edit(on, cart())
  const { text } = (await on.get(`${page}/history`)).region('catalog-history')
  expect(text).toMatch(/A file defines it again .* No file defines it any more .* Added/)
  expect(text).not.toContain('orphan')
  await edit(on, null)
  await sweep(on)
  const rows = rowsOf((await on.get('/catalog/changes?kind=component')).region('catalog-change-list').html)
  expect(rows.map(([, what]) => what)).toEqual([
    'Removed nothing had defined it for as long as orphans are kept',
    'No file defines it any more',
    'A file defines it again',
    'No file defines it any more',
    'Added',
  ])
  expect(await count(on, '?action=orphaned')).toBe(2)
  expect(await count(on, '?action=returned')).toBe(1)
  expect(await count(on, '?action=updated')).toBe(0)
})

test('changes are chosen by kind, owner, action and entity', async () => {
  const on = await open({ 'cart.yaml': cart() })
  await edit(on, cart({ tags: 'x' }))
  expect(await count(on, '')).toBe(7)
  expect(await count(on, '?kind=component')).toBe(2)
  expect(await count(on, '?kind=component&kind=group')).toBe(4)
  expect(await count(on, '?owner=payments&action=created')).toBe(1)
  expect(await count(on, '?ref=component:default/cart&action=updated')).toBe(1)
  expect((await on.get('/catalog/changes?owner=nobody')).text).toContain('No change matches all of these')
  expect((await on.get('/catalog/changes?action=exploded')).status).toBe(400)
})

test('pages of changes follow each other without a gap', async () => {
  const many = Array.from({ length: 120 }, (_, n) => cart().replace('name: cart', `name: c${n}`)).join('---\n')
  const on = await open({ 'many.yaml': many })
  const seen: string[] = []
  for (let href: string | undefined = '/catalog/changes?kind=component'; href; ) {
    const region = (await on.get(href)).region('catalog-change-list')
    seen.push(...rowsOf(region.html).map(([name]) => name ?? ''))
    href = linksOf(region.html).find(({ text }) => text === 'Next')?.href
  }
  expect(seen).toHaveLength(120)
  expect(new Set(seen).size).toBe(120)
})

test('a stranger learns of no change of what is hidden from them, now or after it is gone', async () => {
  const hidden = { namespace: 'secret', owner: 'default/payments' }
  const on = await open({ 'cart.yaml': cart(hidden) }, { access: true })
  await edit(on, cart({ ...hidden, tags: 'hush' }))
  const secret = '/catalog/secret/component/cart'
  const look = async (as: 'anna' | 'cora') => {
    const lists = await Promise.all(['/catalog/changes', '/catalog/changes.atom'].map((url) => on.get(url, { as })))
    const earlier = await on.get(`${secret}?at=${at(0)}`, { as })
    const tab = await on.get(`${secret}/history`, { as })
    return { lists: lists.map(({ body }) => body).join(''), earlier, tab }
  }
  const anna = await look('anna')
  expect([anna.earlier.status, anna.tab.status]).toEqual([200, 200])
  expect(anna.lists).toContain('component:secret/cart')
  const cora = await look('cora')
  expect([cora.earlier.status, cora.tab.status]).toEqual([404, 404])
  expect(cora.lists).not.toContain('secret')
  expect(cora.earlier.text).toContain('The catalog has no Component called cart')
  expect(cora.earlier.text).not.toContain('It came')

  await edit(on, null)
  await sweep(on)
  expect((await look('anna')).earlier.status).toBe(200)
  expect((await look('cora')).earlier.status).toBe(404)
  expect((await look('cora')).lists).not.toContain('secret')
  expect((await on.get(secret, { as: 'anna' })).text).toContain('It was removed')
  expect((await on.get(secret, { as: 'cora' })).text).not.toContain('It was removed')
})

test('the feed is Atom, with absolute addresses and ids that stay', async () => {
  const on = await open({ 'cart.yaml': cart() })
  await edit(on, cart({ tags: 'a', spec: `, note: 'a < b & c'` }))
  const url = '/catalog/changes.atom?ref=component:default/cart'
  const feed = await on.get(url)
  expect(feed.headers['content-type']).toBe('application/atom+xml; charset=utf-8')
  const all = (name: string) =>
    Array.from(feed.body.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g')), ([, text]) => text ?? '')
  const [own, ...entries] = all('id')
  expect(own).toBe('http://localhost:7007/catalog/changes.atom?ref=component%3Adefault%2Fcart')
  expect(entries).toEqual(Array(2).fill(expect.stringMatching(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)))
  expect(new Set(entries).size).toBe(2)
  expect(all('updated')).toEqual([start + minute, start + minute, start].map((time) => new Date(time).toISOString()))
  expect(all('title')).toEqual(['Test portal: changes of cart', 'cart: Tags and note changed', 'cart: Added'])
  expect(feed.body).toContain(`href="http://localhost:7007${page}/history"`)
  expect(feed.body).toContain('a &lt; b &amp; c')
  await edit(on, cart({ tags: 'b' }))
  const next = await on.get(url)
  for (const id of entries) expect(next.body).toContain(id)
  expect((await on.get('/catalog/changes.atom?kind=api')).body).not.toContain('<entry>')
  expect((await on.get('/catalog/changes.atom?owner=payments')).body).toContain('<entry>')
})

test('a feed holds no character that XML forbids, whatever files say', () => {
  const text = 'a\u0000\u001b\ud800b\ufffe<&>"\u{1f600}'
  const entry = { key: 'k', title: text, at: 0, href: '/', category: text, content: text }
  const xml = atomFeed({ title: text, subtitle: '', author: '', self: '', alternate: '', entries: [entry] })
  expect(xml).toContain('a\ufffd\ufffd\ufffdb\ufffd&lt;&amp;&gt;&quot;\u{1f600}')
})

test('a feed that did not change is not sent again', async () => {
  const on = await open({ 'cart.yaml': cart() })
  const feed = await on.get('/catalog/changes.atom')
  const headers = { 'if-none-match': String(feed.headers.etag) }
  const again = await on.get('/catalog/changes.atom', { headers })
  expect([again.status, again.body]).toEqual([304, ''])
  await edit(on, cart({ tags: 'b' }))
  expect((await on.get('/catalog/changes.atom', { headers })).status).toBe(200)
  expect(isCurrent('"x", W/"y"', 'W/"y"')).toBe(true)
  expect(isCurrent('"x"', 'W/"y"')).toBe(false)
  expect(isCurrent(undefined, 'W/"y"')).toBe(false)
})

test('addresses in a feed begin with the base address where there is one', async () => {
  const on = await open({}, { baseUrl: 'https://portal.example.com' })
  const feed = await on.get('/catalog/changes.atom', { headers: { host: 'portal.example.com' } })
  expect(feed.body).toContain('<id>https://portal.example.com/catalog/changes.atom</id>')
})

test('an entity is shown as it was, with a way back to now', async () => {
  const on = await open({ 'cart.yaml': cart({ spec: ', dependsOn: [component:old]' }) })
  await edit(on, cart({ owner: 'visitors', tags: 'later' }))
  const then = await on.get(`${page}?at=${at(0)}`)
  expect(then.region('catalog-head').text).toContain('Payments')
  expect(then.region('catalog-about').text).toContain('node')
  expect(then.region('catalog-related').text).toContain('old')
  expect(then.text).not.toContain('later')
  expect(linksOf(then.region('catalog-earlier').html)[0]).toEqual({ href: page, text: 'See it as it is now' })
  const endOfDay = await on.get(`${page}?at=2026-10-01`)
  expect(endOfDay.region('catalog-about').text).toContain('later')
  expect(endOfDay.region('catalog-earlier').text).toContain('and it still is')
})

test('before it came and after it went, the page says so', async () => {
  const on = await open({ 'cart.yaml': cart() })
  const early = await on.get(`${page}?at=2026-09-30`)
  expect(early.status).toBe(404)
  expect(early.text).toContain('2026-10-01 09:00 UTC')
  expect(linksOf(early.region('catalog-missing').html)[0]?.href).toBe(`${page}?at=2026-10-01T09:00:00.000Z`)
  await edit(on, null)
  await sweep(on)
  const gone = await on.get(page)
  expect(gone.status).toBe(404)
  expect(gone.text).toContain('It was removed')
  const last = linksOf(gone.region('catalog-missing').html)[0]?.href ?? ''
  const then = await on.get(last)
  expect(then.status).toBe(200)
  expect(then.region('catalog-earlier').text).toContain('It is no longer in the catalog')
})

test('what is no moment is refused', async () => {
  const on = await open({ 'cart.yaml': cart() })
  expect((await on.get(`${page}?at=yesterday`)).status).toBe(400)
  expect(readMoment('2026-10-01').toISOString()).toBe('2026-10-01T23:59:59.999Z')
  expect(readMoment('2026-10-01T09:30').toISOString()).toBe('2026-10-01T09:30:00.000Z')
  expect(readMoment('2026-10-01T09:30:15 02:00').toISOString()).toBe('2026-10-01T07:30:15.000Z')
  for (const text of ['2026-02-30', '2026-13-01', '2026-10-01T25:00', '', '2026-10-01T09:30Zx']) {
    expect(() => readMoment(text), text).toThrow('is no moment')
  }
})

test('fields are told in words', () => {
  expect(fieldTitle('/spec/dependsOn/2')).toBe('Depends on, item 3')
  expect(fieldTitle('/metadata/annotations/acme.dev~1tier')).toBe('Annotation acme.dev/tier')
  expect(fieldTitle('/metadata/links/0/url')).toBe('Links, item 1, url')
  expect(fieldTitle('/kind')).toBe('Kind')
  expect(fieldPath('/spec/dependsOn/2')).toBe('spec.dependsOn[2]')
})

const value = fc.oneof(
  fc.constantFrom('a', 'b', ''),
  fc.integer({ max: 3, min: 0 }),
  fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }),
)
const write = fc.record({
  what: fc.constant('write' as const),
  extra: fc.dictionary(fc.constantFrom('a', 'b', 'c/d', 'e~f'), value, { noNullPrototype: true }),
})
const edits = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: write },
    { weight: 2, arbitrary: fc.constant({ what: 'remove' as const }) },
    { weight: 2, arbitrary: fc.constant({ what: 'sweep' as const }) },
  ),
  { minLength: 4, maxLength: 12 },
)

test('after a random sequence of edits, the view of every moment equals what was there then', async () => {
  const ref = { kind: 'component', namespace: 'default', name: 'cart' }
  const met = { states: 0, absences: 0 }
  const replayOf = async (sequence: typeof edits extends fc.Arbitrary<infer T> ? T : never) => {
    const on = await open({})
    const replay: { at: number; entity: Entity | undefined }[] = []
    let isWritten = false
    const note = () => {
      const row = on.portal.db.read.get(
        `select d.entity from catalog_entities e join catalog_documents d using (number)
          where ref = 'component:default/cart'`,
      )
      const { entity } = (row ?? {}) as { entity?: string }
      replay.push({ at: clock, entity: entity === undefined ? undefined : (JSON.parse(entity) as Entity) })
    }
    note()
    for (const step of sequence) {
      if (step.what === 'sweep') await sweep(on)
      else if (step.what === 'write') await edit(on, cart({ spec: `, extra: ${JSON.stringify(step.extra)}` }))
      else if (isWritten) await edit(on, null)
      else continue
      if (step.what !== 'sweep') isWritten = step.what === 'write'
      note()
    }
    const history = on.portal.services.use(historyService, 'a test')
    for (const { at: moment, entity } of replay) {
      const view = () => history.at(people.root, ref, new Date(moment)).row.entity
      if (entity === undefined) expect(view).toThrow('There was no component called cart')
      else expect(isDeepStrictEqual(view(), entity), JSON.stringify([moment, view(), entity])).toBe(true)
      if (entity === undefined) met.absences++
      else met.states++
    }
    await on.close()
    portal = undefined
  }
  await fc.assert(fc.asyncProperty(edits, replayOf), { numRuns: 12 })
  expect(met.states).toBeGreaterThan(20)
  expect(met.absences).toBeGreaterThan(12)
}, 120_000)
