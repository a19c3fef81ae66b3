import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { replaceBlock, tableOf } from './table.mjs'

const rated = { perSecond: 1234.5, spread: '1200–1300', p50Ms: 0.81, p95Ms: 1.26, p99Ms: 12.6 }
const memory = { rss: 150.4, pss: 120.6 }
const size = (entities) => ({
  entities,
  start: { listeningMs: 812, readyMs: 912 },
  completeAfterReadyMs: 12_345,
  secondStart: { firstPageMs: 700, memoryMiB: memory },
  crawl: { nothingNew: { ms: 31 }, complete: { ms: 2100 } },
  push: { medianMs: 240, runs: [310, 240, 220] },
  memoryMiB: { peak: memory, afterReading: memory, afterRest: memory, afterLoad: memory, afterAll: memory },
  idleCpuPercent: 0.31,
  databaseMiB: 44.04,
  pages: {
    home: { bytes: 20_000, gzipBytes: 4_100 },
    list: { bytes: 90_000, gzipBytes: 9_000, ...rated, at10: rated },
    entity: { bytes: 30_000, gzipBytes: 6_000, ...rated, at10: rated },
  },
  varied: { entity: rated, filtered: { ...rated, perSecond: 61.27 }, text: rated, tagFacets: rated },
  duringCrawl: { list: rated, entity: rated, entityAt10: rated, paced: { ...rated, requests: 450, maxMs: 48 } },
  export: { milliseconds: 1500, bytes: 2_340_000 },
})
const machine = { node: 'v24.1.0', cpus: 2, load: 0.25 }
const crawl = { ms: 6100, cpuMs: 7000, hostCpuMs: 2500, requests: 1015 }
const git = {
  repositories: 500,
  entities: 645,
  firstCrawl: { ...crawl, completeAfterReadyMs: 61_200, completeCpuMs: 60_000 },
  nothingNew: crawl,
  threeChanged: crawl,
  duringCrawl: { ms: 6400, page: { ...rated, perSecond: 25, requests: 160, maxMs: 44.6 }, list: rated, entity: rated },
  push: { medianMs: 400, maxMs: 520 },
  pages: { list: rated, entity: rated },
  idleCpuPercent: 0.2,
  memoryMiB: { peak: memory, afterRest: memory },
}

const rowOf = (table, start) => table.split('\n').find((line) => line.startsWith(`| ${start}`))

test('each size has a column, and Backstage stands beside them', () => {
  const table = tableOf({ machine, sizes: [size(2100), size(21_000)] })
  expect(table).toContain('Node 24.1.0, 2 processors, load 0.3 when it began.')
  expect(table).toContain('| | 2 100 entities | 21 000 entities | Backstage 1.55, 21 007 entities |')
  expect(rowOf(table, 'Complete after ready')).toBe('| Complete after ready | 12.3 s | 12.3 s | 226 s |')
  expect(rowOf(table, 'A changed file')).toContain('0.24 s (0.22 s–0.31 s)')
  expect(rowOf(table, 'Memory at the peak')).toContain('| 121 MiB (RSS 150) |')
  expect(rowOf(table, 'List page, sent')).toContain('9.0 kB (90.0 kB unpacked)')
  expect(rowOf(table, 'Filtered list')).toContain('61.3/s (1200–1300); 0.8, 1.3, 13 ms')
  expect(rowOf(table, 'Pages at fixed times')).toContain('450 at 1234.5/s; 0.8, 1.3, 13 ms, at most 48 ms')
})

test('every row has as many cells as its head, and nothing that is no figure', () => {
  const table = tableOf({ machine, sizes: [size(2100), size(21_000)], git })
  expect(table).not.toMatch(/undefined|NaN|null|\[object/)
  for (const block of table.split('\n\n').filter((part) => part.startsWith('|'))) {
    const cells = block.split('\n').map((line) => line.split('|').length)
    expect(new Set(cells).size).toBe(1)
  }
})

test('what was not measured is left out', () => {
  const { push: _push, varied: _varied, ...given } = size(2100)
  const table = tableOf({ machine, sizes: [given] })
  expect(rowOf(table, 'A changed file')).toBe('| A changed file is on the page after | – | |')
  expect(rowOf(table, 'Text filter')).toBeUndefined()
  expect(table).not.toContain('repositories')
  expect(tableOf({ machine, sizes: [], git })).not.toContain('Backstage')
})

test('crawls of repositories say what they asked of the host', () => {
  const table = tableOf({ machine, sizes: [], git })
  expect(table).toContain('### 500 Git repositories')
  expect(rowOf(table, 'First crawl')).toBe('| First crawl, after ready | 61.2 s | 60.0 s, 2.50 s | 1 015 requests |')
})

test('sign-in is told as a share of the rate without it', () => {
  const access = { entities: 2100, without: rated, with: rated, share: 0.97, shares: [0.97, 0.954, 1.01] }
  const table = tableOf({ machine, sizes: [], access })
  expect(table).toContain('### Sign-in')
  expect(rowOf(table, 'Share of the rate')).toBe('| Share of the rate, turn by turn | 0.97 (0.95–1.01) |')
})

test('rules are told as a share of the rate without them, and by how soon others hold', () => {
  const page = { without: rated, with: rated, share: 0.81, shares: [0.81, 0.7, 0.954] }
  const rules = {
    entities: 21_000,
    visible: 18_861,
    pages: { list: page, filtered: page, text: page },
    memoryMiB: { without: { rss: 170, pss: 130 }, with: { rss: 172, pss: 131 } },
    change: { sameMs: 1300, otherMs: 1620, othersMs: [1620] },
  }
  const table = tableOf({ machine, sizes: [], rules })
  expect(table).toContain('### Rules')
  expect(rowOf(table, 'Text filter')).toMatch(/\| 0\.81 \(0\.70–0\.95\) \|$/)
  expect(rowOf(table, 'From the start')).toBe(
    '| From the start until pages are there | 1.30 s | 1.62 s after a change of the rules | |',
  )
})

test('only what stands between the two lines is replaced', () => {
  const page = 'Before\n\n<!-- bench:begin -->\n\nold\n\n<!-- bench:end -->\n\nAfter\n'
  const once = replaceBlock(page, 'new $& table')
  expect(once).toBe('Before\n\n<!-- bench:begin -->\n\nnew $& table\n\n<!-- bench:end -->\n\nAfter\n')
  expect(replaceBlock(once, 'new $& table')).toBe(once)
  expect(() => replaceBlock('Before', 'x')).toThrow('has no lines')
})

test('the page of the documentation has a place for it', () => {
  const page = readFileSync(fileURLToPath(new URL('../docs/performance.md', import.meta.url)), 'utf8')
  expect(replaceBlock(page, 'new table')).toContain('new table')
})
