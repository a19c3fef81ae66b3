import { mkdtempSync, rmSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Entity } from '../../../api/entity.ts'
import { type GitCalls, gitCalls } from '../../../testing/git-calls.ts'
import { type TestRepository, testRepository } from '../../../testing/git-repository.ts'
import { type GitServer, gitServer } from '../../../testing/git-server.ts'
import { type TestPortal, testPortal } from '../../../testing/index.ts'
import { catalog } from '../index.ts'
import { checkoutsProvider, type FoundRepositories } from '../providers/checkouts.ts'
import { tenCheckouts, writeCheckouts } from './fixtures/checkouts.ts'

// The ten repositories behind a server: what their addresses give is what their checkouts give.

const names = Object.keys(tenCheckouts)
const path = process.env.PATH
let base: string
let server: GitServer
let calls: GitCalls
let served: Map<string, TestRepository>
let portal: TestPortal
let found: FoundRepositories | undefined

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'callboard-ten-urls-'))
  writeCheckouts(join(base, 'src'), tenCheckouts)
  served = new Map(
    names.map((name) => {
      const repository = testRepository(join(base, 'served/acme', `${name}.git`))
      repository.git(['fetch', '--quiet', join(base, 'src', name), '+refs/*:refs/*'])
      return [name, repository]
    }),
  )
  server = await gitServer(join(base, 'served'))
  calls = gitCalls(base)
  process.env.PATH = calls.path
  portal = await start(urls())
})
afterAll(async () => {
  process.env.PATH = path
  await portal?.close()
  await server?.close()
  rmSync(base, { recursive: true, force: true })
})

const urls = () => names.map((name) => `${server.origin}/acme/${name}`)
const provider = (from: string[]) => {
  return checkoutsProvider({ from, protocols: ['http'], found: (last) => (found = last) })
}
const start = (from: string[], dataDir = join(base, 'data')) =>
  testPortal({ plugins: [catalog({ providers: [provider(from)] })], dataDir })
const commands = () => calls.list().map(({ command }) => command)
const repository = (name: string) => served.get(name) as TestRepository

async function entities(from: TestPortal): Promise<Map<string, Entity>> {
  const all = (await from.get('/catalog.json?kind=all')).json<Entity[]>()
  return new Map(all.map((one) => [`${one.kind} ${one.metadata.name}`.toLowerCase(), one]))
}

/** What was inferred, without what depends on where the files are. */
const facts = (all: Map<string, Entity>) =>
  Object.fromEntries(
    [...all].map(([key, { metadata, spec }]) => [
      key,
      {
        title: metadata.title,
        description: metadata.description,
        tags: metadata.tags,
        docs: metadata.annotations?.['backstage.io/techdocs-ref'],
        inferred: metadata.annotations?.['callboard.dev/inferred'],
        spec,
      },
    ]),
  )

test('addresses give the same entities as the checkouts, with one fetch of contents for each', async () => {
  const fetched = calls.list().filter(({ command }) => command === 'fetch')
  expect(fetched.filter(({ args }) => args.includes('--prune'))).toHaveLength(names.length)
  expect(fetched).toHaveLength(2 * names.length)
  const checkouts = await testPortal({ plugins: [catalog({ providers: [provider([join(base, 'src')])] })] })
  try {
    const [expected, ours] = [facts(await entities(checkouts)), facts(await entities(portal))]
    expect(Object.keys(expected).length).toBeGreaterThan(20)
    expect(ours).toEqual(expected)
  } finally {
    await checkouts.close()
  }
  expect(JSON.stringify([...(await entities(portal)).values()])).not.toContain('Not looked at')
})

test('a field leads to its file, and the file that nobody wrote to no page', async () => {
  const about = '/catalog/default/component/cart'
  expect((await portal.get(about)).body).toContain('Inferred: package.json:10, dependency express')
  const file = await portal.get(`${about}/source?file=cart%2FCODEOWNERS`)
  expect(file.text).toContain('* @acme/checkout @anna')
  const written = await portal.get(`${about}/write`)
  expect(written.text).toContain(`git:${server.origin}/acme/cart//catalog-info.yaml`)
  const text = (await portal.get(`${about}/source?file=cart%2Fcatalog-info.yaml`)).text
  expect(text).not.toContain('Not looked at')
})

