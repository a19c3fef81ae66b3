#!/usr/bin/env node
// Draws docs/images from the example organisation: `npm run screenshots` after a change of the look.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { ensureBrowser } from './browser.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = { home: '/', list: '/catalog', entity: '/catalog/default/component/cart' }
const sizes = { '': { width: 1440, height: 900 }, '-narrow': { width: 390, height: 844 } }
const themes = ['light', 'dark']
const patience = 30_000

const dataDir = mkdtempSync(join(tmpdir(), 'callboard-screenshots-'))
const portal = startPortal(dataDir)
try {
  const address = await addressOf(portal)
  await untilRead(address)
  await draw(address)
} finally {
  await stop(portal)
  rmSync(dataDir, { recursive: true, force: true })
}

function startPortal(dataDir) {
  return spawn(
    process.execPath,
    [join(root, 'bin/callboard.mjs'), 'start', '--config', join(root, 'portal.config.ts')],
    {
      env: { ...process.env, DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'error' },
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

async function draw(address) {
  const browser = await chromium.launch({ executablePath: ensureBrowser(), args: ['--disable-gpu', '--disable-quic'] })
  try {
    for (const [suffix, viewport] of Object.entries(sizes)) {
      for (const colorScheme of themes) {
        const context = await browser.newContext({
          viewport,
          colorScheme,
          baseURL: address,
          locale: 'en-GB',
          timezoneId: 'UTC',
        })
        for (const [name, path] of Object.entries(pages)) {
          const page = await context.newPage()
          await page.goto(path, { waitUntil: 'networkidle' })
          await page.evaluate('document.fonts.ready')
          const file = `docs/images/${name}${suffix}-${colorScheme}.png`
          await page.screenshot({ path: join(root, file), animations: 'disabled' })
          await page.close()
          console.log(file)
        }
        await context.close()
      }
    }
  } finally {
    await browser.close()
  }
}

async function stop(portal) {
  if (portal.exitCode !== null || portal.signalCode !== null) return
  const ended = new Promise((resolve) => portal.once('exit', resolve))
  portal.kill('SIGTERM')
  await ended
}
