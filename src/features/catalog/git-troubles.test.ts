import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestRepository, testRepository } from '../../testing/git-repository.ts'
import { type GitServer, gitServer } from '../../testing/git-server.ts'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'
import { catalog } from './index.ts'
import { gitProvider } from './providers/git.ts'

// Repositories as they should not be, through the whole portal: nothing is lost, nothing outside is read, and the pages
// say what is wrong.

let base: string
let server: GitServer
let portal: TestPortal | undefined

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'callboard-troubles-'))
  server = await gitServer(join(base, 'served'))
})
afterEach(async () => {
  await portal?.close()
  portal = undefined
  await server.close()
  await rm(base, { recursive: true, force: true })
})

const repository = (name: string): TestRepository => testRepository(join(base, `served/${name}.git`))
async function start(names: string[], dataDir = join(base, 'data')): Promise<TestPortal> {
  const providers = names.map((name) =>
    gitProvider({ url: `${server.origin}/${name}.git`, title: name, protocols: ['http'] }),
  )
  portal = await testPortal({ plugins: [catalog({ providers })], dataDir })
  return portal
}
const sources = async (from: TestPortal) => (await from.get('/catalog/sources')).region('catalog-sources').text
const problems = async (from: TestPortal) => (await from.get('/catalog/problems')).text
const component = (from: TestPortal, name: string) => from.get(`/catalog/default/component/${name}`)
const names = async (from: TestPortal) =>
  (await from.get('/catalog.json?kind=all'))
    .json<{ metadata: { name: string } }[]>()
    .map(({ metadata }) => metadata.name)
    .sort()

test('a full disk: what was read stays, the page says so, and room mends it', async (context) => {
  const disk = join(base, 'data/git')
  await mkdir(disk, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'none', disk], { stdio: 'ignore' })
  } catch {
    return context.skip('a small disk cannot be mounted here')
  }
  try {
    const [one, two] = [repository('one'), repository('two')]
    one.commit({ 'catalog-info.yaml': entity({ name: 'one' }) })
    two.commit({ 'catalog-info.yaml': entity({ name: 'two' }) })
    const from = await start(['one', 'two'])
    expect(await names(from)).toEqual(['one', 'two'])

    const noise = randomBytes(900_000).toString('base64')
    one.commit({ 'catalog-info.yaml': entity({ name: 'one', description: 'Too much' }), 'a/catalog-info.yaml': noise })
    await from.crawl()
    const told = await sources(from)
    expect(told).toContain('could not be fetched: the disk is full.')
    expect(told).toContain('Make room on the disk of the data folder.')
    expect(told).toContain('What is shown of it was read')
    expect(await names(from)).toEqual(['one', 'two'])
    expect((await component(from, 'one')).text).not.toContain('Too much')
    expect((await from.get('/catalog/default/component/two/source?file=catalog-info.yaml')).text).toContain('two')

    execFileSync('mount', ['-o', 'remount,size=20m', disk])
    await from.crawl()
    expect(await sources(from)).not.toContain('disk is full')
    expect((await component(from, 'one')).text).toContain('Too much')
  } finally {
    await portal?.close()
    portal = undefined
    execFileSync('umount', ['-l', disk])
  }
})

test('one that vanishes keeps its entities, and the page says why and since when', async () => {
  const one = repository('one')
  one.commit({ 'catalog-info.yaml': entity({ name: 'one' }), part: { submodule: '1'.repeat(40) } })
  const from = await start(['one'])
  await rename(one.path, `${one.path}-away`)
  await from.crawl()
  const told = await sources(from)
  expect(told).toContain('one is not there, or may not be seen by who asks.')
  expect(told).toContain('It first failed')
  expect(await names(from)).toEqual(['one'])
  expect((await from.get('/catalog/default/component/one/source?file=catalog-info.yaml')).text).toContain('one')
  await rename(`${one.path}-away`, one.path)
  await from.crawl()
  expect(await sources(from)).not.toContain('is not there')
  // What was told before the error is told again.
  expect(await sources(from)).toContain('1 submodule left out.')
})

test('one rewritten by a forced push: last commits, history and what went are those of the new one', async () => {
  const one = repository('one')
  const first = one.commit(
    {
      'catalog-info.yaml': entity({ name: 'one', description: 'Before' }),
      'b/catalog-info.yaml': entity({ name: 'b' }),
    },
    { author: 'Anna Berg', at: 1_790_000_000 },
  )
  one.commit({ 'other.txt': 'x' }, { author: 'Anna Berg', at: 1_790_000_500 })
  const from = await start(['one'])
  const about = '/catalog/default/component/one'
  expect((await from.get(`${about}/source?form=fields`)).text).toContain('Anna Berg')
  const rewritten = one.commit(
    { 'catalog-info.yaml': entity({ name: 'one', description: 'Rewritten' }) },
    { author: 'Bo Lind', at: 1_789_000_000, anew: true },
  )
  one.git(['reflog', 'expire', '--expire=now', '--all'])
  one.git(['gc', '--quiet', '--prune=now'])
  await from.crawl()
  expect(await sources(from)).toContain(rewritten.slice(0, 8))
  expect(await sources(from)).not.toContain('failed')
  expect((await component(from, 'one')).text).toContain('Rewritten')
  const fields = (await from.get(`${about}/source?form=fields`)).text
  expect(fields).toContain('Bo Lind')
  expect(fields).not.toContain('Anna Berg')
  const history = (await from.get(`${about}/history`)).text
  expect(history).toContain(rewritten.slice(0, 8))
  expect(history).toContain('Before')
  expect(first).not.toBe(rewritten)
  // What the new history does not have has no definition any more, and its page says so.
  expect((await component(from, 'b')).text).toContain('No file defines it any more')
})

