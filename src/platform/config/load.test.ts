import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeConfigFile } from './load.ts'

const run = promisify(execFile)
const here = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)

// In a process of its own, as at a start: an import is kept for good, and Vitest resolves modules in its own way.
const script = `
if (!process.features.typescript) (await import(${here('../../../node_modules/tsx/dist/esm/api/index.mjs')})).register()
const api = await import(${here('../../api/index.ts')})
const { loadConfig } = await import(${here('./load.ts')})
const { configurationFolder } = await import(${here('./folder.ts')})
try {
  const { plugins, ...config } = await loadConfig({ configFile: process.argv[1], env: process.env, cwd: process.cwd() })
  const zod = await import('zod')
  const names = plugins.map((plugin) => plugin.name)
  const same = globalThis.seen?.every((seen) => seen.PortalError === api.PortalError && seen.z === zod.z)
  console.log(JSON.stringify({ config, names, same, folder: configurationFolder() }))
} catch (error) {
  console.log(JSON.stringify({ code: error.code, message: error.message ?? String(error), hint: error.hint }))
}`

let folder: string

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'callboard-config-')))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

async function load(options: { file?: string; env?: Record<string, string>; cwd?: string } = {}) {
  const args = ['--input-type=module', '-e', script, ...(options.file === undefined ? [] : [options.file])]
  const { stdout, stderr } = await run(process.execPath, args, {
    cwd: options.cwd ?? folder,
    env: { PATH: process.env.PATH, ...options.env },
  })
  return { ...JSON.parse(stdout), stderr }
}

const plugin = `
import { definePlugin, PortalError } from 'callboard'
import { z } from 'zod'
globalThis.seen = [...(globalThis.seen ?? []), { PortalError, z }]
export const costs = (name: string) => definePlugin({ name, apiVersion: 1 })
`
const config = `
import { defineConfig, PortalError } from 'callboard'
import { z } from 'zod'
import { costs } from './plugins/costs.ts'
globalThis.seen = [...(globalThis.seen ?? []), { PortalError, z }]
export default defineConfig({ title: 'Acme' as string, plugins: [costs('costs'), false, undefined, costs('more')] })
`

test('a configuration outside the checkout shares callboard and zod with the portal', async () => {
  await write({ 'portal.config.ts': config, 'plugins/costs.ts': plugin })
  const result = await load({ file: 'portal.config.ts' })
  expect(result).toMatchObject({ names: ['costs', 'more'], same: true, folder, stderr: '' })
  expect(result.config).toMatchObject({
    file: join(folder, 'portal.config.ts'),
    title: 'Acme',
    baseUrl: 'http://localhost:7007',
    host: '127.0.0.1',
    port: 7007,
    unprotected: false,
    development: false,
  })
  expect(result.config.dataDir).toMatch(/data$/)
})

test('a type that would be a comparison in JavaScript stays a type', async () => {
  const text = `import { defineConfig } from 'callboard'
const same = (value) => value
export default defineConfig({ title: same<Date>('Acme') })`
  await write({ 'portal.config.ts': text })
  const result = await load({ file: 'portal.config.ts' })
  expect(result.config).toMatchObject({ title: 'Acme' })
})

test.each(['{}', '{ "type": "commonjs" }'])('also under a package.json that says %s', async (text) => {
  await write({ 'package.json': text, 'portal.config.ts': config, 'plugins/costs.ts': plugin })
  expect(await load({ file: 'portal.config.ts' })).toMatchObject({ names: ['costs', 'more'], same: true, stderr: '' })
})

test('also through a link, as Kubernetes mounts it; relative names start at the link', async () => {
  await write({ '..data/portal.config.ts': config, '..data/plugins/costs.ts': plugin })
  await symlink(join(folder, '..data/portal.config.ts'), join(folder, 'portal.config.ts'))
  expect(await load({ file: 'portal.config.ts' })).toMatchObject({ names: ['costs', 'more'], same: true, folder })
})

test('the environment names file, address and data folder', async () => {
  await write({ 'etc/p.ts': "export default { baseUrl: 'https://portal.acme.dev/' }", 'run/.keep': '' })
  const env = { CALLBOARD_CONFIG: '../etc/p.ts', HOST: '::1', PORT: '8080', DATA_DIR: 'mine', NODE_ENV: 'development' }
  const result = await load({ env, cwd: join(folder, 'run') })
  expect(result.folder).toBe(join(folder, 'etc'))
  expect(result.config).toEqual({
    file: join(folder, 'etc/p.ts'),
    title: 'Callboard',
    baseUrl: 'https://portal.acme.dev',
    host: '::1',
    port: 8080,
    dataDir: join(folder, 'run/mine'),
    unprotected: false,
    development: true,
    outbound: { denyHosts: [], allowPrivate: [], allowHttp: [], timeout: '30s', maxBytes: 10_000_000, perHost: 8 },
    forges: [],
    limits: {
      rate: { perSecond: 50, burst: 1000 },
      heavy: { atOnce: 8, perPerson: 100, waiting: 1000 },
      streams: { perPerson: 24, inAll: 500 },
      bodyBytes: 1_048_576,
      requestTime: '30s',
      answerTime: '60s',
    },
    origins: expect.any(Object),
  })
})

