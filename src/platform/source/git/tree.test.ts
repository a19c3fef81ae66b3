import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { plainGit, type TestRepository, testRepository } from '../../../testing/git-repository.ts'
import { type GitServer, gitServer } from '../../../testing/git-server.ts'
import { sourceTreeContract } from '../source-tree.contract.ts'
import { parseGitAddress } from './address.ts'
import { createBatch, type GitBatch } from './batch.ts'
import { createLastCommits, historyLimits } from './history.ts'
import { openRepository } from './repository.ts'
import { createGitTree, type GitTree } from './tree.ts'

const signal = new AbortController().signal

interface Stage {
  base: string
  source: TestRepository
  server: GitServer
  open(): Promise<GitTree>
  close(): Promise<void>
}

/** A repository behind smart HTTP, and a place for clones of it. */
async function stage(): Promise<Stage> {
  const base = await mkdtemp(join(tmpdir(), 'callboard-git-'))
  const source = testRepository(join(base, 'served/shop/catalog.git'))
  const server = await gitServer(join(base, 'served'))
  const address = parseGitAddress(`${server.origin}/shop/catalog.git`, ['http'])
  const repository = openRepository({ address, folder: join(base, 'data/git') })
  return {
    base,
    source,
    server,
    open: () => repository.open(undefined, signal),
    close: async () => {
      await server.close()
      await rm(base, { recursive: true, force: true })
    },
  }
}

describe.each([
  ['of which blobs are fetched as they are wanted', 'true'],
  ['of a server without partial clones', 'false'],
])('a repository %s', (_, filter) => {
  sourceTreeContract('a commit', async () => {
    const { base, source, open, close } = await stage()
    source.git(['config', 'uploadpack.allowFilter', filter])
    await writeFile(join(base, 'secret.txt'), 'secret')
    source.commit({ 'first.txt': 'so that there is a commit' })
    source.commit({ 'first.txt': undefined })
    return {
      outside: '../secret.txt',
      write: async (files) => void source.commit(files),
      open: async () => {
        const tree = await open()
        await tree.prefetch(() => true, signal)
        return tree
      },
      close,
    }
  })
})

