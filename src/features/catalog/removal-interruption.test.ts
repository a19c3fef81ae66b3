import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { crawlerRef } from './crawler.ts'
import { entity } from './fixtures/shop.ts'

// A crawl dies after each of its transactions in turn. What it left is whole, and the next crawl
// completes it: what is held stays held, what may go has gone, and nothing goes that nobody decided about.

const few = 30
const name = (at: number) => `c-${String(at).padStart(2, '0')}`
const documents = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => entity({ name: `${prefix}-${at}` })).join('')

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ files: { 'big.yaml': documents('big', 450) } })
})
afterAll(() => portal.close())

beforeEach(async () => {
  for (let at = 0; at < few; at++) portal.write(`${name(at)}.yaml`, entity({ name: name(at) }))
  portal.write('big.yaml', documents('big', 450))
  await crawl()
  expect(state()).toEqual({ orphans: 0, held: 0, missing: 0, unsettled: 0, files: few + 1 })
})

const crawler = () => portal.portal.services.use(crawlerRef, 'a test')
const crawl = () => crawler().crawl(portal.source, () => undefined, new AbortController().signal)

/** A crawl in a process that dies after so many writes. @returns whether it came to its end before */
async function crawlUntil(writes: number): Promise<boolean> {
  const { db } = portal.portal
  const write = db.write
  let left = writes
  db.write = (work) => (left-- > 0 ? write(work) : Promise.reject(new Error('The process is dead')))
  try {
    return await crawl().then(
      () => true,
      () => false,
    )
  } finally {
    db.write = write
  }
}

const number = (query: string) => (portal.portal.db.read.get(query) as unknown as { n: number }).n
const state = () => ({
  orphans: number('select count(*) as n from catalog_entities where orphaned_at is not null'),
  held: number('select coalesce(sum(count), 0) as n from catalog_removals'),
  missing: number('select count(*) as n from catalog_candidates where missing_at is not null'),
  unsettled: number('select count(*) as n from catalog_sources where not settled'),
  files: number('select count(*) as n from catalog_files'),
})
const vanish = () => {
  for (let at = 0; at < few - 1; at++) portal.remove(`${name(at)}.yaml`)
  portal.write('big.yaml', documents('big', 200))
}

/** Dies after no write, one, two and so on, until the crawl lives to its end. @returns how many deaths there were */
async function atEachWrite(prepare: () => Promise<void>, check: () => void, after: () => Promise<void>) {
  let writes = 0
  for (; writes < 60; writes++) {
    await prepare()
    const isOver = await crawlUntil(writes)
    check()
    await after()
    if (isOver) return writes
    for (let at = 0; at < few; at++) portal.write(`${name(at)}.yaml`, entity({ name: name(at) }))
    portal.write('big.yaml', documents('big', 450))
    await crawl()
    expect(state()).toMatchObject({ orphans: 0, held: 0, missing: 0 })
  }
  throw new Error('The crawl never came to its end')
}

describe('dying after each write', () => {
  test('of a crawl that holds: nothing has gone, and the next one asks', async () => {
    const deaths = await atEachWrite(
      async () => vanish(),
      () => expect(state().orphans).toBe(0),
      async () => {
        await crawl()
        expect(state()).toMatchObject({ orphans: 0, held: 279, missing: 279, unsettled: 0 })
      },
    )
    expect(deaths).toBeGreaterThan(5)
  })

  test('of the crawl that carries out a decision: the next one completes it', async () => {
    const root = { id: 'root', kind: 'user', name: 'Root', groups: [] } as const
    const deaths = await atEachWrite(
      async () => {
        vanish()
        await crawl()
        const [removal] = await crawler().removals()
        await portal.portal.jobs.settled()
        const set = removal?.digest ?? ''
        // Decided in a process whose jobs do not run: it is the crawls below that carry it out.
        const { jobs } = portal.portal
        const enqueue = jobs.enqueue
        jobs.enqueue = async () => 'none'
        await crawler().decide(root, portal.source, { decision: 'apply', set }, 'request')
        jobs.enqueue = enqueue
      },
      () => {
        const { orphans, missing } = state()
        expect(orphans + missing).toBe(279)
      },
      async () => {
        await crawl()
        expect(state()).toEqual({ orphans: 279, held: 0, missing: 0, unsettled: 0, files: 2 })
      },
    )
    expect(deaths).toBeGreaterThan(5)
  })
})
