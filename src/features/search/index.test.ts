import { expect, test } from 'vitest'
import type { Plugin } from '../../api/plugin.ts'
import type { SearchDocument } from '../../api/search.ts'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { people } from '../../testing/people.ts'
import { searchIndex } from './contract.ts'
import { crowd, described, manual, manuals } from './fixtures/company.ts'
import { searchService } from './service.ts'

const source = 'manuals.pages'
const found = ({ portal }: TestPortal, text: string) =>
  portal.services
    .use(searchService, 'a test')
    .search(people.root, { text })
    .rows.map(({ key }) => key)
const indexOf = ({ portal }: TestPortal) => portal.services.use(searchIndex, 'a test')

test('what is put in a transaction is found after it, other where it was put again, and gone where it was removed', async () => {
  await using portal = await testPortal({ plugins: [manuals([])] })
  const index = indexOf(portal)
  const put = (document: SearchDocument) => portal.portal.db.write((tx) => index.put(tx, source, [document]))
  expect(await put(manual('/m/1', 'Rollback', { body: 'How to go back.' }))).toBe(1)
  expect(found(portal, 'rollback')).toEqual(['/m/1'])
  expect(await put(manual('/m/1', 'Rollback', { body: 'How to go back.' }))).toBe(0)
  expect(await put(manual('/m/1', 'Rollforward', { body: 'Never back.' }))).toBe(1)
  expect(found(portal, 'rollback')).toEqual([])
  expect(found(portal, 'never')).toEqual(['/m/1'])
  expect(await portal.portal.db.write((tx) => index.remove(tx, source, ['/m/1', '/m/2']))).toBe(1)
  expect(found(portal, 'never')).toEqual([])
})

test('what was put in a transaction that failed is not found', async () => {
  await using portal = await testPortal({ plugins: [manuals([])] })
  const failing = portal.portal.db.write((tx) => {
    indexOf(portal).put(tx, source, [manual('/m/1', 'Rollback')])
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(found(portal, 'rollback')).toEqual([])
})

test('a source that nobody contributes is refused', async () => {
  await using portal = await testPortal()
  const putting = portal.portal.db.write((tx) => indexOf(portal).put(tx, 'nobody.pages', [manual('/m/1', 'x')]))
  await expect(putting).rejects.toThrow('No plugin contributes the search source "nobody.pages"')
})

test('the catalog keeps it with its entities: added, changed, and gone with the last file', async () => {
  const sweep = { keepOrphans: '1h' } as const
  let at = new Date('2026-01-01T00:00:00Z')
  const options = { files: { 'a.yaml': described({ name: 'alpha', owner: 'x' }) }, catalog: sweep, now: () => at }
  await using portal = await testPortal(options)
  expect(found(portal, 'alpha')).toEqual(['component:default/alpha'])
  portal.write('a.yaml', described({ name: 'alpha', owner: 'x', description: 'An estuary.' }))
  await portal.crawl()
  expect(found(portal, 'estuary')).toEqual(['component:default/alpha'])
  portal.remove('a.yaml')
  await portal.crawl()
  at = new Date('2026-01-02T00:00:00Z')
  await portal.portal.db.write((tx) => portal.portal.jobs.enqueue(tx, 'catalog.sweep'))
  await portal.settled()
  expect(found(portal, 'alpha')).toEqual([])
})

/** A portal on the data of another one, which must have been closed by then. */
async function again(first: TestPortal, plugins: Plugin[], files: Record<string, string>): Promise<TestPortal> {
  await first.portal.close()
  return testPortal({ dataDir: first.dataDir, plugins, files })
}

test('another version of a source is built anew: what it no longer has is gone', async () => {
  const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => manual(`/m/${key}`, `Page ${key}`))
  await using first = await testPortal({ plugins: [manuals(before)] })
  expect(found(first, 'page')).toHaveLength(7)
  const after = [manual('/m/0', 'Page 0'), ...before.filter(({ key }) => !/[adg]$/.test(key)), manual('/m/x', 'Page x')]
  await using same = await again(first, [manuals(after)], {})
  expect(found(same, 'page')).toHaveLength(7)
  await using other = await again(same, [manuals(after, 2)], {})
  expect(found(other, 'page').toSorted()).toEqual(['/m/0', '/m/b', '/m/c', '/m/e', '/m/f', '/m/x'])
})

test('a database from before there was a search is filled at the next start, and a source that has gone is forgotten', async () => {
  const files = { 'crowd.yaml': crowd() }
  await using first = await testPortal({ files, plugins: [manuals([manual('/m/1', 'Rollback')])] })
  const all = found(first, 'cargo')
  await first.portal.db.write((tx) => {
    for (const name of ['documents', 'texts', 'index', 'terms']) tx.run(`delete from search_${name}`)
    tx.run("delete from search_sources where id <> 'manuals.pages'")
  })
  expect(found(first, 'cargo')).toEqual([])
  await using second = await again(first, [], files)
  expect(found(second, 'cargo').toSorted()).toEqual(all.toSorted())
  expect(second.portal.db.read.all('select id from search_sources')).toEqual([{ id: 'catalog.entities' }])
})
