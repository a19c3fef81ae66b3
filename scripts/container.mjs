#!/usr/bin/env node
// Builds the image of the Dockerfile without a container engine and runs it: node scripts/container.mjs
// A stage's file system is made by debootstrap and holds the Node of the image's line; the root is read-only when it runs.
// Needs Linux, root, debootstrap, unshare and a network. The last line is `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { carryOut, chrooted, lint, stagesOf, within } from './dockerfile.mjs'
import { root as checkout } from './ready.mjs'

const missing = whatIsMissing()
if (missing) {
  console.log(`The container was not tried: ${missing}.`)
  console.log('0 passed, 0 failed')
  process.exit()
}

const folder = mkdtempSync(join(tmpdir(), 'callboard-container-'))
const passed = []
const failed = []
try {
  await tryContainer()
} catch (error) {
  failed.push(error.message)
} finally {
  if (!process.argv.includes('--keep')) rmSync(folder, { recursive: true, force: true })
  else console.error(`The file systems stay in ${folder}`)
}
for (const name of failed) console.log(`  failed: ${name}`)
console.log(`${passed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1

async function tryContainer() {
  const text = readFileSync(join(checkout, 'Dockerfile'), 'utf8')
  const complaints = lint(text)
  check('the Dockerfile has nothing to complain of', complaints.length === 0, complaints.join('; '))
  const stages = stagesOf(text)
  let base
  try {
    base = makeBase(stages[0].image)
  } catch (error) {
    console.error(`The image was not built: its base cannot be made here. ${error.message}`)
    return
  }
  const roots = new Map()
  for (const stage of stages) {
    const root = join(folder, stage.name)
    spawnSync('cp', ['-a', base, root])
    carryOut(stage, root, { context: contextOf(checkout), roots, say: console.error, env: npmSettings(root) })
    roots.set(stage.name, root)
  }
  const { config, name } = stages.at(-1)
  const root = roots.get(name)
  rmSync(join(root, 'root/.npmrc'), { force: true })
  const size = spawnSync('du', ['-sm', join(root, 'app')], { encoding: 'utf8' }).stdout.split('\t')[0]
  console.error(`/app takes ${size} MB`)
  await tryImage(root, config)
}

async function tryImage(root, config) {
  const port = await freePort()
  const image = { ...config, env: { ...config.env, PORT: String(port) } }
  const own = writeOwnConfiguration(root)
  const unasked = { ...image, env: { ...image.env, CALLBOARD_CONFIG: own, DATA_DIR: '/data/own' } }
  const refused = runImage(root, unasked, [])
  check('without a word about who may come in it refuses to serve the network', (await refused.ended) !== 0)
  check('and prints the lines to add', refused.said().includes('plugins: [access()]'), refused.said())

  const open = image
  const first = runImage(root, open, [])
  await answering(first, port)
  const asked = await fetch(`http://127.0.0.1:${port}/catalog`, { redirect: 'manual' })
  check('it asks everybody to sign in', asked.status === 303 && asked.headers.get('location').startsWith('/sign-in'))
  const cookie = await becomeFirst(first, port)
  const page = await fetch(`http://127.0.0.1:${port}/catalog`, { headers: { cookie } })
  check('it serves the catalog with a read-only root', page.status === 200 && (await page.text()).includes('<h1'))
  const health = inContainer(first, config, open.env, config.healthcheck)
  check('its health check passes', health.status === 0, health.stderr)
  const writes = inContainer(first, config, open.env, ['touch', '/app/x'])
  check('it can write nothing beside its data', writes.status !== 0)
  const doctor = inContainer(first, config, open.env, ['node', 'bin/callboard.mjs', 'doctor'])
  check('doctor finds git and a configuration', doctor.status === 0 && /ok +git/.test(doctor.stdout), doctor.stdout)
  first.stop('SIGTERM')
  check('SIGTERM ends it in order', (await first.ended) === 0, `it ended with ${await first.ended}`)
  const files = within(root, { user: 'root', workdir: '/' }, ['ls', '/data']).stdout
  check('what it knows is in its data', files.includes('callboard.sqlite'), files)

  const second = runImage(root, open, [])
  await answering(second, port)
  check('what it compiled is kept', readdirSync(join(root, 'data/cache/callboard/compiled')).length > 0)
  const back = await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie }, redirect: 'manual' })
  check('it starts again on the same data, and one is still signed in', back.status === 200, String(back.status))
  check('and makes no other first administrator', !second.said().includes('/sign-in/first'), second.said())
  const dead = inContainer(second, config, { ...open.env, PORT: '1' }, config.healthcheck)
  check('its health check fails where nothing answers', dead.status === 1, dead.stderr)
  second.stop('SIGTERM')
  await second.ended

  const third = runImage(root, { ...unasked, env: { ...unasked.env, UNPROTECTED: 'yes' } }, [])
  await answering(third, port)
  const entity = await eventually(() => fetch(`http://127.0.0.1:${port}/catalog/default/component/boxed`))
  check('a configuration of its own reads a repository with git', entity?.status === 200, third.said())
  third.stop('SIGTERM')
  await third.ended
}