test('a hundred thousand files are read; more than can be are refused, and what was read stays', async () => {
  const one = repository('one')
  one.commit({
    'catalog-info.yaml': entity({ name: 'one' }),
    'd7/catalog-info.yaml': entity({ name: 'deep' }),
    ...Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`d${i % 500}/${i}.yaml`, `${i % 50}`])),
  })
  const from = await start(['one'])
  expect(await names(from)).toEqual(['deep', 'one'])
  expect((await from.get('/catalog/default/component/deep/source?file=d7%2Fcatalog-info.yaml')).status).toBe(200)

  // Trees that hold each other: few objects, more files than there are on earth.
  let tree = one.git(['rev-parse', 'main^{tree}'])
  for (let depth = 0; depth < 6; depth++) {
    const inside = Array.from({ length: 10 }, (_, i) => `040000 tree ${tree}\td${i}\n`).join('')
    tree = one.git(['mktree'], inside)
  }
  one.git(['update-ref', 'refs/heads/main', one.git(['commit-tree', '-m', 'bomb', tree])])
  await from.crawl()
  expect(await sources(from)).toContain('The repository holds more than 250000 files.')
  expect(await names(from)).toEqual(['deep', 'one'])
  expect((await component(from, 'one')).status).toBe(200)
})

test('hostile paths, links, submodules and LFS: told where they are, and nothing outside is read', async () => {
  const outside = join(base, 'outside.yaml')
  await writeFile(outside, entity({ name: 'stolen', description: 'outside' }))
  await mkdir(join(base, 'data'), { recursive: true })
  await writeFile(join(base, 'data/outside.yaml'), entity({ name: 'stolen', description: 'outside' }))
  const one = repository('one')
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`
  one.commit({
    'catalog-info.yaml':
      entity({ name: 'one' }) +
      entity({
        kind: 'Location',
        name: 'leads',
        spec: { targets: ['./absolute.yaml', '../../outside.yaml', './through/outside.yaml'] },
      }) +
      entity({
        kind: 'API',
        name: 'takes',
        spec: {
          type: 'openapi',
          lifecycle: 'production',
          owner: 'user:anna',
          definition: { $text: './absolute.yaml' },
        },
      }),
    'absolute.yaml': { link: outside },
    'links/catalog-info.yaml': { link: outside },
    'chain/catalog-info.yaml': { link: '../up/first' },
    'up/first': { link: 'second' },
    'up/second': { link: '../../../../../data/outside.yaml' },
    through: { link: '../../..' },
    'inside/catalog-info.yaml': { link: '../real/thing.yaml' },
    'real/thing.yaml': entity({ name: 'linked' }),
    'lfs/catalog-info.yaml': pointer,
    module: { submodule: '1'.repeat(40) },
    'other-module': { submodule: '2'.repeat(40) },
  })
  addHostilePaths(one)
  const from = await start(['one'])
  expect(await names(from)).toContain('linked')
  expect(await names(from)).not.toContain('stolen')
  const told = await sources(from)
  expect(told).toContain('2 paths that cannot be right left out.')
  expect(told).toContain('2 submodules left out.')
  expect(told).toContain('6 symbolic links out of the repository left out.')
  const wrong = await problems(from)
  expect(wrong).toContain('kept in Git LFS')
  expect(wrong).toContain('There is no file absolute.yaml in this source')
  expect(wrong).toContain('leads out of')
  for (const path of [
    'absolute.yaml',
    'links/catalog-info.yaml',
    'through/outside.yaml',
    '../outside.yaml',
    'up/first',
  ]) {
    const page = await from.get(`/catalog/default/component/one/source?file=${encodeURIComponent(path)}`)
    expect(page.body, path).not.toContain('stolen')
  }
  for (const page of ['/catalog.json?kind=all', '/catalog/problems', '/catalog/default/api/takes']) {
    expect((await from.get(page)).body).not.toContain('description: outside')
  }
})

/** Adds `..` and `.git` beside what is there, which only a hand-made tree can have. */
function addHostilePaths(repository: TestRepository): void {
  const blob = repository.git(['hash-object', '-w', '--stdin'], entity({ name: 'stolen' }))
  const commit = repository.git(['rev-parse', 'main'])
  const tree = repository.git(['rev-parse', 'main^{tree}'])
  const listed = repository.git(['ls-tree', tree]).split('\n')
  const inner = repository.git(['mktree'], `100644 blob ${blob}\tcatalog-info.yaml\n`)
  const entries = [...listed, `100644 blob ${blob}\t..`, `040000 tree ${inner}\t.git`]
  const bytes = Buffer.concat(
    entries.map((line) => {
      const [, mode = '', , id = '', name = ''] = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/.exec(line) ?? []
      return Buffer.concat([Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`), Buffer.from(id, 'hex')])
    }),
  )
  const made = repository.git(['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], bytes)
  repository.git(['update-ref', 'refs/heads/main', repository.git(['commit-tree', '-p', commit, '-m', 'bad', made])])
}
