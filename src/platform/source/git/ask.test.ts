import { afterEach, describe, expect, test } from 'vitest'
import { Secret } from '../../../api/env.ts'
import { PortalError } from '../../../api/errors.ts'
import { gitCalls } from '../../../testing/git-calls.ts'
import { type Behaviour, gitServer } from '../../../testing/git-server.ts'
import { gitStage, signal } from './fixtures/stage.ts'

const at = gitStage()
const path = process.env.PATH
afterEach(() => {
  process.env.PATH = path
  delete process.env.http_proxy
})

/** What was asked of the host, and which runs of git asked it. */
async function asked(work: () => Promise<unknown>) {
  const calls = gitCalls(at.base)
  calls.clear()
  process.env.PATH = calls.path
  const before = at.server.requests.length
  await work()
  process.env.PATH = path
  const requests = at.server.requests.slice(before).map(({ method, url }) => `${method} ${url.split('.git/')[1]}`)
  const runs = calls.list().map(({ command }) => command)
  return { requests, runs: runs.filter((command) => command === 'ls-remote' || command === 'fetch') }
}

const question = 'POST git-upload-pack'
const open = (branch?: string) => at.repository().open(branch, signal)

test('a head that has not moved costs one request and no run of git', async () => {
  const first = await open()
  expect(await asked(open)).toEqual({ requests: [question], runs: [] })
  expect((await open()).revision).toBe(first.revision)
})

test('a branch is told apart from one whose name goes on', async () => {
  at.source.commit({ x: '1' }, { branch: 'main-2' })
  await open('main')
  expect(await asked(() => open('main'))).toEqual({ requests: [question], runs: [] })
  const head = at.source.commit({ 'catalog-info.yaml': 'two' }, { branch: 'main' })
  expect((await asked(() => open('main'))).runs).toEqual(['ls-remote', 'fetch'])
  expect((await open('main')).revision).toBe(head)
})

test('another default branch is seen though its head is the same', async () => {
  await open()
  at.source.git(['branch', 'trunk'])
  at.source.git(['symbolic-ref', 'HEAD', 'refs/heads/trunk'])
  expect((await asked(open)).runs).toEqual(['ls-remote'])
  expect(await asked(open)).toEqual({ requests: [question], runs: [] })
})

test('the token is shown as git shows it', async () => {
  const token = 'tk-77ab01'
  const own = await gitServer(`${at.base}/served`, token)
  try {
    const repository = at.repository({
      url: `${own.origin}/shop/catalog.git`,
      credentials: { token: new Secret('T', token) },
    })
    await repository.open(undefined, signal)
    const before = own.requests.length
    await repository.open(undefined, signal)
    expect(own.requests.slice(before).map(({ method }) => method)).toEqual(['POST'])
    expect(new Set(own.requests.map(({ authorization }) => authorization)).size).toBe(1)
  } finally {
    await own.close()
  }
})

describe('git asks, and goes on asking for a while, where the answer', () => {
  const bodyOf = (body: string): Behaviour => ({
    status: 200,
    headers: { 'content-type': 'application/x-git-upload-pack-result' },
    body,
  })
  test.each<[string, Behaviour]>([
    ['is of an older version of the protocol', { isOld: true }],
    ['is a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' }],
    ['refuses', { status: 403 }],
    ['leads elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/git-upload-pack' } }],
    ['breaks off', { cutAfter: 20 }],
    ['has no end', bodyOf('003d')],
    ['holds no such ref', bodyOf('0000')],
    ['is endless', bodyOf('0'.repeat(300_000))],
  ])('%s', async (_what, behaviour) => {
    await open()
    let answers = 0
    at.server.behave(({ method }) => (method === 'POST' && answers++ === 0 ? behaviour : undefined))
    const once = await asked(open)
    expect(once.requests[0]).toBe(question)
    expect(once.runs).toEqual(['ls-remote'])
    const next = await asked(open)
    expect(next.requests[0]).toMatch(/^GET info\/refs/)
    expect(next.runs).toEqual(['ls-remote'])
  })
})

describe('an address that anybody may have written', () => {
  const guarded = (addressesOf: () => Promise<string[]>) => at.repository({ guard: { addressesOf } })

  test('is only connected to where the guard says', async () => {
    await open()
    expect(await asked(() => guarded(async () => ['127.0.0.1']).open(undefined, signal))).toEqual({
      requests: [question],
      runs: [],
    })
    // Nothing listens there: the portal itself does not look the name up again.
    const elsewhere = at.repository({ guard: { addressesOf: async () => ['127.0.0.2'] }, url: named() })
    await asked(() => elsewhere.open(undefined, signal).catch(() => undefined)).then(({ requests }) => {
      expect(requests).toEqual([])
    })
  })

  test('is refused as the guard refuses it', async () => {
    await open()
    const refusal = new PortalError('invalid', 'The address is refused')
    await expect(guarded(() => Promise.reject(refusal)).open(undefined, signal)).rejects.toBe(refusal)
  })

  const named = () => at.url.replace('127.0.0.1', 'localhost')
})

test('where a proxy is named, git asks through it', async () => {
  await open()
  process.env.http_proxy = 'http://127.0.0.1:1'
  const { requests } = await asked(() => open().catch(() => undefined))
  expect(requests).toEqual([])
})

test('a stop ends the question', async () => {
  await open()
  at.server.behave(() => ({ until: new Promise(() => undefined) }))
  const stopping = new AbortController()
  const before = at.server.requests.length
  const opening = at.repository().open(undefined, stopping.signal)
  while (at.server.requests.length === before) await new Promise(setImmediate)
  stopping.abort(new Error('Stopped'))
  await expect(opening).rejects.toThrow('Stopped')
})