/** Follows the link that the output of a fresh portal has, as one would from its logs. @returns the cookie of the session */
async function becomeFirst(container, port) {
  const end = Date.now() + 20_000
  let link
  while (!link && Date.now() < end) {
    link = /https?:\/\/\S+\/sign-in\/first\?key=\S+/.exec(container.said())?.[0]
    if (!link) await setTimeout(100)
  }
  const { origin, searchParams } = new URL(link ?? 'none:')
  check('its output has the link of the first administrator', origin === `http://localhost:${port}`, String(link))
  const [name, password] = ['ada', 'a walk along the pier']
  const made = await fetch(`http://127.0.0.1:${port}/sign-in/first`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ key: searchParams.get('key') ?? '', name, password, again: password }),
  })
  check('who follows it is signed in', made.status === 303, String(made.status))
  return (made.headers.get('set-cookie') ?? '').split(';')[0]
}

/** A mounted folder: a configuration, and a repository that it names. */
function writeOwnConfiguration(root) {
  const config = join(root, 'config')
  const work = join(folder, 'work')
  mkdirSync(config)
  mkdirSync(work)
  const entity =
    'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: boxed }\nspec: { type: service, lifecycle: production, owner: crew }\n'
  writeFileSync(join(work, 'catalog-info.yaml'), entity)
  const git = (...args) => must('git', ['-C', work, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args])
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('commit', '--quiet', '--message=boxed')
  git('clone', '--quiet', '--bare', '.', join(config, 'repository.git'))
  // Git refuses to serve a repository that belongs to somebody else.
  within(root, { user: 'root', workdir: '/' }, ['chown', '-R', 'node:node', '/config'])
  writeFileSync(
    join(config, 'portal.config.ts'),
    `import { defineConfig } from 'callboard'
import { catalog, gitProvider } from 'callboard/features'
const repository = gitProvider({ url: 'file:///config/repository.git', protocols: ['file'] })
export default defineConfig({ title: 'Own', plugins: [catalog({ providers: [repository] })] })
`,
  )
  return '/config/portal.config.ts'
}

async function eventually(ask) {
  const end = Date.now() + 20_000
  let answer
  while (answer?.status !== 200 && Date.now() < end) {
    await setTimeout(100)
    answer = await ask()
  }
  return answer
}

/** Starts the entry point in namespaces of its own: processes, and mounts with nothing writable but its data. */
function runImage(root, { user, workdir, entrypoint, command, env, volume }, args) {
  const mounts = [
    'mount --make-rprivate /',
    `mount --bind ${root} ${root}`,
    `mount --bind ${root}${volume} ${root}${volume}`,
    `mount -t proc proc ${root}/proc`,
    `mount --rbind /dev ${root}/dev`,
    `mount -o remount,bind,ro ${root}`,
    'exec "$@"',
  ].join(' && ')
  const inside = chrooted(root, { user, workdir }, [...entrypoint, ...(args.length > 0 ? args : command)])
  const child = spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', mounts, 'sh', 'chroot', ...inside],
    {
      env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', HOME: `/home/${user}`, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
  // The first process of the new namespace is the one that an engine would send its signals to.
  const init = () => Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0])
  return { root, ended, init, said: () => said, stop: (signal) => process.kill(init(), signal) }
}