describe('a tree', () => {
  let at: Stage
  beforeEach(async () => {
    at = await stage()
  })
  afterEach(() => at.close())

  test('a file that was looked at is known without git, in later openings too, and its size once it is here', async () => {
    const commit = at.source.commit({ 'a/b/first.txt': 'content' })
    const run = { repository: at.source.path, home: at.base }
    const batch = createBatch(run)
    const [asked, isFetched] = [[] as string[], { now: false }]
    const read: GitBatch['read'] = (name, maxBytes) => {
      asked.push(name)
      return maxBytes > 0 || isFetched.now ? batch.read(name, maxBytes) : Promise.resolve(undefined)
    }
    const open = () =>
      createGitTree({
        run,
        batch: { ...batch, read },
        commit,
        fetchBlobs: async () => undefined,
        damaged: () => undefined,
      })
    try {
      expect(await open().stat('a/b/first.txt')).toMatchObject({ size: 0 })
      isFetched.now = true
      const found = await open().stat('a/b/first.txt')
      expect(found?.size).toBe(7)
      asked.splice(0)
      expect(await open().stat('a/b/first.txt')).toEqual(found)
      expect(asked).toEqual([])
    } finally {
      batch.close()
    }
  })

  const all = () => true
  const paths = async (tree: GitTree) => (await tree.list()).map(({ path }) => path)
  const text = async (tree: GitTree, path: string) => Buffer.from(await tree.read(path)).toString()

  /** A tree object as no tool would write it. */
  function commitOf(entries: readonly [mode: string, name: string | Buffer, id: string][]): string {
    const bytes = entries.flatMap(([mode, name, id]) => [
      Buffer.from(`${mode} `),
      Buffer.from(name),
      Buffer.from([0]),
      Buffer.from(id, 'hex'),
    ])
    const args = ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin']
    const tree = at.source.git(args, Buffer.concat(bytes))
    const env = plainGit
    const git = [`--git-dir=${at.source.path}`, 'commit-tree', '-m', 'Hostile', tree]
    const commit = execFileSync('git', git, { env }).toString().trim()
    at.source.git(['update-ref', 'refs/heads/main', commit])
    return commit
  }
  const blob = (content: string) => at.source.git(['hash-object', '-w', '--stdin'], content)

  test('only what is wanted is fetched, in one request; reading fetches nothing and says so', async () => {
    at.source.commit(
      Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`d${i}/catalog-info.yaml`, `file ${i}`])),
    )
    at.source.commit({ 'large.bin': 'x'.repeat(1000), link: { link: 'd7' } })
    const tree = await at.open()
    expect((await tree.list(['large.bin']))[0]?.size).toBe(0)
    const before = at.server.requests.length
    await expect(tree.read('d7/catalog-info.yaml')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('has not been fetched'),
    })
    expect(at.server.requests.length).toBe(before)

    await tree.prefetch((path) => path.endsWith('catalog-info.yaml'), signal)
    const asked = at.server.requests.slice(before).map(({ method, url }) => `${method} ${url.replace(/.*\//, '')}`)
    expect(asked).toEqual(['GET refs?service=git-upload-pack', 'POST git-upload-pack'])
    expect(await text(tree, 'd299/catalog-info.yaml')).toBe('file 299')
    expect(await text(tree, 'link/catalog-info.yaml')).toBe('file 7')
    expect(await paths(tree)).toContain('link/catalog-info.yaml')
    expect((await tree.list(['d7/*']))[0]?.size).toBe(6)
    await expect(tree.read('large.bin')).rejects.toMatchObject({ code: 'not_found' })
    const asYet = at.server.requests.length
    await tree.prefetch((path) => path.endsWith('catalog-info.yaml'), signal)
    expect(at.server.requests.length).toBe(asYet)
  })

  test('what a link leads to is fetched with it', async () => {
    at.source.commit({
      'catalog-info.yaml': { link: 'real/thing.txt' },
      'real/thing.txt': 'linked',
      'real/no.txt': 'n',
    })
    const tree = await at.open()
    await tree.prefetch((path) => path === 'catalog-info.yaml', signal)
    expect(await text(tree, 'catalog-info.yaml')).toBe('linked')
    await expect(tree.read('real/no.txt')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('paths that no tool writes are left out and counted, and harm no other', async () => {
    const id = blob('hostile')
    commitOf([
      ['100644', '..', id],
      ['100644', '.GIT', id],
      ['100644', '.git', id],
      ['120000', '.gitmodules', blob('/etc/passwd')],
      ['100644', Buffer.from([0xff, 0xfe]), id],
      ['100644', 'good.yaml', blob('good')],
      ['100644', 'x'.repeat(5000), id],
      ['160000', 'module', '1'.repeat(40)],
    ])
    const tree = await at.open()
    await tree.prefetch(all, signal)
    expect(await paths(tree)).toEqual(['good.yaml'])
    expect(await text(tree, 'good.yaml')).toBe('good')
    expect(tree.warnings).toEqual([
      expect.stringMatching(/^Git finds fault with objects of this repository: .*gitmodulesSymlink/),
      '5 paths that cannot be right left out',
      '1 submodule left out',
      '1 symbolic link out of the repository left out',
    ])
    for (const path of ['.GIT', 'module', '.git'])
      await expect(tree.read(path)).rejects.toMatchObject({ code: 'not_found' })
    await expect(tree.read('.gitmodules')).rejects.toMatchObject({ code: 'invalid' })
  })

  test('links lead nowhere but into the tree', async () => {
    at.source.commit({
      'a/file.txt': 'inside',
      absolute: { link: '/etc/passwd' },
      up: { link: '../../../../../../etc/passwd' },
      'a/round': { link: '../a/round2' },
      'a/round2': { link: 'round' },
      through: { link: 'a/file.txt/x' },
      'git-own': { link: '.git/config' },
      'a/b/back': { link: '../../absolute' },
      'a/fine': { link: './../a/./file.txt' },
      folder: { link: 'a' },
      root: { link: '.' },
      long: { link: 'x'.repeat(5000) },
      module: { submodule: '2'.repeat(40) },
      'into-module': { link: 'module/file' },
    })
    const tree = await at.open()
    await tree.prefetch(all, signal)
    expect(await paths(tree)).toEqual(['a/file.txt', 'a/fine', 'folder/file.txt'])
    expect(await text(tree, 'folder/fine')).toBe('inside')
    expect(tree.warnings).toEqual(['1 submodule left out', '3 symbolic links out of the repository left out'])
    for (const path of ['absolute', 'up', 'a/b/back']) {
      await expect(tree.read(path), path).rejects.toMatchObject({ code: 'invalid' })
    }
    for (const path of ['a/round', 'through', 'git-own', 'into-module', 'root']) {
      await expect(tree.read(path), path).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  test('a pointer to LFS is told as one', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`
    at.source.commit({ 'catalog-info.yaml': pointer, 'about.md': `# LFS\n\n${pointer}` })
    const tree = await at.open()
    await tree.prefetch(all, signal)
    await expect(tree.read('catalog-info.yaml')).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('Git LFS'),
    })
    expect(await text(tree, 'about.md')).toContain('# LFS')
  })

  test('a hundred thousand files are listed; more than allowed are refused', async () => {
    const files = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`d${i % 500}/${i}.yaml`, `${i % 50}`]))
    at.source.commit(files)
    const tree = await at.open()
    const before = process.memoryUsage().heapUsed
    expect((await tree.list()).length).toBe(100_000)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(150_000_000)
    await tree.prefetch((path) => path === 'd7/7.yaml', signal)
    expect(await text(tree, 'd7/7.yaml')).toBe('7')
  })

  test('folders that hold each other without end are refused in good time', async () => {
    let tree = commitOf([['100644', 'file', blob('x')]])
    for (let depth = 0; depth < 12; depth++) {
      const inside = at.source.git(['rev-parse', `${tree}^{tree}`])
      tree = commitOf(Array.from({ length: 10 }, (_, i) => ['40000', `d${i}`, inside]))
    }
    const bomb = await at.open()
    await expect(bomb.list()).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('more than') })
    expect((await bomb.contributors('', { since: 0, most: 10 })).people.length).toBe(1)
    const path = `${'d3/'.repeat(12)}file`
    expect((await bomb.stat(path))?.path).toBe(path)
    // Git would hold every path of the one commit in memory.
    const run = { repository: at.source.path, home: at.base }
    const commit = at.source.git(['rev-parse', 'HEAD'])
    const last = createLastCommits(run, commit, undefined, { ...historyLimits, memory: 64 * 1024 * 1024 })
    expect(await last.of(path)).toBeUndefined()
  })

  test('the last commit of each file comes from one walk', async () => {
    at.source.commit({ 'a.txt': '1', 'b/c.txt': '1' }, { author: 'Anna', at: 1_700_000_000 })
    at.source.commit({ 'b/c.txt': '2' }, { author: 'Ben', email: 'ben@acme.example', at: 1_700_000_100 })
    const last = at.source.commit({ 'd\n.txt': '' }, { author: 'Cora', at: 1_700_000_200 })
    const tree = await at.open()
    expect(await tree.log('d\n.txt')).toEqual({ id: last, author: 'Cora', at: 1_700_000_200_000 })
    const [a, c, none] = await Promise.all(['a.txt', './b/c.txt', 'none.txt'].map((path) => tree.log(path)))
    expect(a).toMatchObject({ author: 'Anna', at: 1_700_000_000_000 })
    expect(c).toMatchObject({ author: 'Ben', at: 1_700_000_100_000 })
    expect(none).toBeUndefined()
    expect(await tree.log('a.txt')).toEqual(a)
  })

  describe('its contributors', () => {
    const year = 1_700_000_000
    const ask = { since: (year - 1000) * 1000, most: 100 }
    const names = async (folder: string, options: Partial<typeof ask> = {}) =>
      (await (await at.open()).contributors(folder, { ...ask, ...options })).people.map(({ name }) => name)

    test('are those of the commits that touched a folder, the busiest first', async () => {
      at.source.commit({ 'a.txt': '1', 'b/c.txt': '1' }, { author: 'Anna', at: year })
      at.source.commit({ 'b/c.txt': '2' }, { author: 'Ben', email: 'ben@acme.example', at: year + 100 })
      at.source.commit({ 'b/c.txt': '3' }, { author: 'Ben', email: 'BEN@acme.example', at: year + 200 })
      const tree = await at.open()
      expect(await tree.contributors('b', ask)).toEqual({
        people: [
          { name: 'Ben', email: 'BEN@acme.example', commits: 2, lastAt: (year + 200) * 1000 },
          { name: 'Anna', email: 'anna@acme.example', commits: 1, lastAt: year * 1000 },
        ],
        commits: 3,
        isPartial: false,
      })
      expect(await names('')).toEqual(['Ben', 'Anna'])
      expect(await names('a.txt')).toEqual(['Anna'])
      // No pattern, no option, no way out.
      expect(await names('*')).toEqual([])
      expect(await names('--all')).toEqual([])
      await expect(tree.contributors('../x', ask)).rejects.toMatchObject({ code: 'invalid' })
    })

    test('older commits do not count, and of very many the newest', async () => {
      at.source.commit({ 'a.txt': '1' }, { author: 'Old', at: year - 5000 })
      at.source.commit({ 'a.txt': '2' }, { author: 'First', email: 'first@acme.example', at: year })
      at.source.commit({ 'a.txt': '3' }, { author: 'Last', email: 'last@acme.example', at: year + 100 })
      expect(await names('')).toEqual(['Last', 'First'])
      const tree = await at.open()
      expect(await tree.contributors('', { ...ask, most: 1 })).toMatchObject({ commits: 1, isPartial: true })
      expect(await tree.contributors('', { ...ask, most: 2 })).toMatchObject({ commits: 2, isPartial: false })
      expect(await names('', { most: 1 })).toEqual(['Last'])
    })

    test('are called as .mailmap says once it was fetched, and nothing is fetched for it', async () => {
      at.source.commit({ '.mailmap': 'Anna Berg <anna@acme.example> <a.b@old.example>\n' }, { at: year })
      at.source.commit({ 'a.txt': '1' }, { author: 'ab', email: 'a.b@old.example', at: year + 100 })
      const tree = await at.open()
      const before = at.server.requests.length
      expect((await tree.contributors('a.txt', ask)).people).toMatchObject([{ name: 'ab' }])
      expect(at.server.requests.length).toBe(before)
      await tree.prefetch(() => false, signal)
      const { people } = await tree.contributors('', ask)
      expect(people).toMatchObject([{ name: 'Anna Berg', email: 'anna@acme.example', commits: 2 }])
    })

    test('a .mailmap that is a link, a folder or large is passed over', async () => {
      at.source.commit({ 'a.txt': '1', '.mailmap': { link: 'a.txt' } }, { author: 'ab', at: year })
      expect(await names('')).toEqual(['ab'])
      at.source.commit({ '.mailmap': undefined, '.mailmap/x': '' }, { author: 'ab', at: year + 1 })
      expect(await names('')).toEqual(['ab'])
      const large = `${'# filler\n'.repeat(150_000)}Anna Berg <anna@acme.example>\n`
      at.source.commit({ '.mailmap/x': undefined, '.mailmap': large }, { author: 'ab', at: year + 2 })
      const tree = await at.open()
      await tree.prefetch(() => false, signal)
      expect(await names('')).toEqual(['ab'])
    })
  })
})
