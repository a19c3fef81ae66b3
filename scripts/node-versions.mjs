#!/usr/bin/env node
// Runs the suite under other releases of Node, which it fetches from npm: `npm run test:nodes -- [20 22 24]`.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { root } from './ready.mjs'

const current = process.versions.node.split('.')[0]
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['20', '22', '24']
const platform = process.platform === 'win32' ? 'win' : process.platform
const npmCli = findNpm()
const rows = []

for (const version of wanted) {
  const start = Date.now()
  const node = version === current ? process.execPath : fetchNode(version)
  const result = node ? await runSuite(node) : { outcome: 'could not be fetched', failed: true }
  rows.push({ node: node ? versionOf(node) : version, seconds: Math.round((Date.now() - start) / 1000), ...result })
}

console.log('\nNode        seconds  result')
for (const { node, seconds, outcome } of rows)
  console.log(`${node.padEnd(11)} ${String(seconds).padStart(7)}  ${outcome}`)
process.exitCode = rows.some((row) => row.failed) ? 1 : 0

/** @returns the path of the program, or undefined when npm has none for this machine */
function fetchNode(version) {
  const name = `node-${platform}-${process.arch}`
  const folder = `${root}.cache/node/${version}`
  const program = join(folder, 'node_modules', name, 'bin', platform === 'win' ? 'node.exe' : 'node')
  if (existsSync(program)) return program
  console.log(`Fetching Node ${version}`)
  mkdirSync(folder, { recursive: true })
  const args = ['install', '--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts', '--loglevel=error']
  const { status } = spawnSync(process.execPath, [npmCli, ...args, `${name}@${version}`], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return status === 0 && existsSync(program) ? program : undefined
}

/** Runs `npm test` on a copy of the working tree, with packages installed by that Node. */
async function runSuite(node) {
  const copy = mkdtempSync(join(tmpdir(), 'callboard-node-'))
  try {
    copyTree(copy)
    console.log(`\n== Node ${versionOf(node)}`)
    const child = spawn(node, [npmCli, 'test'], {
      cwd: copy,
      // Scripts that say "node" must find this one, not the one that runs now.
      env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, npm_execpath: npmCli },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      process.stdout.write(text)
      output = (output + text).slice(-10_000)
    })
    const [status] = await once(child, 'close')
    const summary = output.match(/^\d+ passed, \d+ failed$/gm)?.at(-1)
    return { outcome: summary ?? `ended with ${status} and without a summary`, failed: status !== 0 || !summary }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

// What git knows and what it would take up: a change that is not committed is tested too.
function copyTree(target) {
  const { stdout, status } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error('git ls-files failed. Run this script in a checkout, with git installed.')
  for (const path of new Set(stdout.split('\0').filter(Boolean))) {
    if (!existsSync(join(root, path))) continue // Removed, and not yet committed.
    mkdirSync(dirname(join(target, path)), { recursive: true })
    cpSync(join(root, path), join(target, path), { verbatimSymlinks: true })
  }
  // Tests may ask git about the checkout, and lint reads .gitignore only in one.
  spawnSync('git', ['init', '--quiet'], { cwd: target })
}

function versionOf(node) {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
}

function findNpm() {
  if (process.env.npm_execpath?.endsWith('npm-cli.js')) return process.env.npm_execpath
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const program = join(folder, 'npm')
    if (existsSync(program) && realpathSync(program).endsWith('npm-cli.js')) return realpathSync(program)
  }
  throw new Error('npm was not found. Run this script with "npm run test:nodes".')
}
