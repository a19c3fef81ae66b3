#!/usr/bin/env node
// Measures this tree and prints one JSON object; how and what is described in docs/performance.md.
// npm run bench -- [--only 2100,21000,210000,git,access,rules] [--all] [--size COMPONENTS] [--catalog DIR] [--repositories 500]
//                  [--runs 3] [--seconds 2] [--rest 15] [--json] [--write]
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measureAccess } from './access.mjs'
import { componentNames, countEntities, userNames, writeCatalog } from './catalog.mjs'
import { measureGrowth } from './growth.mjs'
import { chosenParts } from './parts.mjs'
import { measureRepositories } from './repository-growth.mjs'
import { measureRules } from './rules.mjs'
import { replaceBlock, tableOf } from './table.mjs'

const page = fileURLToPath(new URL('../docs/performance.md', import.meta.url))
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    all: { type: 'boolean', default: false },
    size: { type: 'string' },
    components: { type: 'string' }, // As --size was called before there were several.
    catalog: { type: 'string' },
    repositories: { type: 'string', default: '500' },
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    rest: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const [runs, seconds, rest, repositories] = ['runs', 'seconds', 'rest', 'repositories'].map((name) =>
  positive(name, options[name]),
)
if (repositories < 4)
  throw new Error('--repositories is to be four at least: three are changed, and one holds the teams.')
const size = options.size ?? options.components
const parts = chosenParts({ ...options, size: size === undefined ? undefined : positive('size', size) })
const say = options.json ? () => undefined : (line) => console.error(line)
const temporary = mkdtempSync(join(tmpdir(), 'callboard-bench-'))

process.once('exit', () => rmSync(temporary, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const result = await measure()
if (options.write) writeFileSync(page, replaceBlock(readFileSync(page, 'utf8'), tableOf(result)))
console.log(JSON.stringify(result, undefined, 2))

async function measure() {
  const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model, load: loadavg()[0] }
  const plan = { runs, seconds, rest, say }
  const sizes = []
  if (options.catalog) {
    const folder = resolve(options.catalog)
    sizes.push(
      await measureGrowth({ ...plan, folder, expected: countEntities(folder), temporary: folderFor('catalog') }),
    )
  } else {
    for (const components of parts.components) sizes.push(await generated(components, plan))
  }
  const git = parts.git && (await measureRepositories({ ...plan, count: repositories, temporary: folderFor('git') }))
  const access = parts.access && (await signedIn(plan))
  const rules = parts.rules && (await ruled(plan))
  // The first catalog also stands where it stood when there was only one.
  return { machine, ...sizes[0], sizes, ...(git && { git }), ...(access && { access }), ...(rules && { rules }) }
}

async function generated(components, plan) {
  const own = folderFor(String(components))
  const folder = join(own, 'catalog')
  const expected = writeCatalog(folder, { components })
  const result = await measureGrowth({ ...plan, folder, expected, names: componentNames(components), temporary: own })
  rmSync(own, { recursive: true })
  return result
}

/** A catalog of middling size: the less a page costs, the more of it is sign-in. */
async function signedIn(plan) {
  const own = folderFor('access')
  const folder = join(own, 'catalog')
  const expected = writeCatalog(folder, { components: 1000 })
  const result = await measureAccess({ ...plan, folder, expected, user: userNames(1000)[0], temporary: own })
  rmSync(own, { recursive: true })
  return result
}

/** A large catalog: what rules cost grows with it. */
async function ruled(plan) {
  const own = folderFor('rules')
  const folder = join(own, 'catalog')
  const expected = writeCatalog(folder, { components: 10_000 })
  const result = await measureRules({ ...plan, folder, expected, user: userNames(10_000)[0], temporary: own })
  rmSync(own, { recursive: true })
  return result
}

function folderFor(name) {
  const folder = join(temporary, name)
  mkdirSync(folder)
  return folder
}

function positive(name, text) {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} is "${text}", which is not a number above zero.`)
  return value
}
