import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../../api/env.ts'
import { type GitCalls, gitCalls } from '../../../testing/git-calls.ts'
import { type TestRepository, testRepository } from '../../../testing/git-repository.ts'
import { type GitServer, gitServer } from '../../../testing/git-server.ts'
import { type TestPortal, testPortal } from '../../../testing/index.ts'
import { entity } from '../fixtures/shop.ts'
import { catalog } from '../index.ts'
import { GitOptions, gitProvider } from './git.ts'

const token = new Secret('GIT_TOKEN', 'tk-81f0c2')
const secretText = (error: unknown) => JSON.stringify([error, String(error)])

describe('the options', () => {
  test('of the simplest form', () => {
    const provider = gitProvider({ url: 'https://git.acme.dev/shop/catalog.git' })
    expect(provider).toMatchObject({
      id: 'git:https://git.acme.dev/shop/catalog',
      title: 'shop/catalog',
      type: 'git',
      every: '10m',
      paths: ['**/catalog-info.{yaml,yml}'],
    })
    expect(provider.locationOf('a/b.yaml')).toBe('git:https://git.acme.dev/shop/catalog.git//a/b.yaml')
  })

  test('of a branch', () => {
    const key = new Secret('K', 'key')
    const provider = gitProvider({ url: 'git@git.acme.dev:shop/catalog.git', branch: 'release/1', key, title: 'Shop' })
    expect(provider).toMatchObject({ id: 'git:ssh://git.acme.dev/shop/catalog#release/1', title: 'Shop' })
    expect(provider.locationOf('a')).toContain('?ref=release%2F1')
  })

  const url = 'https://git.acme.dev/x.git'
  test.each([
    [{ url: '' }, 'not the address'],
    [{ url: 'ext::sh -c x' }, 'refused'],
    [{ url: '--upload-pack=x' }, 'refused'],
    [{ url: 'http://git.acme.dev/x' }, "add 'http' to protocols"],
    [{ url: '/srv/x.git' }, 'folderProvider'],
    [{ url, branch: '-c' }, 'not the name of a branch'],
    [{ url, branch: 'a\nb' }, 'not the name of a branch'],
    [{ url, paths: [] }, 'paths'],
    [{ url, paths: ['../x'] }, 'relative to the root'],
    [{ url, every: 'often' }, 'length of time'],
    [{ url, protocols: ['ext'] }, 'protocols'],
    [{ url, protocols: ['ssh'] }, "add 'https' to protocols"],
    [{ url, token: 'tk-81f0c2' }, "secret('GIT_TOKEN')"],
    [{ url, key: new Secret('K', 'tk-81f0c2') }, 'of no use with https'],
    [{ url: 'ssh://git@host/x', token }, 'of no use with ssh'],
    [{ url: 'https://anna:tk-81f0c2@git.acme.dev/x.git' }, "token: secret('NAME')"],
    [{ url, tokn: token }, 'tokn'],
  ])('%j are refused', (options, part) => {
    let error: unknown
    try {
      gitProvider(options as Parameters<typeof gitProvider>[0])
    } catch (caught) {
      error = caught
    }
    expect(String(error)).toContain(part)
    expect(secretText(error)).not.toContain('tk-81f0c2')
  })

  test('are described', () => {
    for (const option of Object.values(GitOptions.shape)) expect(option.description).toMatch(/^[A-Z].{20,}/)
  })
})