test('what decided each option is known: the file, a variable, or nobody', async () => {
  await write({ 'portal.config.ts': "export default { title: 'Acme', forges: undefined, outbound: { perHost: 3 } }" })
  const { config } = await load({ file: 'portal.config.ts', env: { PORT: '8080', HOST: '' } })
  expect((config as { origins: object }).origins).toEqual({
    title: 'file',
    baseUrl: 'default',
    plugins: 'default',
    forges: 'default',
    limits: 'default',
    'outbound.allowHosts': 'default',
    'outbound.denyHosts': 'default',
    'outbound.allowPrivate': 'default',
    'outbound.allowHttp': 'default',
    'outbound.timeout': 'default',
    'outbound.maxBytes': 'default',
    'outbound.perHost': 'file',
    host: 'default',
    port: 'PORT',
    unprotected: 'default',
    dataDir: 'default',
    development: 'default',
  })
})

test('every problem is told at once, each with its remedy', async () => {
  await write({
    'portal.config.ts': `
import { definePlugin } from 'callboard'
const docs = () => definePlugin({ name: 'docs', apiVersion: 1 })
export default { title: 7, baseURL: 'x', baseUrl: 'portal.acme.dev', plugin: [], plugins: [docs, docs(), docs(),
  [docs()], { title: 'no' }, { name: 'Bad Name', apiVersion: 1 }, { name: 'old', apiVersion: 2, entityTab: [] }] }`,
  })
  const { code, message, hint } = await load({
    file: 'portal.config.ts',
    env: { PORT: '70000', HOST: 'a b', UNPROTECTED: 'true' },
  })
  expect(code).toBe('invalid')
  expect(hint).toContain('callboard config')
  for (const part of [
    'The configuration has 14 problems',
    'title is the number 7. Write a text',
    'baseUrl is the text "portal.acme.dev". Write scheme',
    '"baseURL" is unknown. Did you mean "baseUrl"?',
    '"plugin" is unknown. Did you mean "plugins"?',
    'plugins[0] is a function. Call it: docs().',
    'plugins[1] and plugins[2] are both named "docs".',
    'plugins[3] is a list. Spread it',
    'plugins[4] is an object. Give what definePlugin',
    'Plugin name "Bad Name"',
    '"entityTab" is unknown. Did you mean "entityTabs"?',
    'has apiVersion 2; this portal knows apiVersion 1.',
    'HOST is "a b"',
    'PORT is "70000"',
    'UNPROTECTED is "true"',
  ]) {
    expect(message).toContain(part)
  }
})

test('what is wrong within outbound and forges is told at its place', async () => {
  await write({
    'portal.config.ts': `export default {
  outbound: { allowHosts: ['*.acme.dev', 'https://acme.dev', '*'], allowPrivate: 'x', timeout: '30', perHost: 0, allowHost: [] },
  forges: [{ host: 'git.acme.dev', type: 'gitea' }, { host: '*.acme.dev', type: 'svn', token: 'hunter2', apiURL: '' }, 7] }`,
  })
  const { message } = await load({ file: 'portal.config.ts' })
  expect(message).not.toContain('hunter2')
  for (const part of [
    'has 11 problems',
    'outbound.allowHosts[1] is the text "https://acme.dev". Write a list of hosts, for example allowHosts: [',
    'outbound.allowHosts[2] is the text "*".',
    'outbound.allowPrivate is the text "x". Write a list of hosts',
    'outbound.timeout is the text "30". Write a number with its unit',
    'outbound.perHost is the number 0. Write a whole number from 1 to 100',
    'outbound: "allowHost" is unknown. Did you mean "allowHosts"?',
    'forges[1].host is the text "*.acme.dev". Write a host',
    'forges[1].type is the text "svn". Write one of github, gitlab',
    "forges[1].token is a text. Write token: secret('GIT_TOKEN')",
    'forges[1]: "apiURL" is unknown. Did you mean "apiUrl"?',
    'forges[2] is the number 7. Write an object',
  ]) {
    expect(message).toContain(part)
  }
})

