// Starts a portal as a child, watches it from outside, and stops it.
import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../bin/callboard.mjs', import.meta.url))

/** What `npm start` tells the allocator; glibc only. */
const asNpmStart = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' }

/** @param {{ config: string, dataDir: string, log: string }} files */
export async function startServer({ config, dataDir, log }) {
  const port = await freePort()
  const output = openSync(log, 'a')
  const started = performance.now()
  const child = spawn(process.execPath, [program, 'start', '--config', config], {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      NODE_ENV: 'production',
      ...asNpmStart,
    },
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  const url = `http://127.0.0.1:${port}`
  const server = { url, started, pid: child.pid, until, get, stop, memory: () => memoryOf(child.pid) }
  return server

  /** Asks every few milliseconds until `test` gives something. @returns that, and the time since the start in ms */
  async function until(what, test, { every = 5, deadline = 120_000 } = {}) {
    for (const end = performance.now() + deadline; performance.now() < end; await setTimeout(every)) {
      if (child.exitCode !== null || child.signalCode !== null) throw failure(`the portal ended before it was ${what}`)
      const value = await test().catch(() => undefined)
      if (value) return { value, after: performance.now() - started }
    }
    throw failure(`the portal was not ${what} within ${deadline / 1000} s`)
  }

  async function get(path) {
    const response = await fetch(url + path)
    const body = await response.text()
    return { status: response.status, body }
  }

  /** Ends it as a service manager would. @throws Error unless it ends well and leaves nothing behind */
  async function stop() {
    const family = descendants(child.pid)
    const asked = performance.now()
    child.kill('SIGTERM')
    const end = await Promise.race([ended, setTimeout(15_000, undefined, { ref: false })])
    if (!end) child.kill('SIGKILL')
    if (end?.code !== 0) throw failure(`the portal ended with ${JSON.stringify(end ?? 'SIGKILL')} after SIGTERM`)
    const milliseconds = performance.now() - asked
    await setTimeout(50)
    const left = family.filter((pid) => pid !== child.pid && statOf(pid))
    if (left.length > 0) throw failure(`the portal left processes behind: ${left.join(', ')}`)
    return milliseconds
  }

  function failure(message) {
    child.kill('SIGKILL')
    return new Error(`${message}; its last words:\n${readFileSync(log, 'utf8').split('\n').slice(-15).join('\n')}`)
  }
}

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}

/** Memory of a process and all it started, in MiB; undefined where there is no /proc. */
function memoryOf(pid) {
  const family = descendants(pid)
  if (family.length === 0) return undefined
  const sum = (field) => family.reduce((total, one) => total + kibibytes(one, field), 0) / 1024
  const processes = family.map((one) => `${commandOf(one)}: ${round(kibibytes(one, 'Rss') / 1024)}`)
  return { rss: round(sum('Rss')), pss: round(sum('Pss')), processes }
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .slice(0, 3)
      .map((word) => word.split('/').at(-1))
      .join(' ')
      .trim()
  } catch {
    return 'ended'
  }
}

function kibibytes(pid, field) {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    return Number(new RegExp(`^${field}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
  } catch {
    return 0 // Ended in the meantime.
  }
}

function descendants(pid) {
  if (!statOf(pid)) return []
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  const parents = new Map(all.map((one) => [one, statOf(one)?.parent]))
  const family = [pid]
  for (const member of family) for (const [one, parent] of parents) if (parent === member) family.push(one)
  return family
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? undefined : { parent: Number(parent) }
  } catch {
    return undefined
  }
}

function round(value) {
  return Math.round(value * 10) / 10
}
