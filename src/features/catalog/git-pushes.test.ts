import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../api/env.ts'
import { type GitCalls, gitCalls } from '../../testing/git-calls.ts'
import { type TestRepository, testRepository } from '../../testing/git-repository.ts'
import { gitServer } from '../../testing/git-server.ts'
import { gitDaemon, sshd, sshServer } from '../../testing/git-transports.ts'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'
import { catalog } from './index.ts'
import { gitProvider } from './providers/git.ts'

// The whole portal over every transport: what is pushed is on the page after a refresh and after a webhook, and what
// did not move costs one question.

const secret = 'correct horse'
const names = ['one', 'two', 'three']
const path = process.env.PATH
let base: string
let calls: GitCalls
let portal: TestPortal
let repositories: Map<string, TestRepository>
const closing: (() => unknown)[] = []

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'callboard-pushes-'))
  repositories = new Map(names.map((name) => [name, testRepository(join(base, `served/shop/${name}.git`))]))
  for (const [name, repository] of repositories) repository.commit({ 'catalog-info.yaml': entity({ name }) })
  calls = gitCalls(base)
  process.env.PATH = calls.path
})
afterEach(async () => {
  process.env.PATH = path
  await portal?.close()
  for (const close of closing.splice(0).reverse()) await close()
  await rm(base, { recursive: true, force: true })
})

type GitOptions = Parameters<typeof gitProvider>[0]
type UrlOf = (path: string) => string

async function start(urlOf: UrlOf, more: Partial<GitOptions>): Promise<void> {
  const providers = names.map((name) => gitProvider({ url: urlOf(`shop/${name}.git`), title: name, ...more }))
  const webhooks = { github: { secret: new Secret('WEBHOOK', secret) } }
  portal = await testPortal({ plugins: [catalog({ providers, webhooks })] })
}

const push = (name: string, description: string) =>
  repositories.get(name)?.commit({ 'catalog-info.yaml': entity({ name, description }) }) ?? ''
const page = async (name: string) => (await portal.get(`/catalog/default/component/${name}`)).text
const commands = () => calls.list().map(({ command }) => command)

/** As GitHub sends it: signed, with the address of the repository in the field that is for its protocol. */
async function webhook(url: string, commit: string): Promise<number> {
  const field = { http: 'clone_url', git: 'git_url', ssh: 'ssh_url' }[url.split(':')[0] ?? ''] ?? ''
  const body = JSON.stringify({
    ref: 'refs/heads/main',
    after: commit,
    repository: { [field]: url, default_branch: 'main' },
    commits: [{ modified: ['catalog-info.yaml'] }],
  })
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  const { statusCode } = await portal.portal.server.inject({
    method: 'POST',
    url: '/api/events/http/github',
    payload: body,
    headers: {
      host: 'localhost:7007',
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-hub-signature-256': signature,
    },
  })
  return statusCode
}

/** @param questions how often hosts were asked without git; undefined where only git can ask */
async function walkThrough(urlOf: UrlOf, questions?: () => number): Promise<void> {
  for (const name of names) expect(await page(name)).toContain(name)
  calls.clear()
  const before = questions?.()
  await portal.crawl()
  const asking = commands().filter((command) => ['ls-remote', 'fetch'].includes(command))
  expect(asking).toEqual(questions ? [] : ['ls-remote', 'ls-remote', 'ls-remote'])
  if (questions) expect(questions()).toBe(Number(before) + 3)

  push('two', 'Pushed before a refresh')
  calls.clear()
  const id = portal.portal.contributions.providers.find(({ spec }) => spec.title === 'two')?.spec.id ?? ''
  expect((await portal.post(`/catalog/sources/${encodeURIComponent(id)}/reading`, {})).status).toBe(303)
  await portal.settled()
  expect(await page('two')).toContain('Pushed before a refresh')
  expect(calls.list().filter(({ command }) => command === 'ls-remote')).toHaveLength(1)

  const commit = push('three', 'Pushed before a webhook')
  calls.clear()
  expect(await webhook(urlOf('shop/three.git'), commit)).toBe(202)
  await portal.settled()
  expect(await page('three')).toContain('Pushed before a webhook')
  expect(calls.list().filter(({ command }) => command === 'ls-remote')).toHaveLength(1)
  expect((await portal.get('/catalog/default/component/three/history')).text).toContain(commit.slice(0, 8))
  const all = JSON.stringify(calls.list().map(({ args }) => args))
  expect(all).not.toContain('tk-81f0c2')
}

describe('what is pushed is on the page, and what did not move costs one question,', () => {
  test('over smart HTTP with a token', async () => {
    const server = await gitServer(join(base, 'served'), 'tk-81f0c2')
    closing.push(server.close)
    const urlOf = (path: string) => `${server.origin}/${path}`
    await start(urlOf, { token: new Secret('GIT_TOKEN', 'tk-81f0c2'), protocols: ['http'] })
    await walkThrough(urlOf, () => server.requests.length)
    expect(server.requests.length).toBeGreaterThan(10)
  })

  test('over git daemon', async () => {
    const daemon = await gitDaemon(join(base, 'served'))
    closing.push(daemon.close)
    await start(daemon.url, { protocols: ['git'] })
    await walkThrough(daemon.url)
  })

  test('over ssh with a key', async (context) => {
    if (!sshd) return context.skip('sshd is not installed')
    const server = await sshServer(sshd, join(base, 'served'), join(base, 'keys'))
    closing.push(server.close)
    await start(server.url, { key: new Secret('GIT_KEY', server.key) })
    await walkThrough(server.url)
  })
})

test('a webhook is answered before its source is read, and the page follows by itself', async () => {
  const server = await gitServer(join(base, 'served'))
  closing.push(server.close)
  const urlOf = (path: string) => `${server.origin}/${path}`
  await start(urlOf, { protocols: ['http'] })
  let answer = () => undefined as unknown
  const held = new Promise((resolve) => {
    answer = () => resolve(undefined)
  })
  server.behave(() => ({ until: held }))
  const asked = server.requests.length
  const commit = push('one', 'Pushed a moment ago')
  expect(await webhook(urlOf('shop/one.git'), commit)).toBe(202)
  expect(await page('one')).not.toContain('Pushed a moment ago')
  answer()
  await portal.settled()
  expect(await page('one')).toContain('Pushed a moment ago')
  const touched = new Set(server.requests.slice(asked).map(({ url }) => url.split('/')[2]))
  expect([...touched]).toEqual(['one.git'])
})
