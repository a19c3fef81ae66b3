#!/usr/bin/env node
// Draws docs/images from the example organisation: `npm run screenshots` after a change of the look.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { ensureBrowser } from './browser.mjs'
import { withExamplePortal } from './example-portal.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = {
  home: '/',
  list: '/catalog',
  entity: '/catalog/default/component/cart',
  search: '/search?query=cart',
  graph: '/catalog-graph?rootEntityRefs%5B%5D=component:default/cart',
  register: '/catalog-import',
  notifications: '/notifications',
  settings: '/settings',
  admin: '/admin',
  jobs: '/admin/jobs',
  audit: '/admin/audit',
  accounts: '/admin/accounts',
  permissions: '/admin/permissions',
  'sign-in': '/sign-in',
}
const sizes = { '': { width: 1440, height: 900 }, '-narrow': { width: 390, height: 844 } }
const themes = ['light', 'dark']

await withExamplePortal(draw)

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
