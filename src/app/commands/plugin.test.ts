import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { definePlugin, type Plugin, type PluginContext } from '../../api/plugin.ts'
import { catalog, folderProvider } from '../../features/index.ts'
import type { LoadedConfig } from '../../platform/config/load.ts'
import { defaultLimits } from '../../platform/http/limits.ts'
import { defaultOutbound } from '../../platform/http-client/options.ts'
import { pluginCommand } from './plugin.ts'

const folder = mkdtempSync(join(tmpdir(), 'callboard-command-'))
const dataDir = join(folder, 'data')
const good = 'apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata:\n  name: ada\nspec:\n  memberOf: []\n'

const files: Record<string, string> = {
  'a/catalog-info.yaml': good,
  'a/b/catalog-info.yml': good.replace('name: ada', 'name: bob'),
  'a/b/other.yaml': good.replace('name: ada', 'name: not read'),
  'a/node_modules/x/catalog-info.yaml': good.replace('name: ada', 'name: not read'),
  'bad.yaml': good.replace('name: ada', 'name: a da'),
  'ship.yaml': 'apiVersion: example.com/v1\nkind: Ship\nmetadata:\n  name: heron\nspec:\n  masts: 2\n',
}

beforeAll(() => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

let out: string[] = []
beforeEach(() => {
  out = []
  return () => vi.unstubAllEnvs()
})

const configOf = (plugins: readonly Plugin[]): LoadedConfig => ({
  file: at('portal.config.ts'),
  title: 'Test',
  baseUrl: 'http://localhost:7007',
  plugins,
  outbound: defaultOutbound,
  forges: [],
  limits: defaultLimits,
  host: '127.0.0.1',
  port: 0,
  dataDir,
  development: false,
  unprotected: false,
})

const command = (name: string, plugin: Plugin, argv: readonly string[] = []) =>
  pluginCommand(name, { config: configOf([plugin]), argv, print: (line) => out.push(line) })

const at = (path: string) => join(folder, path)
const run = (...words: string[]) =>
  command('validate', catalog({ providers: [folderProvider({ path: at('none') })] }), words)

test('validate reads folders and files, opens nothing and does not mind a source that is not there', async () => {
  expect(await run(at('a'), at('a/catalog-info.yaml'))).toBe(0)
  expect(out.join('')).toBe('2 files, 2 documents, 0 errors, 0 warnings')
  expect(await run('--format', 'json', at('a'), at('bad.yaml'), at('none.yaml'))).toBe(1)
  const items: { file: string; valid: boolean }[] = JSON.parse(out.slice(1).join(''))
  expect(items.map(({ file, valid }) => [file, valid])).toEqual([
    [at('a/b/catalog-info.yml'), true],
    [at('a/catalog-info.yaml'), true],
    [at('bad.yaml'), false],
    [at('none.yaml'), false],
  ])
  expect(existsSync(dataDir)).toBe(false)
})

test('colours are for terminals and for those who ask for them', async () => {
  const coloured = async () => {
    out = []
    await run(at('bad.yaml'))
    return out.join('').includes('\u001b[')
  }
  vi.stubEnv('NO_COLOR', '')
  vi.stubEnv('FORCE_COLOR', '')
  expect(await coloured()).toBe(process.stdout.isTTY === true)
  vi.stubEnv('FORCE_COLOR', '0')
  expect(await coloured()).toBe(false)
  vi.stubEnv('FORCE_COLOR', '1')
  expect(await coloured()).toBe(true)
  vi.stubEnv('NO_COLOR', '1')
  expect(await coloured()).toBe(false)
})

test.each([
  [[], 'There is nothing to check'],
  [['--format', 'xml', 'a.yaml'], 'There is no format called xml; there are human, json, github'],
  [['--quiet', 'a.yaml'], "Unknown option '--quiet'"],
])('%j is refused with the usage', async (words, message) => {
  const hint = 'Usage: callboard validate FILE|DIR… [--format human|json|github]'
  await expect(run(...words)).rejects.toMatchObject({ message: expect.stringContaining(message), hint })
  expect(out).toEqual([])
})

const ships = (run: (ctx: PluginContext) => unknown): Plugin =>
  definePlugin({
    name: 'ships',
    apiVersion: 1,
    kinds: [
      {
        kind: 'Ship',
        apiVersions: ['example.com/v1'],
        spec: z.looseObject({ masts: z.number() }),
        relations: [],
        icon: 'box',
        plural: 'Ships',
      },
    ],
    commands: [
      { name: 'sail', summary: 'Sails', needs: 'nothing', run: async ({ ctx }) => Number((await run(ctx)) ?? 0) },
    ],
    setup() {
      throw new Error('setup ran')
    },
  })

test('the kinds of plugins are known, and no setup runs', async () => {
  expect(
    await command(
      'validate',
      ships(() => 0),
      [at('ship.yaml')],
    ),
  ).toBe(0)
  expect(out).toEqual(['1 file, 1 document, 0 errors, 0 warnings'])
})

test('a command that needs nothing has neither database nor jobs, and is told so by name', async () => {
  const message = "The database is not open: the command sail says that it needs nothing (needs: 'nothing')"
  await expect(
    command(
      'sail',
      ships((ctx) => ctx.db.read.all('select 1')),
    ),
  ).rejects.toThrow(message)
  await expect(
    command(
      'sail',
      ships((ctx) => ctx.db.write(() => 1)),
    ),
  ).rejects.toThrow(message)
  expect(
    await command(
      'sail',
      ships((ctx) => ctx.id().length - 17),
    ),
  ).toBe(3)
  expect(existsSync(dataDir)).toBe(false)
})