describe('a portal with repositories', () => {
  let base: string
  let server: GitServer
  let calls: GitCalls
  let portal: TestPortal | undefined
  const path = process.env.PATH

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'callboard-git-provider-'))
    server = await gitServer(join(base, 'served'), token.reveal())
    calls = gitCalls(base)
    process.env.PATH = calls.path
  })

  afterEach(async () => {
    process.env.PATH = path
    await portal?.close()
    portal = undefined
    await server.close()
    await rm(base, { recursive: true, force: true })
  })

  const repository = (name: string): TestRepository => testRepository(join(base, `served/shop/${name}.git`))
  const provider = (name: string, more: Partial<Parameters<typeof gitProvider>[0]> = {}) =>
    gitProvider({ url: `${server.origin}/shop/${name}.git`, token, protocols: ['http'], ...more })
  const start = async (names: string[], more: Partial<Parameters<typeof gitProvider>[0]> = {}, dataDir?: string) => {
    const plugins = [catalog({ providers: names.map((name) => provider(name, more)) })]
    portal = await testPortal({ plugins, ...(dataDir && { dataDir }) })
    return portal
  }
  const commands = () => calls.list().map(({ command }) => command)
  const sources = async (from: TestPortal) => (await from.get('/catalog/sources')).region('catalog-sources').text

  test('reads what is pushed, through Locations, with one fetch of contents for each step', async () => {
    const shop = repository('catalog')
    const targets = Array.from({ length: 30 }, (_, i) => `./services/s${i}.yaml`)
    shop.commit({
      'catalog-info.yaml': entity({ kind: 'Location', name: 'all', spec: { targets } }),
      ...Object.fromEntries(targets.map((target, i) => [target.slice(2), entity({ name: `s${i}` })])),
      'other/readme.md': 'not wanted',
    })
    const from = await start(['catalog'])
    expect((await from.get('/catalog/default/component/s29')).status).toBe(200)
    expect(commands().filter((command) => command === 'fetch')).toHaveLength(3)
    expect(await sources(from)).toContain(shop.git(['rev-parse', 'main']).slice(0, 8))

    shop.commit({ 'services/s7.yaml': entity({ name: 's7', description: 'Pushed a moment ago' }) })
    await from.crawl()
    expect((await from.get('/catalog/default/component/s7')).text).toContain('Pushed a moment ago')
    const [change] = (await from.get('/catalog/default/component/s7/history')).text.match(/[0-9a-f]{8}/) ?? []
    expect(change).toBe(shop.git(['rev-parse', 'main']).slice(0, 8))
  })

  test('asks once for each that has not moved, also after a restart, and reads pages without asking', async () => {
    for (const name of ['one', 'two', 'three']) {
      repository(name).commit({ 'catalog-info.yaml': entity({ name }) })
    }
    repository('none').commit({ 'other.yaml': entity({ name: 'other' }) })
    const names = ['one', 'two', 'three', 'none']
    const dataDir = join(base, 'data')
    const first = await start(names, {}, dataDir)
    calls.clear()
    let before = server.requests.length
    await first.crawl()
    expect(commands()).toEqual([])
    expect(server.requests.length - before).toBe(4)
    await first.close()

    before = server.requests.length
    const second = await start(names, {}, dataDir)
    // Which program read a repository without files is not known after a restart: that one may be listed once.
    expect(server.requests.length - before).toBe(4)
    expect(commands().filter((command) => command !== 'ls-tree')).toEqual([])
    expect(commands().length).toBeLessThanOrEqual(1)
    const asked = server.requests.length
    const page = await second.get('/catalog/default/component/one/source?file=catalog-info.yaml')
    expect(page.text).toContain('"name":"one"')
    expect(server.requests.length).toBe(asked)
    await second.close()

    // Other globs read other files of the same commit.
    const third = await start(names, { paths: ['**/*.yaml'] }, dataDir)
    expect((await third.get('/catalog/default/component/other')).status).toBe(200)
    expect((await third.get('/catalog/default/component/one')).status).toBe(200)
  })

  test('a page that is opened before the first reading asks nobody', async () => {
    repository('catalog').commit({ 'catalog-info.yaml': entity({ name: 'a' }) })
    const dataDir = join(base, 'data')
    await (await start(['catalog'], {}, dataDir)).close()
    const plugins = [catalog({ providers: [provider('catalog')] })]
    portal = await testPortal({ plugins, dataDir, begin: false })
    const asked = server.requests.length
    expect((await portal.get('/catalog/default/component/a/source?file=catalog-info.yaml')).text).toContain(
      '"name":"a"',
    )
    expect(server.requests.length).toBe(asked)
  })

  test('a repository that cannot be had keeps its entities, says why, and harms no other', async () => {
    const [one, two] = [repository('one'), repository('two')]
    one.commit({ 'catalog-info.yaml': entity({ name: 'one' }) })
    two.commit({ 'catalog-info.yaml': entity({ name: 'two' }) })
    const from = await start(['one', 'two'])
    await rename(one.path, `${one.path}-away`)
    two.commit({ 'catalog-info.yaml': entity({ name: 'two', description: 'Still read' }) })
    await from.crawl()
    expect(await sources(from)).toContain('is not there, or may not be seen by who asks')
    expect((await from.get('/catalog/default/component/one')).region('catalog-head').text).not.toContain('orphan')
    expect((await from.get('/catalog/default/component/two')).text).toContain('Still read')
    await rename(`${one.path}-away`, one.path)
    await from.crawl()
    expect(await sources(from)).not.toContain('is not there')
    expect(await sources(from)).not.toContain('failed')
  })

  test('what is left out of a repository is told with the source', async () => {
    repository('catalog').commit({
      'catalog-info.yaml': entity({ name: 'a' }),
      'lfs/catalog-info.yaml': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
      module: { submodule: '1'.repeat(40) },
    })
    const from = await start(['catalog'])
    expect(await sources(from)).toContain('1 submodule left out.')
    expect((await from.get('/catalog/problems')).text).toContain('kept in Git LFS')
    expect((await from.get('/catalog/sources')).body).not.toContain(token.reveal())
  })
})
