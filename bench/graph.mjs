#!/usr/bin/env node
// Measures the page of the graph on generated catalogs and prints one JSON object: node bench/graph.mjs [--runs 5]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { writeCatalog } from './catalog.mjs'
import { startServer } from './server.mjs'

const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '5' } } })
const runs = Number(options.runs)
/** Components of the catalog; the graph from one of them meets nearly twice as many entities, or 500. */
const sizes = { nodes100: 55, nodes300: 166, capped: 1000 }
/** Graphs that differ only in their size of nodes or direction are different plans: none is remembered for another. */
const directions = ['LR', 'RL', 'TB', 'BT']
const temporary = mkdtempSync(join(tmpdir(), 'callboard-bench-'))

try {
  const result = { node: process.version, load: loadavg()[0] }
  for (const [name, components] of Object.entries(sizes)) result[name] = await measure(name, components)
  console.log(JSON.stringify(result, undefined, 2))
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

async function measure(name, components) {
  const folder = join(temporary, name)
  const catalog = join(folder, 'catalog')
  mkdirSync(folder)
  const expected = writeCatalog(catalog, { components })
  const config = join(folder, 'portal.config.ts')
  writeFileSync(config, configOf(catalog))
  const server = await startServer({ config, dataDir: join(folder, 'data'), log: join(folder, 'log') })
  await server.until('complete', () => isComplete(server, expected), { every: 50 })
  const path = `/catalog-graph?rootEntityRefs[]=${await someComponent(server)}&maxDepth=all&direction=`
  await server.get('/catalog-graph')
  // The worker that read the catalog has gone when its time is over.
  await server.until('alone', async () => isAlone(server), { every: 100, deadline: 60_000 })
  const alone = server.memory()
  const cold = await timed(server, `${path}LR`)
  const warm = []
  for (const direction of directions.slice(1)) warm.push((await timed(server, path + direction)).ms)
  const remembered = []
  for (let run = 0; run < runs; run++) remembered.push((await timed(server, `${path}LR`)).ms)
  const drawing = server.memory()
  await server.until('alone again', async () => isAlone(server), { every: 200, deadline: 60_000 })
  const memoryMiB = { before: alone?.rss, while: drawing?.rss, after: server.memory()?.rss }
  await server.stop()
  return { shown: cold.shown, coldMs: cold.ms, warmMs: warm, rememberedMs: middle(remembered), memoryMiB }
}

function configOf(catalog) {
  return `import { defineConfig } from 'callboard'
import { catalog, folderProvider } from 'callboard/features'
export default defineConfig({ limits: { rate: false },
  title: 'Bench',
  plugins: [catalog({ providers: [folderProvider({ path: ${JSON.stringify(catalog)}, watch: false, paths: ['all.yaml'] })] })],
})
`
}

async function isComplete(server, expected) {
  const body = await server.metrics()
  const counts = Array.from(body.matchAll(/^callboard_catalog_entities\{.*\} (\d+)$/gm), ([, count]) => Number(count))
  const isQuiet = /^callboard_crawls_running 0$/m.test(body)
  return isQuiet && counts.reduce((sum, count) => sum + count, 0) >= expected
}

function isAlone(server) {
  return !server.memory()?.processes.some((one) => /worker\.mjs|max-old-space/.test(one))
}

async function someComponent(server) {
  const { body } = await server.get('/catalog.json?kind=component')
  const { metadata } = JSON.parse(body)[0]
  return `component:${metadata.namespace ?? 'default'}/${metadata.name}`
}

async function timed(server, path) {
  const start = performance.now()
  const { status, body } = await server.get(path)
  const ms = Math.round(performance.now() - start)
  const shown = /[\d,]+ entities and [\d,]+ relations/.exec(body)?.[0]
  if (status !== 200 || !body.includes('class="graph"')) throw new Error(`${path} answered ${status} and no picture`)
  await setTimeout(20)
  return { ms, shown }
}

function middle(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
