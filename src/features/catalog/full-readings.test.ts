import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'

// Everything is read again, and of what is as it was nothing is written.

let portal: TestPortal

beforeEach(async () => {
  const files = { 'one.yaml': entity({ name: 'a' }) + entity({ name: 'b' }), 'two.yaml': entity({ name: 'c' }) }
  portal = await testPortal({ files })
  await run('create table told (ref text, id text)')
  await run(`create trigger tell_insert after insert on catalog_candidates
    begin insert into told values (new.ref, new.id); end`)
  await run(`create trigger tell_update after update on catalog_candidates
    begin insert into told values (new.ref, new.id); end`)
})
afterEach(() => portal.close())

const run = (statement: string) => portal.portal.db.write((tx) => void tx.run(sql.raw(statement)))
const all = (statement: string) => portal.portal.db.read.all(sql.raw(statement)) as unknown as Record<string, unknown>[]

async function readAll(): Promise<unknown[]> {
  const { db, jobs } = portal.portal
  const payload = { sourceId: portal.source, full: true }
  await run('delete from told')
  await db.write((tx) => jobs.enqueue(tx, 'catalog.crawl', { payload, key: 'full' }))
  await portal.settled()
  return all('select ref from told order by ref').map(({ ref }) => ref)
}

test('what is as it was is not written again', async () => {
  expect(await readAll()).toEqual([])
})

test.each([
  ['was marked as an earlier version', `update catalog_candidates set stale = 1 where ref like '%/b'`],
  ['was marked as missing', `update catalog_candidates set missing_at = 1 where ref like '%/b'`],
  [
    'says something else',
    `update catalog_candidates set entity = replace(entity, 'service', 'other') where ref like '%/b'`,
  ],
  ['stood elsewhere', `update catalog_candidates set position = 7 where ref like '%/b'`],
  ['took its values from elsewhere', `update catalog_candidates set fills = '[]' where ref like '%/b'`],
])('a document that %s is written', async (_, damage) => {
  const before = all('select * from catalog_candidates order by ref')
  await run(damage)
  expect(await readAll()).toEqual(['component:default/b'])
  expect(all('select * from catalog_candidates order by ref')).toEqual(before)
})

test('a file that was changed is written as a whole, and each document keeps its id', async () => {
  const ids = all('select ref, id from catalog_candidates order by ref')
  portal.write('one.yaml', `# changed\n${entity({ name: 'a' })}${entity({ name: 'b' })}`)
  expect(await readAll()).toEqual(['component:default/a', 'component:default/b'])
  expect(all('select ref, id from catalog_candidates order by ref')).toEqual(ids)
})
