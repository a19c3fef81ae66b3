// Starts a portal as a child, watches it from outside, and stops it.
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cpuOf, descendants, memoryOf, statOf, watchMemory } from './processes.mjs'

const program = fileURLToPath(new URL('../bin/callboard.mjs', import.meta.url))

/** What `npm start` tells the allocator; glibc only. */
const asNpmStart = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' }

/** @param {{ config: string, dataDir: string, log: string, env?: Record<string, string> }} files */
export async function startServer({ config, dataDir, log, env = {} }) {
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
      ...env,
    },
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  const kill = () => child.kill('SIGKILL')
  // Whatever ends the measurement ends it, too.
  process.prependListener('exit', kill)
  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      process.off('exit', kill)
      resolve({ code, signal })
    })
  })
  const url = `http://127.0.0.1:${port}`
  const { pid } = child
  const server = {
    url,
    /** Sent with every request that is not asked with the key. */
    headers: {},
    started,
    pid,
    until,
    get,
    ask,
    metrics,
    stop,
    memory: () => memoryOf(pid),
    cpu: () => cpuOf(pid),
    watchMemory: () => watchMemory(pid),
  }
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
    const response = await fetch(url + path, { headers: server.headers })
    const body = await response.text()
    return { status: response.status, body }
  }

  /** Asks as `callboard crawl` does, with the key that the portal leaves in its data folder. */
  async function ask(method, path, body) {
    return (await asked(method, path, body)).json()
  }

  /** Its figures, which not everybody may read who is asked as. */
  async function metrics() {
    return (await asked('GET', '/metrics')).text()
  }

  async function asked(method, path, body) {
    const { key } = JSON.parse(readFileSync(join(dataDir, 'lock.json'), 'utf8'))
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
    return response
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
