import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { rowsOf, type TestPortal, type TestPortalOptions, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'

// A source of which much is missing: an unmounted folder, a wrong branch. Nothing goes before somebody was asked.

let portal: TestPortal
const start = async (files: Record<string, string>, options: TestPortalOptions = {}) => {
  portal = await testPortal({ files, ...options })
}
afterEach(() => portal.close())

const name = (at: number) => `c-${String(at).padStart(2, '0')}`
const from = (first: number, last: number) =>
  Array.from({ length: last - first }, (_, at) => entity({ name: name(first + at) })).join('')
/** Thirty files with one entity each. */
const thirty = () =>
  Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${name(at)}.yaml`, entity({ name: name(at) })]))

const all = <T>(statement: string) => portal.portal.db.read.all(statement) as unknown as T[]
const orphans = () =>
  all<{ ref: string }>('select ref from catalog_entities where orphaned_at is not null order by ref').length
const held = () => all<{ count: number; decision: string | null }>('select count, decision from catalog_removals')
const problems = () => all<{ code: string }>("select code from catalog_problems where code = 'many-removed'").length
const remove = (first: number, last: number) => {
  for (let at = first; at < last; at++) portal.remove(`${name(at)}.yaml`)
}
const bringBack = (first: number, last: number) => {
  for (let at = first; at < last; at++) portal.write(`${name(at)}.yaml`, entity({ name: name(at) }))
}
const sources = () => portal.get('/catalog/sources')
const setShown = async () => /name="set" value="([0-9a-f]+)"/.exec((await sources()).body)?.[1] ?? ''
const url = () => `/catalog/sources/${encodeURIComponent(portal.source)}/removal`
const decide = async (decision: string, set?: string) => {
  const answer = await portal.post(url(), { decision, set: set ?? (await setShown()) })
  await portal.settled()
  return answer
}

describe('a large removal', () => {
  test('of whole files is held, told on every page that tells of sources, and the rest of the crawl is applied', async () => {
    await start(thirty())
    remove(0, 11)
    portal.write('c-29.yaml', entity({ name: 'c-29', description: 'Changed' }))
    portal.write('new.yaml', entity({ name: 'newcomer' }))
    await portal.crawl()
    expect(orphans()).toBe(0)
    expect(held()).toEqual([{ count: 11, decision: null }])
    expect((await portal.get('/catalog/default/component/newcomer')).status).toBe(200)
    expect((await portal.get('/catalog/default/component/c-29')).text).toContain('Changed')
    const page = await sources()
    expect(rowsOf(page.region('catalog-sources').html)[0]?.[1]).toBe('much is missing')
    expect(page.text).toContain('11 of 31 entities are missing from its files')
    expect(page.text).toContain('component:default/c-00')
    expect(page.text).toContain('1 source waits for your decision')
    const listed = await portal.get('/catalog/problems?code=many-removed')
    expect(listed.text).toContain('Much of a source is missing')
    expect(listed.text).toContain('11 of 31 entities are missing from the files of this source')
    const [row] = all<{ id: string }>("select id from catalog_problems where code = 'many-removed'")
    expect((await portal.get(`/catalog/problems/${row?.id}`)).text).toContain('the source as a whole')
    expect((await portal.get('/')).region('home-sources').text).toContain('much is missing from 1 source')
  })

  test('of documents in a file that is still there is held as well', async () => {
    await start({ 'all.yaml': from(0, 30) })
    portal.write('all.yaml', from(15, 30) + entity({ name: 'newcomer' }))
    await portal.crawl()
    expect(held()).toEqual([{ count: 15, decision: null }])
    expect(orphans()).toBe(0)
    await portal.crawl()
    expect(held()).toEqual([{ count: 15, decision: null }])
    portal.write('all.yaml', from(0, 30))
    await portal.crawl()
    expect(held()).toEqual([])
    expect(all('select * from catalog_candidates where missing_at is not null')).toEqual([])
  })

  test('of everything, an unmounted folder, is held, and nothing happened when the files are back', async () => {
    await start(thirty())
    const before = all('select * from catalog_entities order by ref')
    remove(0, 30)
    await portal.crawl()
    expect(held()).toEqual([{ count: 30, decision: null }])
    bringBack(0, 30)
    await portal.crawl()
    expect(held()).toEqual([])
    expect(problems()).toBe(0)
    expect(all('select * from catalog_entities order by ref')).toEqual(before)
    expect(all('select * from catalog_candidates where missing_at is not null')).toEqual([])
    expect(all('select * from catalog_files where missing_at is not null')).toEqual([])
    expect((await sources()).text).not.toContain('missing')
  })

  test('is over when the very same files are there again, as after a mount', async () => {
    await start(Object.fromEntries(Object.entries(thirty()).map(([path, text]) => [`shop/${path}`, text])))
    const [here, away] = [join(portal.folder, 'shop'), `${portal.folder}-away`]
    renameSync(here, away)
    await portal.crawl()
    expect(held()).toEqual([{ count: 30, decision: null }])
    renameSync(away, here)
    await portal.crawl()
    expect([held(), orphans()]).toEqual([[], 0])
    expect(all('select * from catalog_candidates where missing_at is not null')).toEqual([])
  })

  test('is none when the definitions have only moved to other files', async () => {
    await start(thirty())
    remove(0, 30)
    portal.write('all.yaml', from(0, 30))
    await portal.crawl()
    expect(held()).toEqual([])
    expect(orphans()).toBe(0)
    expect(all('select distinct path from catalog_entities')).toEqual([{ path: 'all.yaml' }])
    expect(all('select path from catalog_files')).toEqual([{ path: 'all.yaml' }])
  })

  test('a definition that has moved is not held back by others that are missing', async () => {
    await start(thirty())
    remove(0, 20)
    portal.write('moved.yaml', entity({ name: 'c-00', description: 'Moved and changed' }))
    await portal.crawl()
    expect(held()).toEqual([{ count: 19, decision: null }])
    expect((await portal.get('/catalog/default/component/c-00')).text).toContain('Moved and changed')
  })
})

describe('a small one', () => {
  test.each([
    ['ten of thirty, which is a third', 10],
    ['a single one', 1],
  ])('is made without asking: %s', async (_, count) => {
    await start(thirty())
    remove(0, count)
    await portal.crawl()
    expect(held()).toEqual([])
    expect(orphans()).toBe(count)
    expect(all('select * from catalog_files')).toHaveLength(30 - count)
  })

  test('eleven of sixty, which is less than a fifth, go as well', async () => {
    await start({ ...thirty(), 'more.yaml': from(30, 60) })
    remove(0, 11)
    await portal.crawl()
    expect([held(), orphans()]).toEqual([[], 11])
  })
})

describe('the limits are options', () => {
  test('a lower one asks earlier', async () => {
    await start(thirty(), { catalog: { removal: { count: 1, share: 0 } } })
    remove(0, 2)
    await portal.crawl()
    expect(held()).toEqual([{ count: 2, decision: null }])
  })

  test('false never asks', async () => {
    await start(thirty(), { catalog: { removal: false } })
    remove(0, 30)
    await portal.crawl()
    expect([held(), orphans()]).toEqual([[], 30])
  })
})

describe('the decision', () => {
  test('apply: they go as they would have, with an audit line', async () => {
    await start(thirty())
    remove(0, 20)
    await portal.crawl()
    expect((await decide('apply')).headers.location).toBe('/catalog/sources')
    expect([held(), orphans(), problems()]).toEqual([[], 20, 0])
    expect(all('select * from catalog_files')).toHaveLength(10)
    expect((await portal.audit()).filter(({ action }) => action === 'catalog.remove')).toMatchObject([
      { target: portal.source, result: 'ok', detail: { decision: 'apply', count: 20, total: 30 } },
    ])
  })

  test('keep: they stay, no problem any more, until the set of missing ones changes', async () => {
    await start(thirty())
    remove(0, 20)
    await portal.crawl()
    await decide('keep')
    await portal.crawl()
    expect([held(), orphans(), problems()]).toEqual([[{ count: 20, decision: 'keep' }], 0, 0])
    const page = await sources()
    expect(page.text).toContain('Guest decided to keep them')
    expect(page.text).not.toContain('for your decision')
    portal.remove('c-20.yaml')
    await portal.crawl()
    expect([held(), orphans(), problems()]).toEqual([[{ count: 21, decision: null }], 0, 1])
    bringBack(2, 21)
    await decide('keep')
    await portal.crawl()
    // Two are few, but what was kept must not go unasked.
    expect([held(), orphans()]).toEqual([[{ count: 2, decision: null }], 0])
  })

  test('what was kept can still be let go', async () => {
    await start(thirty())
    remove(0, 20)
    await portal.crawl()
    await decide('keep')
    await decide('apply')
    expect([held(), orphans()]).toEqual([[], 20])
  })

  test('holds for what the person saw and for nothing else', async () => {
    await start(thirty())
    remove(0, 20)
    await portal.crawl()
    const seen = await setShown()
    portal.remove('c-25.yaml')
    await portal.crawl()
    const answer = await decide('apply', seen)
    expect(answer.status).toBe(409)
    expect(answer.text).toContain('has changed since you were asked')
    expect([held(), orphans()]).toEqual([[{ count: 21, decision: null }], 0])
  })

  test('about nothing is not found, and one that is neither is refused', async () => {
    await start(thirty())
    expect((await decide('apply', 'a'.repeat(40))).status).toBe(404)
    expect((await decide('maybe', 'a'.repeat(40))).status).toBe(400)
  })

  test('needs the permission, is hidden without it, and refuses another site', async () => {
    await start(thirty(), { access: true })
    remove(0, 20)
    await portal.crawl()
    const page = await portal.get('/catalog/sources', { as: 'anna' })
    expect(page.text).toContain('20 of 30 entities are missing')
    expect(page.body).not.toContain('name="decision"')
    const set = 'a'.repeat(40)
    for (const person of ['anna', 'ben', 'cora'] as const) {
      const answer = await portal.post(url(), { decision: 'apply', set }, { as: person })
      expect(answer.status).toBe(403)
      expect(answer.text).toContain('catalog.remove')
    }
    expect((await portal.post(url(), { decision: 'apply', set })).status).toBe(401)
    const foreign = { 'sec-fetch-site': 'cross-site' }
    expect((await portal.post(url(), { decision: 'apply', set }, { as: 'root', headers: foreign })).status).toBe(403)
    expect((await portal.audit()).filter(({ action }) => action === 'catalog.remove')).toEqual([])
    expect(held()).toEqual([{ count: 20, decision: null }])
  })
})

test('a full reading finds what is gone', async () => {
  await start(thirty())
  portal.remove('c-00.yaml')
  const { jobs, db } = portal.portal
  await db.write(async (tx) => {
    await jobs.enqueue(tx, 'catalog.crawl', { payload: { sourceId: portal.source, full: true }, key: 'full' })
  })
  await portal.settled()
  expect(orphans()).toBe(1)
})