/** Runs another command in the namespaces of a running image. */
function inContainer({ init, root }, { user, workdir }, env, command) {
  const inside = chrooted(root, { user, workdir }, command)
  return spawnSync('nsenter', ['--target', String(init()), '--mount', '--pid', 'chroot', ...inside], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', HOME: `/home/${user}`, ...env },
  })
}

async function answering(container, port) {
  const end = Date.now() + 60_000
  let state = 'running'
  void container.ended.then((code) => (state = `ended with ${code}: ${container.said()}`))
  while (Date.now() < end && state === 'running') {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (answer?.status === 200) return
    await setTimeout(100)
  }
  throw new Error(`The container does not serve; it ${state}`)
}

/** The file system of the image: Debian's smallest, the Node of its line, and the user `node`. */
function makeBase(image) {
  const line = /^node:(\d+)-(\w+)-slim$/.exec(image)
  if (!line) throw new Error(`The image ${image} is not one that can be made here`)
  const [, version, suite] = line
  const base = join(folder, 'base')
  must('debootstrap', ['--variant=minbase', suite, base])
  const node = join(folder, 'node')
  mkdirSync(node)
  must('npm', ['install', '--no-save', '--prefix', node, `node-linux-${process.arch}@${version}`, `npm@11`])
  cpSync(join(node, `node_modules/node-linux-${process.arch}/bin/node`), join(base, 'usr/local/bin/node'))
  cpSync(join(node, 'node_modules/npm'), join(base, 'usr/local/lib/node_modules/npm'), { recursive: true })
  must('ln', ['-s', '../lib/node_modules/npm/bin/npm-cli.js', join(base, 'usr/local/bin/npm')])
  must('chroot', [base, 'useradd', '--create-home', '--uid', '1000', 'node'])
  for (const file of ['resolv.conf', 'hosts']) cpSync(`/etc/${file}`, join(base, 'etc', file), { dereference: true })
  return base
}

/** What this machine says about its package registry and its certificates, for the time of the build only. */
function npmSettings(root) {
  const settings = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).stdout.trim()
  const env = { npm_config_registry: settings, npm_config_update_notifier: 'false' }
  const authorities = process.env.NODE_EXTRA_CA_CERTS
  if (authorities && existsSync(authorities)) {
    cpSync(authorities, join(root, 'etc/build-authorities.pem'))
    env.NODE_EXTRA_CA_CERTS = '/etc/build-authorities.pem'
  }
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'])
    if (process.env[name]) env[name] = process.env[name]
  return env
}

/** The files that Git knows, as a build in a fresh clone would have them, without what `.dockerignore` leaves out. */
function contextOf(from) {
  const context = join(folder, 'context')
  if (existsSync(context)) return context
  mkdirSync(context)
  const files = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: from,
    encoding: 'utf8',
  })
  for (const file of files.stdout.split('\n').filter((name) => name && !/\.test\.(ts|mjs)$/.test(name)))
    if (existsSync(join(from, file)) && statSync(join(from, file)).isFile())
      cpSync(join(from, file), join(context, file))
  return context
}

function whatIsMissing() {
  if (process.platform !== 'linux') return 'it needs Linux'
  if (process.getuid() !== 0) return 'it needs root'
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) return 'mounts of its own are not allowed here'
  for (const program of ['debootstrap', 'nsenter', 'chroot'])
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) return `${program} is not installed`
  return undefined
}

function check(name, holds, why = '') {
  console.error(`${holds ? 'ok    ' : 'FAILED'} ${name}${holds || !why ? '' : `: ${why}`}`)
  if (holds) passed.push(name)
  else failed.push(`${name}${why ? `: ${why}` : ''}`)
}

function must(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 2], cwd: folder })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${error?.message ?? status}`)
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
