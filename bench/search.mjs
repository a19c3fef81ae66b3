#!/usr/bin/env node
// Measures search on a generated catalog and further documents, and prints one JSON object. Times are those of one kept
// connection that asks for compressed pages, as browsers do, until the last byte has come; `cpuMs` is what the portal
// took for each answer.
// node bench/search.mjs [--components 10000] [--catalog DIR] [--documents 20000] [--queries 400]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { countEntities, writeCatalog } from './catalog.mjs'
import { round } from './load.mjs'
import { startServer } from './server.mjs'

const { values: options } = parseArgs({
  options: {
    components: { type: 'string', default: '10000' },
    catalog: { type: 'string' },
    documents: { type: 'string', default: '20000' },
    queries: { type: 'string', default: '400' },
  },
})
const [components, documents, queries] = [options.components, options.documents, options.queries].map(Number)
// fetch takes half as long as many an answer, for itself.
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
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
  const config = writeConfig(catalog)
  const dataDir = join(temporary, 'data')
  mkdirSync(dataDir)
  const server = await startServer({ config, dataDir, log: join(temporary, 'log') })
  await server.until('listening', async () => (await server.get('/healthz')).status > 0)
  await server.until('complete', () => isComplete(server, expected + documents), { every: 100 })
  const names = await namesOf(server)
  const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model, load: loadavg()[0] }
  const result = { machine, entities: expected, documents }
  for (const [kind, texts] of Object.entries(queriesOf(names))) {
    result[kind] = {
      page: await time(server, texts, (text) => `/search?${new URLSearchParams({ query: text })}`),
      palette: await time(server, texts, (text) => `/search/palette?${new URLSearchParams({ query: text })}`),
    }
  }
  result.memoryMiB = server.memory()
  agent.destroy()
  await server.stop()
  return result
}

function writeConfig(catalog) {
  const file = join(temporary, 'portal.config.ts')
  writeFileSync(
    file,
    `import { definePlugin, defineConfig } from 'callboard'
import { catalog, folderProvider } from 'callboard/features'
import { documents } from './documents.mjs'
const manuals = definePlugin({
  name: 'manuals',
  apiVersion: 1,
  permissions: { 'manuals.read': { on: 'portal', description: 'Read.' } },
  searchSources: [{
    id: 'pages',
    title: 'Manuals',
    permission: 'manuals.read',
    sections: [{ id: 'manuals', title: 'Manuals', icon: 'book' }],
    list: ({ after }) => documents(${documents}, after),
  }],
})
export default defineConfig({ limits: { rate: false },
  title: 'Bench',
  plugins: [
    catalog({ providers: [folderProvider({ path: ${JSON.stringify(catalog)}, paths: ['all.yaml'], watch: false })] }),
    manuals,
  ],
})
`,
  )
  writeFileSync(
    join(temporary, 'documents.mjs'),
    `const words = ${JSON.stringify(vocabulary())}
let seed = 7
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647
// Few words are frequent and many are seldom.
const word = () => words[Math.floor(words.length * random() ** 3)]
const text = (length) => Array.from({ length }, word).join(' ')
export function documents(count, after) {
  const first = after === undefined ? 0 : Number(after.slice(-6)) + 1
  const numbers = Array.from({ length: Math.min(400, count - first) }, (_, at) => first + at)
  return {
    more: first + 400 < count,
    documents: numbers.map((number) => ({
      key: '/manuals/' + String(number).padStart(6, '0'),
      url: '/manuals/' + number,
      title: 'How to ' + text(3) + ' ' + number,
      section: 'manuals',
      icon: 'book',
      heading: text(6),
      body: text(150),
    })),
  }
}
`,
  )
  return file
}

function vocabulary() {
  const starts = [
    'de',
    'pay',
    'ro',
    'ser',
    'con',
    'mo',
    'tra',
    'lo',
    're',
    'quo',
    'bal',
    'in',
    'pro',
    'ka',
    'ven',
    'su',
  ]
  const ends = ['ploy', 'ment', 'ute', 'vice', 'fig', 'nitor', 'cer', 'gin', 'lease', 'ta', 'ance', 'dex', 'xy', 'sto']
  const middles = ['', 'li', 'no', 'ra', 'te', 'ko', 'mi', 'sa', 'du', 'pe', 'vo', 'ce', 'ni', 'fu']
  return starts.flatMap((start) => middles.flatMap((middle) => ends.map((end) => start + middle + end)))
}

async function isComplete(server, expected) {
  const body = await server.metrics()
  const found = [...body.matchAll(/^callboard_search_documents\{[^}]*\} (\d+)/gm)].map(([, number]) => Number(number))
  return found.reduce((sum, number) => sum + number, 0) >= expected && /^callboard_crawls_running 0$/m.test(body)
}

async function namesOf(server) {
  const { body } = await server.get('/catalog.json?kind=all')
  const { entities = JSON.parse(body) } = JSON.parse(body)
  const all = entities.map(({ metadata }) => metadata.name)
  return Array.from({ length: queries }, (_, at) => all[Math.floor((at * all.length) / queries)])
}

function queriesOf(names) {
  return {
    names,
    typing: names.slice(0, Math.ceil(names.length / 8)).flatMap((name) => {
      return Array.from({ length: Math.min(name.length, 10) }, (_, at) => name.slice(0, at + 1))
    }),
    misspelt: names.map((name) => name.replace(/^(...)(.)/, '$1')),
    words: names.map((name, at) =>
      [name.split('-')[0], name.split('-').at(-1)?.slice(0, 3), 'monicer'].slice(0, 1 + (at % 3)).join(' '),
    ),
    filtered: names.map((name, at) => `kind:${['component', 'api', 'resource'][at % 3]} ${name.split('-')[0]}`),
  }
}

async function time(server, texts, pathOf) {
  const taken = []
  const spent = server.cpu()
  for (const text of texts) {
    const before = performance.now()
    const status = await statusOf(server.url + pathOf(text))
    if (status !== 200) throw new Error(`${pathOf(text)} answered ${status}`)
    taken.push(performance.now() - before)
  }
  const cpuMs = round((server.cpu() - spent) / taken.length)
  taken.sort((a, b) => a - b)
  const at = (share) => round(taken[Math.min(taken.length - 1, Math.floor(taken.length * share))])
  return { requests: taken.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1), cpuMs }
}

/** Reads all of it and unpacks nothing. */
function statusOf(url) {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, headers: { 'accept-encoding': 'gzip' } }, (response) => {
      response.on('error', reject)
      response.on('end', () => resolve(response.statusCode))
      response.resume()
    })
    request.on('error', reject)
  })
}
