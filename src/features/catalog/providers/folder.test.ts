import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { setConfigurationFolder } from '../../../platform/config/folder.ts'
import { FolderOptions, folderProvider } from './folder.ts'

let base: string
const signal = new AbortController().signal
const host = { data: '/nowhere', offline: false }

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'callboard-provider-'))
  await mkdir(join(base, 'catalog/one'), { recursive: true })
  await writeFile(join(base, 'catalog/catalog-info.yaml'), 'a')
  await writeFile(join(base, 'catalog/one/catalog-info.yml'), 'b')
  await writeFile(join(base, 'catalog/one/other.yaml'), 'c')
  setConfigurationFolder(base)
})

afterEach(async () => {
  setConfigurationFolder(process.cwd())
  await rm(base, { recursive: true, force: true })
})

test('a relative path starts at the folder of the configuration, and names the provider', async () => {
  const provider = folderProvider({ path: './catalog/' })
  setConfigurationFolder('/elsewhere')
  expect(provider).toMatchObject({ id: 'folder:catalog', title: 'catalog', type: 'folder', every: '10m' })
  expect(provider.locationOf('one/catalog-info.yml')).toBe(`file:${base}/catalog/one/catalog-info.yml`)
  expect(provider.viewUrl).toBeUndefined()
  const tree = await provider.open(signal, host)
  expect((await tree.list(provider.paths)).map((entry) => entry.path)).toEqual([
    'catalog-info.yaml',
    'one/catalog-info.yml',
  ])
  expect(Buffer.from(await tree.read('catalog-info.yaml')).toString()).toBe('a')
})

test('an absolute path stays, and the options are taken', async () => {
  const path = join(base, 'catalog')
  const provider = folderProvider({ path, paths: ['one/*'], title: 'Acme', watch: false, every: '1h' })
  expect(provider).toMatchObject({ id: `folder:${path}`, title: 'Acme', paths: ['one/*'], every: '1h' })
  expect(provider.watch).toBeUndefined()
  expect((await (await provider.open(signal, host)).list(provider.paths)).length).toBe(2)
})

test('a change is told', async () => {
  const provider = folderProvider({ path: 'catalog' })
  const changed = vi.fn()
  const failed = vi.fn()
  const close = await provider.watch?.(changed, failed)
  await writeFile(join(base, 'catalog/one/other.yaml'), 'd')
  await vi.waitFor(() => expect(changed).toHaveBeenCalled(), { timeout: 5000 })
  await close?.()
  expect(failed).not.toHaveBeenCalled()
})

test('a missing folder is told with the option that names it', async () => {
  const provider = folderProvider({ path: 'nothing' })
  await expect(provider.open(signal, host)).rejects.toMatchObject({
    code: 'not_found',
    message: `There is no folder ${base}/nothing`,
    hint: expect.stringContaining('option path ("nothing") of folderProvider'),
  })
  await expect(provider.open(AbortSignal.abort(), host)).rejects.toBeInstanceOf(Error)
})

test.each([
  [{ path: '' }, 'path'],
  [{ path: 'a', paths: [] }, 'paths'],
  [{ path: 'a', paths: ['../x'] }, 'stays inside it'],
  [{ path: 'a', paths: ['/x'] }, 'stays inside it'],
  [{ path: 'a', paths: ['*a*a*a*a*'] }, 'paths'],
  [{ path: 'a', every: 'often' as '1s' }, 'length of time'],
  [{ path: 'a', every: '0s' as const }, 'length of time'],
  [{ path: 'a', pth: 'b' }, 'pth'],
])('%j is refused', (options, part) => {
  expect(() => folderProvider(options)).toThrow(part)
})

test('every option is described', () => {
  for (const option of Object.values(FolderOptions.shape)) expect(option.description).toMatch(/^[A-Z].{20,}/)
})
