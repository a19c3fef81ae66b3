#!/usr/bin/env node
// Asks Lighthouse about the pages that people see most: `npm run lighthouse`. It is fetched for the run and is no
// dependency, since it brings two hundred packages. Exit code 1 when a score is not 100.
import { spawnSync } from 'node:child_process'
import { chromium, ensureBrowser } from './browser.mjs'
import { withExamplePortal } from './example-portal.mjs'

const version = '12.8.2'
const categories = ['performance', 'accessibility', 'best-practices']
const pages = { home: '/', list: '/catalog', entity: '/catalog/default/component/cart' }

const less = await withExamplePortal((address) =>
  Object.entries(pages).flatMap(([name, path]) => {
    const scores = scoresOf(address + path)
    console.log(`${name}: ${categories.map((category) => `${category} ${scores[category]}`).join(', ')}`)
    return categories.filter((category) => scores[category] < 100)
  }),
)
process.exitCode = less.length > 0 ? 1 : 0

/** Of 100 each, as on a desktop with a quick line. */
function scoresOf(url) {
  const options = ['--quiet', '--preset=desktop', '--output=json', `--only-categories=${categories.join(',')}`]
  const { status, stdout, stderr } = spawnSync(
    'npm',
    [
      ...['exec', '--yes', `--package=lighthouse@${version}`, '--', 'lighthouse', url],
      ...options,
      `--chrome-flags=${chromium.switches.join(' ')}`,
    ],
    { env: { ...process.env, CHROME_PATH: ensureBrowser() }, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  if (status !== 0) throw new Error(`Lighthouse ended with ${status}: ${stderr.slice(-2000)}`)
  const { categories: found } = JSON.parse(stdout)
  return Object.fromEntries(Object.entries(found).map(([id, { score }]) => [id, Math.round(score * 100)]))
}
