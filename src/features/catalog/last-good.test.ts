import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Entity } from '../../api/entity.ts'
import { definePlugin } from '../../api/plugin.ts'
import { type TestPortal, type TestPortalOptions, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'

// A definition that cannot be read or used any more leaves its last good version in the catalog, with what is wrong.

let portal: TestPortal
const start = async (files: Record<string, string>, options: TestPortalOptions = {}) => {
  portal = await testPortal({ files, ...options })
}
afterEach(() => portal.close())

const all = <T>(statement: string) => portal.portal.db.read.all(statement) as unknown as T[]
const rows = () =>
  all('select name, stale, errors, orphaned_at is not null as orphan from catalog_entities order by name')
const page = (name: string) => portal.get(`/catalog/default/component/${name}`)
const exported = async (name: string) =>
  (await portal.get('/catalog.json?kind=all')).json<Entity[]>().find(({ metadata }) => metadata.name === name)

test('a file that has become too large to be read keeps its entities, and their pages say why', async () => {
  await start({ 'a.yaml': entity({ name: 'a' }), 'b.yaml': entity({ name: 'b' }) }, { catalog: { maxFileBytes: 1000 } })
  portal.write('a.yaml', `${entity({ name: 'a', description: 'Newer' })}# ${'x'.repeat(2000)}\n`)
  await portal.crawl()
  expect(rows()).toEqual([
    { name: 'a', stale: 1, errors: 1, orphan: 0 },
    { name: 'b', stale: 0, errors: 0, orphan: 0 },
  ])
  const { text } = await page('a')
  expect(text).toContain('"a.yaml" is larger than 1000 bytes')
  expect(text).toContain('last good version')
  expect((await exported('a'))?.metadata.description).toBeUndefined()
  expect((await page('b')).text).not.toContain('larger than')
  expect((await portal.get('/catalog?problems=error')).region('catalog-count').text).toContain('1')
  expect((await exported('a'))?.status).toEqual({
    items: [
      {
        type: 'backstage.io/catalog-processing',
        level: 'error',
        message: 'InputError: "a.yaml" is larger than 1000 bytes',
        error: { name: 'InputError', message: '"a.yaml" is larger than 1000 bytes' },
      },
    ],
  })
  expect((await portal.get('/catalog/default/component/a/source?form=json')).text).toContain('catalog-processing')
  portal.write('a.yaml', entity({ name: 'a', description: 'Mended' }))
  await portal.crawl()
  expect((await page('a')).text).toContain('Mended')
  expect((await page('a')).text).not.toMatch(/larger than|last good version/)
  expect(rows()).toMatchObject([{ stale: 0, errors: 0 }, {}])
  expect(await exported('a')).not.toHaveProperty('status')
})

test('a mistake in a new version is the status of the last good one', async () => {
  await start({ 'a.yaml': entity({ name: 'a' }) })
  portal.write('a.yaml', entity({ name: 'a', spec: { type: 7 } }))
  await portal.crawl()
  expect((await exported('a'))?.spec?.type).toBe('service')
  expect((await exported('a'))?.status?.items).toMatchObject([
    { level: 'error', message: 'InputError: spec.type must be a text, but it is the number 7' },
  ])
})

test('a file that is gone while a Location must lead to it keeps what it defined, and what that led to', async () => {
  const location = (name: string, spec: object) => entity({ kind: 'Location', name, spec })
  await start(
    {
      'catalog-info.yaml': location('all', { targets: ['./sub/more.yaml', './a.yaml'] }),
      'sub/more.yaml': location('more', { target: './b.yaml' }) + entity({ name: 'c' }),
      'sub/b.yaml': entity({ name: 'b' }),
      'a.yaml': entity({ name: 'a' }),
    },
    { paths: ['catalog-info.yaml'] },
  )
  await rename(join(portal.folder, 'sub/more.yaml'), join(portal.folder, 'sub/away.yaml'))
  await portal.crawl()
  expect(rows()).toMatchObject([
    { name: 'a', stale: 0, orphan: 0 },
    { name: 'all', stale: 0, orphan: 0, errors: 1 },
    { name: 'b', stale: 0, orphan: 0 },
    { name: 'c', stale: 1, orphan: 0, errors: 1 },
    { name: 'more', stale: 1, orphan: 0 },
  ])
  expect((await page('c')).text).toContain(
    'sub/more.yaml is not there any more, and location:default/all still names it',
  )
  await portal.crawl()
  expect(rows()).toHaveLength(5)
  portal.write('catalog-info.yaml', location('all', { targets: ['./a.yaml'] }))
  await portal.crawl()
  expect(rows()).toMatchObject([{ orphan: 0 }, { orphan: 0 }, { orphan: 1 }, { orphan: 1 }, { orphan: 1 }])
})

test('a file that is gone and need not be there leaves orphans', async () => {
  await start(
    {
      'catalog-info.yaml': entity({
        kind: 'Location',
        name: 'all',
        spec: { target: './a.yaml', presence: 'optional' },
      }),
      'a.yaml': entity({ name: 'a' }),
    },
    { paths: ['catalog-info.yaml'] },
  )
  portal.remove('a.yaml')
  await portal.crawl()
  expect(rows()).toMatchObject([{ name: 'a', orphan: 1 }, {}])
})

test('a processor that fails keeps out the entity that it failed on, and no other', async () => {
  const fussy = definePlugin({
    name: 'fussy',
    apiVersion: 1,
    processors: [
      {
        id: 'budget',
        prepare(one) {
          if (one.metadata.name === 'bad') throw new Error('A budget is a number')
          return one
        },
      },
    ],
  })
  await start({ 'a.yaml': entity({ name: 'bad' }) + entity({ name: 'good' }) }, { plugins: [fussy] })
  expect(rows()).toMatchObject([{ name: 'good' }])
  expect(all("select code, ref, message from catalog_problems where severity = 'error'")).toEqual([
    {
      code: 'processing-failed',
      ref: 'component:default/bad',
      message: 'The processor budget failed: A budget is a number',
    },
  ])
})
