// A portal over the example organisation, with a data folder of its own.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const patience = 30_000

/** Starts it, waits until everything is read, and stops it when the work is done. */
export async function withExamplePortal(work) {
  const dataDir = mkdtempSync(join(tmpdir(), 'callboard-example-'))
  const portal = startPortal(dataDir)
  try {
    const address = await addressOf(portal)
    await untilRead(address)
    return await work(address)
  } finally {
    await stop(portal)
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function startPortal(dataDir) {
  return spawn(
    process.execPath,
    [join(root, 'bin/callboard.mjs'), 'start', '--config', join(root, 'portal.config.ts')],
    {
      env: {
        ...process.env,
        DATA_DIR: dataDir,
        // With HOST the example asks people to sign in.
        HOST: undefined,
        PORT: '0',
        LOG_LEVEL: 'error',
        NODE_ENV: 'production',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
}

async function addressOf(portal) {
  for await (const line of createInterface({ input: portal.stdout })) {
    const address = / is at (http\S+)$/.exec(line)?.[1]
    if (address) return address
    console.error(line)
  }
  throw new Error('The portal ended before it said where it is.')
}

async function untilRead(address) {
  for (const end = Date.now() + patience; Date.now() < end; ) {
    const metrics = await (await fetch(`${address}/metrics`)).text()
    if (/^callboard_catalog_entities\{.*\} [1-9]/m.test(metrics) && /^callboard_crawls_running 0$/m.test(metrics))
      return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`The examples were not read within ${patience / 1000} s.`)
}

async function stop(portal) {
  if (portal.exitCode !== null || portal.signalCode !== null) return
  const ended = new Promise((resolve) => portal.once('exit', resolve))
  portal.kill('SIGTERM')
  await ended
}
