import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GitCalls, gitCalls } from '../../testing/git-calls.ts'
import { type TestRepository, testRepository } from '../../testing/git-repository.ts'
import { type GitServer, gitServer } from '../../testing/git-server.ts'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'
import { catalog } from './index.ts'
import { gitProvider } from './providers/git.ts'

// What the first page of an entity would ask a clone has been asked before it.

const path = process.env.PATH
let base: string
let calls: GitCalls
let server: GitServer
let shop: TestRepository
let portal: TestPortal | undefined

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'callboard-histories-'))
  server = await gitServer(join(base, 'git'))
  shop = testRepository(join(base, 'git/acme/shop.git'))
  shop.commit({ 'catalog-info.yaml': entity({ name: 'cart' }), CODEOWNERS: '* @acme/payments\n' })
  calls = gitCalls(base)
  process.env.PATH = calls.path
})
afterEach(async () => {
  process.env.PATH = path
  await portal?.close()
  await server.close()
  await rm(base, { recursive: true, force: true })
})

const lastCommits = () => calls.list().filter(({ command, args }) => command === 'log' && args.includes('--name-only'))
const readAhead = () => expect.poll(() => lastCommits().length, { timeout: 20_000 }).toBeGreaterThan(0)

test('the last commit of its file is known before anybody looks, and again after a push', async () => {
  const url = `${server.origin}/acme/shop.git`
  portal = await testPortal({ plugins: [catalog({ providers: [gitProvider({ url, protocols: ['http'] })] })] })
  await readAhead()
  const commit = shop.commit({ 'catalog-info.yaml': entity({ name: 'cart', description: 'Another' }) })
  calls.clear()
  await portal.crawl()
  await readAhead()
  await expect.poll(() => calls.list().some(({ command }) => command === 'cat-file'), { timeout: 20_000 }).toBe(true)

  calls.clear()
  const { text } = await portal.get('/catalog/default/component/cart')
  expect(text).toContain('Another')
  expect((await portal.get('/catalog/default/component/cart/history')).text).toContain(commit.slice(0, 8))
  expect(lastCommits()).toEqual([])
})
