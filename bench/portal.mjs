// What both measurements need of a portal: its configuration, its metrics, its pages.
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { round } from './load.mjs'

/** @param {string} options of `catalog()`, as TypeScript */
export function writeConfig(folder, options, outbound = '{}') {
  const file = join(folder, 'portal.config.ts')
  writeFileSync(
    file,
    `import { defineConfig, secret } from 'callboard'
import { catalog, folderProvider, gitProvider } from 'callboard/features'
export default defineConfig({ title: 'Bench', outbound: ${outbound}, limits: { rate: false }, plugins: [catalog(${options})] })
`,
  )
  return file
}

/** Waits for a first start to be over. @returns the times until then, and the peak of its memory */
export async function firstStart(server, expected, deadline = 120_000 + expected * 10) {
  const peak = server.watchMemory()
  const listening = await server.until('listening', async () => (await server.get('/healthz')).status > 0)
  const ready = await server.until('ready', () => answers(server, '/readyz'))
  const cpu = server.cpu()
  const complete = await server.until('complete', () => isComplete(server, expected), { every: 25, deadline })
  return {
    start: { listeningMs: round(listening.after), readyMs: round(ready.after) },
    completeAfterReadyMs: round(complete.after - ready.after),
    completeCpuMs: server.cpu() - cpu,
    memoryMiB: { peak: await peak(), afterReading: server.memory() },
  }
}

/** Every entity is there and no source is being read. */
export async function isComplete(server, expected) {
  const body = await server.metrics()
  const read = samples(body, 'callboard_catalog_entities').filter(({ labels }) => !/kind="location"/i.test(labels))
  const running = samples(body, 'callboard_crawls_running')
  const sum = (list) => list.reduce((total, { value }) => total + value, 0)
  return sum(read) === expected && running.length > 0 && sum(running) === 0
}

export async function answers(server, path) {
  return (await server.get(path)).status === 200
}

/** Bytes of a page as it is and as it is sent to browsers. */
export async function weigh(server, path) {
  const { status, encoding, bytes } = await fetchRaw(server.url + path)
  if (status !== 200) throw new Error(`${path} answered ${status}.`)
  if (encoding !== 'gzip') return { bytes: bytes.length }
  return { bytes: gunzipSync(bytes).length, gzipBytes: bytes.length }
}

/** Lets it rest: what garbage collection gives back, it gives back within a quarter of a minute. */
export const restOf = (seconds) => setTimeout(seconds * 1000)

/** @returns per cent of one processor that it takes while nobody asks for anything */
export async function idleCpuOf(server, seconds = 20) {
  const [start, cpu] = [performance.now(), server.cpu()]
  await setTimeout(seconds * 1000)
  return round(((server.cpu() - cpu) / (performance.now() - start)) * 100, 2)
}

/** MiB of the database with its log. */
export function databaseSize(folder) {
  const bytes = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(db|sqlite3?)(-wal|-shm)?$/.test(entry.name))
    .reduce((sum, entry) => sum + statSync(join(folder, entry.name)).size, 0)
  return round(bytes / 1024 / 1024)
}

function samples(text, name) {
  const lines = text.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)`, 'gm'))
  return [...lines].map(([, labels = '', value]) => ({ labels, value: Number(value) }))
}

// fetch unpacks what it gets and does not tell how long it was.
function fetchRaw(url) {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'gzip', accept: 'text/html' }, agent: false }, async (response) => {
      const chunks = []
      for await (const chunk of response) chunks.push(chunk)
      const encoding = response.headers['content-encoding']
      resolve({ status: response.statusCode, encoding, bytes: Buffer.concat(chunks) })
    }).on('error', reject)
  })
}