test('heads that have not moved cost one question each, also after a restart; pages ask nobody', async () => {
  calls.clear()
  let before = server.requests.length
  await portal.crawl()
  expect(commands()).toEqual([])
  expect(server.requests.length - before).toBe(names.length)
  await portal.close()
  before = server.requests.length
  portal = await start(urls())
  expect(commands().filter((command) => ['ls-remote', 'fetch'].includes(command))).toEqual([])
  expect(server.requests.length - before).toBe(names.length)
  await portal.close()

  const plugins = [catalog({ providers: [provider(urls())] })]
  portal = await testPortal({ plugins, dataDir: join(base, 'data'), begin: false })
  const asked = server.requests.length
  const page = await portal.get('/catalog/default/component/cart/source?file=cart%2FCODEOWNERS')
  expect(page.text).toContain('* @acme/checkout @anna')
  expect(server.requests.length).toBe(asked)
  await portal.close()
  portal = await start(urls())
})

test('a push shows at the next reading, and only its repository is fetched', async () => {
  repository('mail').commit({
    'README.md': '# Mail\n\nDelivers what people write.\n',
    extra: { submodule: '1'.repeat(40) },
  })
  calls.clear()
  await portal.crawl()
  expect((await portal.get('/catalog/default/component/mail')).text).toContain('Delivers what people write.')
  expect(commands().filter((command) => command === 'fetch')).toHaveLength(2)
  expect(found?.warnings).toEqual(['mail: 1 submodule left out'])
  const sources = (await portal.get('/catalog/sources')).region('catalog-sources')
  expect(sources.text).toContain('mail: 1 submodule left out.')
})

test('a repository that cannot be had stays as it was and is told; the others go on', async () => {
  const { path: at } = repository('cart')
  await rename(at, `${at}-away`)
  repository('rates').commit({ 'README.md': '# acme-rates\n\nWhat money is worth today.\n' })
  await portal.crawl()
  const sources = async () => (await portal.get('/catalog/sources')).region('catalog-sources').text
  expect(await sources()).toContain(
    'acme/cart is not there, or may not be seen by who asks; what was fetched before is shown',
  )
  expect((await portal.get('/catalog/default/component/acme-rates')).text).toContain('What money is worth today.')
  expect((await portal.get('/catalog/default/component/cart')).status).toBe(200)
  expect((await entities(portal)).get('component cart')?.metadata.description).toBe('Holds what people want to buy')

  const fresh = await start([`${server.origin}/acme/cart`, `${server.origin}/acme/rates`], join(base, 'fresh'))
  expect([...(await entities(fresh)).keys()]).toContain('component acme-rates')
  expect((await fresh.get('/catalog/sources')).text).toContain('acme/cart is not there')
  await fresh.close()
  const none = await start([`${server.origin}/acme/cart`], join(base, 'none'))
  expect((await none.get('/catalog/sources')).region('catalog-sources').text).toContain('failed')
  await none.close()
  await rename(`${at}-away`, at)
  await portal.crawl()
  expect(await sources()).not.toContain('not there')
})

test('a file that is pushed holds, and leads to Locations that are fetched as well', async () => {
  repository('rates').commit({
    'catalog-info.yaml':
      'apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: { name: all }\nspec: { targets: [./parts/one.yaml] }\n',
    'parts/one.yaml':
      'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: rates }\nspec: { type: library, lifecycle: mine, owner: user:anna }\n',
  })
  await portal.crawl()
  expect((await portal.get('/catalog/default/component/rates')).region('catalog-head').text).toContain('library · mine')
})

test('languages count by files, of which most have no size here', async () => {
  const mixed = testRepository(join(base, 'served/acme/mixed.git'))
  const code = Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`pkg/file_${at}.py`, `number = ${at}\n`]))
  mixed.commit({ ...code, 'tools/main.go': 'package main\n', 'setup.py': 'setup(name="mixed")\n' })
  const one = await start([`${server.origin}/acme/mixed`], join(base, 'mixed'))
  expect((await entities(one)).get('component mixed')?.metadata.tags).toEqual(['python', 'go'])
  await one.close()
})

test('an address beside a folder of checkouts', async () => {
  const both = await start([join(base, 'src/ledger'), `${server.origin}/acme/acmectl`], join(base, 'both'))
  const found = await entities(both)
  expect(found.get('component acmectl')?.spec?.dependsOn).toEqual(['component:ledger'])
  await both.close()
})