test('outbound and forges are understood; a host has one forge', async () => {
  const text = (more: string) => `import { defineConfig, secret } from 'callboard'
export default defineConfig({ outbound: { allowPrivate: ['::1', '[::1]:80', '10.0.0.7:9090'], timeout: '5s' },
  forges: [{ host: 'GIT.acme.dev:443', type: 'gitlab', token: secret('T'), apiUrl: 'https://git.acme.dev/api/v4' } ${more}] })`
  await write({ 'portal.config.ts': text(''), 'b.ts': text(", { host: 'git.acme.dev', type: 'gitea' }") })
  const { config } = await load({ file: 'portal.config.ts', env: { T: 'hunter2' } })
  expect(config.outbound).toMatchObject({ allowPrivate: ['::1', '[::1]:80', '10.0.0.7:9090'], timeout: '5s' })
  expect(config.forges).toEqual([
    { host: 'git.acme.dev', type: 'gitlab', token: '••••••', apiUrl: 'https://git.acme.dev/api/v4' },
  ])
  expect((await load({ file: 'b.ts' })).message).toContain('forges[0] and forges[1] have the same host.')
})

test.each([
  ['a missing file', {}, 'There is no configuration at', 'Give --config the path'],
  ['a folder', { 'portal.config.ts/x': '' }, 'is not a file.', 'Give --config the path'],
  ['no default export', { 'portal.config.ts': 'export const a = 1' }, 'has no default export.', 'defineConfig({ … })'],
  ['a list', { 'portal.config.ts': 'export default []' }, 'exports a list by default.', 'defineConfig({ … })'],
  ['a promise', { 'portal.config.ts': 'export default (async () => ({}))()' }, 'exports a promise', 'defineConfig'],
  ['bad syntax', { 'portal.config.ts': 'const a = 1\nexport default {\n a: (,\n}\n' }, 'portal.config.ts:3: ', 'Mend'],
  ['a word twice', { 'portal.config.ts': 'const a: number = 1\nconst a = 2\nexport default {}' }, '.ts:2: ', 'Mend'],
  [
    'bad syntax in a plugin',
    { 'portal.config.ts': "import { b } from './b.ts'\nexport default b", 'b.ts': '\nexport const b = {{\n' },
    'b.ts:',
    'Mend the text there.',
  ],
  [
    'a missing plugin file',
    { 'portal.config.ts': "import { b } from './b.ts'\nexport default b" },
    'b.ts, which does not exist.',
    'the name of a file ends in .ts',
  ],
  [
    'a missing package',
    { 'portal.config.ts': "import b from 'no-such-package'\nexport default b" },
    'portal.config.ts imports no-such-package, which does not exist.',
    'Install it in the folder of the configuration',
  ],
  [
    'a missing export',
    { 'portal.config.ts': "import { defineConfg } from 'callboard'\nexport default defineConfg({})" },
    'defineConfg',
    '',
  ],
  [
    'a call that throws',
    {
      'portal.config.ts': `import { PortalError } from 'callboard'
const boom = () => { throw new PortalError('invalid', 'No such place', { hint: 'Go elsewhere.' }) }
export default boom()`,
    },
    'No such place.',
    'Go elsewhere.',
  ],
  [
    'wrong options',
    {
      'portal.config.ts': `import { z } from 'zod'
import { costs } from './costs.ts'
export default {
  plugins: [
    costs({ budget: 'x' })] }`,
      'costs.ts': `import { z } from 'zod'
export const costs = (options: unknown) => z.strictObject({ budget: z.number() }).parse(options)`,
    },
    'portal.config.ts:5: costs (budget): Invalid input',
    'Correct the option.',
  ],
])('%s is told with its remedy', async (_, files, what, remedy) => {
  await write(files as Record<string, string>)
  const { code, message } = await load({ file: 'portal.config.ts' })
  expect(code).toBe('invalid')
  expect(message).toContain('The configuration has a problem:')
  expect(message).toContain(what)
  expect(message).toContain(remedy)
})

test('--config is taken out of the arguments in both spellings', () => {
  expect(takeConfigFile(['start', '--config', 'a.ts', '--x'])).toEqual({ configFile: 'a.ts', rest: ['start', '--x'] })
  expect(takeConfigFile(['start', '--config=a.ts'])).toEqual({ configFile: 'a.ts', rest: ['start'] })
  expect(takeConfigFile(['start'])).toEqual({ configFile: undefined, rest: ['start'] })
  for (const argv of [['--config'], ['--config='], ['--config', '--x']]) {
    expect(() => takeConfigFile(argv)).toThrow('--config needs the name of a file')
  }
})
