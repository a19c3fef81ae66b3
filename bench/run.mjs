#!/usr/bin/env node
// Measures this tree on a generated catalog and prints one JSON object:
// npm run bench -- [--components 1000] [--catalog DIR] [--runs 3] [--seconds 8] [--json]
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import autocannon from 'autocannon'
import { countEntities, writeCatalog } from './catalog.mjs'
import { startServer } from './server.mjs'

const { values: options } = parseArgs({
  options: {
    components: { type: 'string', default: '1000' },
    catalog: { type: 'string' },
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
  },
})
const [components, runs, seconds] = [options.components, options.runs, options.seconds].map(positive)
const say = options.json ? () => undefined : (line) => console.error(line)
const temporary = mkdtempSync(join(tmpdir(), 'callboard-bench-'))

try {
  console.log(JSON.stringify(await measure(), undefined, 2))
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

async function measure() {
  const catalog = options.catalog ? resolve(options.catalog) : join(temporary, 'catalog')
  if (!options.catalog) writeCatalog(catalog, { components })
  const expected = countEntities(catalog)
  const files = { config: writeConfig(catalog), dataDir: join(temporary, 'data'), log: join(temporary, 'log') }
  mkdirSync(files.dataDir)
  const load = loadavg()[0]

  say(`${expected} entities; first start`)
  const first = await startServer(files)
  const result = {
    machine: { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model, load },
    entities: expected,
    ...(await firstStart(first, expected)),
  }
  const entityPath = await findEntity(first)
  result.pages = {
    list: await throughput(first, '/catalog'),
    entity: await throughput(first, entityPath),
  }
  result.export = await timeExport(first)
  result.memoryMiB.afterLoad = first.memory()
  result.stopMs = round(await first.stop())
  result.databaseMiB = databaseSize(files.dataDir)

  say('second start')
  const second = await startServer(files)
  const { after } = await second.until('answering', () => answers(second, '/catalog'))
  result.secondStart = { firstPageMs: round(after) }
  await second.until('idle', () => isComplete(second, expected), { every: 25 })
  result.secondStart.memoryMiB = second.memory()
  await second.stop()
  return result
}

async function firstStart(server, expected) {
  const listening = await server.until('listening', async () => (await server.get('/healthz')).status > 0)
  const ready = await server.until('ready', () => answers(server, '/readyz'))
  const complete = await server.until('complete', () => isComplete(server, expected), { every: 25 })
  return {
    start: { listeningMs: round(listening.after), readyMs: round(ready.after) },
    completeAfterReadyMs: round(complete.after - ready.after),
    memoryMiB: { afterReading: server.memory() },
  }
}

async function isComplete(server, expected) {
  const { body } = await server.get('/metrics')
  const read = samples(body, 'callboard_catalog_entities').filter(({ labels }) => !/kind="location"/i.test(labels))
  const running = samples(body, 'callboard_crawls_running')
  const sum = (list) => list.reduce((total, { value }) => total + value, 0)
  return sum(read) === expected && running.length > 0 && sum(running) === 0
}

function samples(text, name) {
  const lines = text.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)`, 'gm'))
  return [...lines].map(([, labels = '', value]) => ({ labels, value: Number(value) }))
}

async function answers(server, path) {
  return (await server.get(path)).status === 200
}

async function findEntity(server) {
  const { body } = await server.get('/catalog')
  const path = /href="(\/catalog\/[^/"?]+\/component\/[^/"?]+)"/.exec(body)?.[1]
  if (!path) throw new Error('The list page links to no component.')
  return path
}

async function throughput(server, path) {
  const warmUp = Math.min(2, seconds)
  await fire(server.url + path, warmUp)
  const measured = []
  for (let run = 0; run < runs; run++) {
    const { requests, latency } = await fire(server.url + path, seconds)
    measured.push({ perSecond: requests.mean, p50Ms: latency.p50, p99Ms: latency.p99 })
    say(`${path}: ${requests.mean}/s`)
  }
  const rates = measured.map((run) => run.perSecond).sort((a, b) => a - b)
  const median = rates[Math.floor(rates.length / 2)]
  const spread = `${rates.at(0)}–${rates.at(-1)}`
  const { body } = await server.get(path)
  return { path, bytes: Buffer.byteLength(body), perSecond: median, spread, runs: measured }
}

async function fire(url, duration) {
  const result = await autocannon({ url, connections: 1, duration })
  if (result.errors > 0 || result.non2xx > 0 || result['2xx'] === 0) {
    throw new Error(
      `${url} answered ${result.non2xx} times with another status than 2xx, with ${result.errors} errors.`,
    )
  }
  return result
}

async function timeExport(server) {
  const start = performance.now()
  const { status, body } = await server.get('/catalog.json')
  if (status !== 200) throw new Error(`/catalog.json answered ${status}.`)
  JSON.parse(body)
  return { milliseconds: round(performance.now() - start), bytes: Buffer.byteLength(body) }
}

function writeConfig(catalog) {
  const file = join(temporary, 'portal.config.ts')
  const provider = `folderProvider({ path: ${JSON.stringify(catalog)}, paths: ['all.yaml'] })`
  writeFileSync(
    file,
    `import { defineConfig } from 'callboard'
import { catalog, folderProvider } from 'callboard/features'
export default defineConfig({ title: 'Bench', plugins: [catalog({ providers: [${provider}] })] })
`,
  )
  return file
}

function databaseSize(folder) {
  const bytes = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(db|sqlite3?)(-wal|-shm)?$/.test(entry.name))
    .reduce((sum, entry) => sum + statSync(join(folder, entry.name)).size, 0)
  return round(bytes / 1024 / 1024)
}

function positive(text) {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`"${text}" is not a number above zero.`)
  return value
}

function round(value) {
  return Math.round(value * 10) / 10
}
