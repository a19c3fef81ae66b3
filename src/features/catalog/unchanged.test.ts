import { afterEach, beforeEach, expect, test } from 'vitest'
import { PortalError } from '../../api/errors.ts'
import { definePlugin } from '../../api/plugin.ts'
import type { Provider } from '../../api/provider.ts'
import type { SourceTree, TreeEntry } from '../../api/source-tree.ts'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { type CatalogChanged, catalogChanged } from './contract.ts'
import { entity } from './fixtures/shop.ts'
import { catalog } from './index.ts'

// A source whose revision is the one that was read to its end is not even listed.

let portal: TestPortal
let files: Record<string, string>
let revision: string
let listings: number
let failure: PortalError | undefined

beforeEach(() => {
  files = { 'a.yaml': entity({ name: 'a' }) }
  revision = 'one'
  listings = 0
  failure = undefined
})
afterEach(() => portal.close())

const tree = (): SourceTree => {
  const now = { ...files }
  const entries = Object.entries(now).map(([path, text]): TreeEntry => ({ path, blob: text, size: text.length }))
  return {
    revision,
    list: async () => {
      listings++
      return entries
    },
    read: async (path) => {
      const text = now[path]
      if (text === undefined || text === 'unreadable') throw new PortalError('not_found', `${path} is away`)
      return Buffer.from(text)
    },
    stat: async (path) => entries.find((entry) => entry.path === path),
  }
}

const provider = (paths = ['*.yaml']): Provider => ({
  id: 'memory:one',
  title: 'Memory',
  type: 'memory',
  paths,
  open: async () => {
    if (failure) throw failure
    return tree()
  },
  locationOf: (path) => `memory:${path}`,
})

const start = async (options: Parameters<typeof catalog>[0] = {}, paths?: string[], dataDir?: string) => {
  const plugins = [catalog({ ...options, providers: [provider(paths)] })]
  portal = await testPortal({ plugins, ...(dataDir && { dataDir }) })
}
const state = async () => (await portal.get('/catalog/sources')).region('catalog-sources').text

test('what is kept for pages stays, and pages of sources are told', async () => {
  const events: CatalogChanged[] = []
  const listener = definePlugin({
    name: 'listener',
    apiVersion: 1,
    setup: (ctx) => void ctx.on(catalogChanged, (event) => void events.push(event)),
  })
  portal = await testPortal({ plugins: [catalog({ providers: [provider()] }), listener] })
  const before = events.at(-1)?.generation
  const told = events.length
  await portal.crawl()
  expect(events.length).toBeGreaterThan(told)
  expect(events.at(-1)?.generation).toBe(before)
  files['b.yaml'] = entity({ name: 'b' })
  revision = 'two'
  await portal.crawl()
  expect(events.at(-1)?.generation).toBeGreaterThan(before ?? 0)
  expect((await portal.get('/catalog')).text).toContain('b')
})

test('reading everything again tells pages of what is another, and of nothing else', async () => {
  const events: CatalogChanged[] = []
  const listener = definePlugin({
    name: 'listener',
    apiVersion: 1,
    setup: (ctx) => void ctx.on(catalogChanged, (event) => void events.push(event)),
  })
  files['b.yaml'] = entity({ name: 'b' })
  portal = await testPortal({ plugins: [catalog({ providers: [provider()] }), listener] })
  const readAll = async () => {
    events.length = 0
    const { db, jobs } = portal.portal
    const payload = { sourceId: 'memory:one', full: true }
    await db.write((tx) => jobs.enqueue(tx, 'catalog.crawl', { payload, key: 'memory:one full' }))
    await portal.settled()
    return events.flatMap(({ refs, shown }) => [refs, shown].flat())
  }
  expect(await readAll()).toEqual([])
  // Another text that says the same: lines may be others.
  files['b.yaml'] = `# moved\n${files['b.yaml']}`
  expect(await readAll()).toEqual(['component:default/b'])
})

test('it is listed once, and again when it has changed', async () => {
  await start()
  expect(listings).toBe(1)
  await portal.crawl()
  await portal.crawl()
  expect(listings).toBe(1)
  files['b.yaml'] = entity({ name: 'b' })
  revision = 'two'
  await portal.crawl()
  expect(listings).toBe(2)
  expect((await portal.get('/catalog/default/component/b')).status).toBe(200)
})

test('after an error it is listed once, for what is left out of it to be told again', async () => {
  await start()
  failure = new PortalError('upstream', 'The host is away')
  await portal.crawl()
  expect(await state()).toContain('The host is away')
  failure = undefined
  await portal.crawl()
  expect(await state()).not.toContain('The host is away')
  expect(await state()).not.toContain('failed')
  expect(listings).toBe(2)
  await portal.crawl()
  expect(listings).toBe(2)
})

test('a file that could not be read is asked for again', async () => {
  files['b.yaml'] = 'unreadable'
  await start()
  await portal.crawl()
  expect(listings).toBe(2)
})

test('a source without files is listed once by each process', async () => {
  files = {}
  await start()
  await portal.crawl()
  expect(listings).toBe(1)
})

test('a crawl that was cut short is made again', async () => {
  await start()
  await portal.portal.db.write((tx) => tx.run("update catalog_sources set settled = 0, state = 'reading'"))
  await portal.crawl()
  expect(listings).toBe(2)
})

test.each([
  ['nothing', {}, undefined, 1],
  ['the globs', {}, ['*.yaml', 'more/*.yaml'], 2],
  ['the limits', { maxFileBytes: 50_000 }, undefined, 2],
])('after a restart with %s changed it is read as often as it must be', async (_, options, paths, times) => {
  await start()
  await portal.portal.close()
  const { dataDir, close } = portal
  await start(options, paths, dataDir)
  expect(listings).toBe(times)
  await close()
})
