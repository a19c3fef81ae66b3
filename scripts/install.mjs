// Installs the packages of package-lock.json and proves that a database opens.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { withLock } from './lock.mjs'
import { forgetReady, installedLockfile, isReady, lockfile, markReady, root } from './ready.mjs'

// The line of the driver that this Node can load: the newer one needs Node-API 10.
const driver = Number(process.versions.napi) >= 10 ? 'better-sqlite3' : 'better-sqlite3-node20'

/** @returns {Promise<number>} the exit code */
export function install({ dev }) {
  return withLock(`${root}.cache/setup.lock`, () => {
    if (isReady({ dev })) return 0 // Another process did it while this one waited.
    const missing = missingPackages({ dev })
    if (missing.length > 0) {
      say(`Installing ${missing.length} packages; this happens once and takes about a minute.`)
      const include = dev ? ['--include=dev', '--include=optional'] : ['--include=optional']
      const status = npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...include])
      if (status !== 0)
        return failed(`npm ci ended with ${status}.`, 'The lines above say why; then run the command again.')
    }
    if (!databaseOpens()) {
      say(`Building ${driver} for Node ${process.versions.node}; this happens once and takes about a minute.`)
      forgetReady()
      const status = npm(['rebuild', driver])
      const reason = status === 0 ? openDatabase().stderr.trim() : `npm rebuild ended with ${status}.`
      if (status !== 0 || !databaseOpens()) return failed(`SQLite does not run on this Node. ${reason}`, compilerHint())
    }
    compile()
    markReady({ dev })
    return 0
  })
}

/** Paths of packages that should be there for this machine and are not, or in another version. */
function missingPackages({ dev }) {
  const wanted = readPackages(lockfile)
  const installed = readPackages(installedLockfile)
  if (!wanted) throw new Error(`${lockfile} is missing or damaged. Restore it with "git checkout package-lock.json".`)
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== '' && isNeeded(path, entry, dev))
    .filter(([path, entry]) => installed?.[path]?.version !== entry.version)
    .map(([path]) => path)
}

function isNeeded(path, entry, dev) {
  if (entry.dev && !dev) return false
  if (path === 'node_modules/better-sqlite3-node20') return driver === 'better-sqlite3-node20'
  if (!entry.optional && !entry.devOptional) return true
  // An optional package without a platform is only a wish; one of two C libraries cannot be told cheaply.
  return entry.os?.includes(process.platform) === true && entry.cpu?.includes(process.arch) === true && !entry.libc
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

function databaseOpens() {
  return openDatabase().status === 0
}

// In a process of its own: a driver built for another Node may end the process instead of throwing.
function openDatabase() {
  const code = `
    const { default: Database } = await import('${driver}')
    const database = new Database(':memory:')
    if (database.prepare('select 7 as seven').get().seven !== 7) process.exit(3)
    database.close()`
  return spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root, encoding: 'utf8' })
}

// The npm that runs this script; its output goes where messages go, so that standard output stays the command's own.
function npm(args) {
  const cli = process.env.npm_execpath
  const [command, first] = cli?.endsWith('npm-cli.js') ? [process.execPath, [cli]] : ['npm', []]
  const { status, error } = spawnSync(command, [...first, ...args, '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', process.stderr, 'inherit'],
    shell: command === 'npm' && process.platform === 'win32',
  })
  return error ? `the error "${error.message}"` : status
}

// Only a first start that has to compile is slower and larger, so a failure here is none.
function compile() {
  spawnSync(process.execPath, [`${root}scripts/compile.mjs`], { cwd: root, stdio: 'ignore' })
}

function compilerHint() {
  return [
    'Building it needs Python 3, make and a C++ compiler: on Debian "apt-get install -y python3 make g++".',
    'With Node 22.14 or newer nothing has to be built.',
  ].join(' ')
}

function say(message) {
  console.error(message)
}

function failed(message, hint) {
  console.error(`${message}\n${hint}`)
  return 1
}
