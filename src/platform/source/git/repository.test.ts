import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../api/env.ts'
import { gitCalls } from '../../../testing/git-calls.ts'
import { testRepository } from '../../../testing/git-repository.ts'
import { gitServer } from '../../../testing/git-server.ts'
import { contentOf, gitStage, signal } from './fixtures/stage.ts'

const at = gitStage()
const token = 'tk-3f9c2ab1d07e'

describe('a push shows at the next opening', () => {
  test('a new commit, one on another branch, and a history that was rewritten', async () => {
    const first = await at.repository().open(undefined, signal)
    expect(await contentOf(first)).toBe('one')
    const second = at.source.commit({ 'catalog-info.yaml': 'two' })
    at.source.commit({ 'catalog-info.yaml': 'draft' }, { branch: 'topic/a' })
    const tree = await at.repository().open('main', signal)
    expect(tree.revision).toBe(second)
    expect(await contentOf(tree)).toBe('two')
    expect(await contentOf(await at.repository().open('topic/a', signal))).toBe('draft')
    expect(await contentOf(first)).toBe('one')
    expect((await at.repository().branches()).sort()).toEqual(['main', 'topic/a'])

    const rewritten = at.source.commit({ 'catalog-info.yaml': 'anew' }, { anew: true })
    at.source.git(['branch', '-D', 'topic/a'])
    const after = await at.repository().open(undefined, signal)
    expect(after.revision).toBe(rewritten)
    expect(await contentOf(after)).toBe('anew')
    expect((await after.list()).map(({ path }) => path)).toEqual(['catalog-info.yaml'])
    expect(await at.repository().branches()).toEqual(['main'])
  })

  test('a branch takes the name of what was a at.folder of branches', async () => {
    at.source.commit({ x: '' }, { branch: 'a/b' })
    await at.repository().open('a/b', signal)
    at.source.git(['branch', '-D', 'a/b'])
    const head = at.source.commit({ y: '' }, { branch: 'a' })
    expect((await at.repository().open('a', signal)).revision).toBe(head)
  })

  test('the default branch is asked for each time', async () => {
    await at.repository().open(undefined, signal)
    const head = at.source.commit({ 'catalog-info.yaml': 'trunk' }, { branch: 'trunk' })
    at.source.git(['symbolic-ref', 'HEAD', 'refs/heads/trunk'])
    expect((await at.repository().open(undefined, signal)).revision).toBe(head)
  })
})

test('a head that has not moved costs one question, and reading of what is there asks nobody', async () => {
  const calls = gitCalls(at.base)
  const path = process.env.PATH
  process.env.PATH = calls.path
  try {
    await contentOf(await at.repository().open(undefined, signal))
    calls.clear()
    const before = at.server.requests.length
    const tree = await at.repository().open(undefined, signal)
    expect(calls.list()).toEqual([])
    expect(at.server.requests.length - before).toBe(1)
    expect(await contentOf(tree)).toBe('one')
    const last = await at.repository().last(undefined)
    expect(last?.revision).toBe(tree.revision)
    expect(at.server.requests.length - before).toBe(1)
    expect(await at.repository().last('other')).toBeUndefined()
  } finally {
    process.env.PATH = path
  }
})

describe('what the server does wrong is told, and what was fetched stays', () => {
  test.each([
    [{ status: 401, headers: { 'www-authenticate': 'Basic' } }, 'refuses who asks', "secret('NAME')"],
    [{ status: 403 }, 'may not be read', 'right to read'],
    [{ status: 404 }, 'is not there', 'moved or removed'],
    [{ status: 500 }, 'not available', 'asked again'],
    [{ status: 503 }, 'not available', 'asked again'],
    [{ status: 301, headers: { location: 'http://127.0.0.1:1/evil.git/info/refs' } }, 'redirect', 'option url'],
    [{ status: 200, body: '<html>Sign in</html>' }, 'has no commits', 'page to sign in'],
    [{ cutAfter: 20 }, 'too early|cannot be reached|could not be read', ''],
  ])('%j', async (behaviour, message, hint) => {
    await at.repository().open(undefined, signal)
    at.source.commit({ 'catalog-info.yaml': 'two' })
    at.server.behave(() => behaviour)
    await expect(at.repository().open(undefined, signal)).rejects.toMatchObject({
      code: 'upstream',
      message: expect.stringMatching(new RegExp(message)),
      hint: expect.stringContaining(hint),
    })
    at.server.behave(undefined)
    const last = await at.repository().last(undefined)
    expect(await contentOf(last)).toBe('one')
    expect(await contentOf(await at.repository().open(undefined, signal))).toBe('two')
  })

  test('a redirect gets no token', async () => {
    const thief = await gitServer(join(at.base, 'served'))
    try {
      at.server.behave(({ url }) => ({ status: 302, headers: { location: `${thief.origin}${url}` } }))
      const opening = at.repository({ credentials: { token: new Secret('T', token) } }).open(undefined, signal)
      await expect(opening).rejects.toMatchObject({ message: expect.stringContaining('redirect') })
      expect(thief.requests).toEqual([])
    } finally {
      await thief.close()
    }
  })

  test('a redirect to the name that ends in .git is taken at once, remembered, and shown the token', async () => {
    const own = await gitServer(join(at.base, 'served'), token)
    own.behave(({ url }) =>
      url.startsWith('/shop/catalog/')
        ? { status: 302, headers: { location: `${own.origin}${url.replace('/catalog/', '/catalog.git/')}` } }
        : undefined,
    )
    const credentials = { token: new Secret('T', token) }
    const repository = () => at.repository({ url: `${own.origin}/shop/catalog`, credentials })
    try {
      expect(await contentOf(await repository().open(undefined, signal))).toBe('one')
      const state = JSON.parse(await readFile(join(await at.clonePath(), 'callboard.json'), 'utf8'))
      expect(state.url).toBe(`${own.origin}/shop/catalog.git`)
      const [asked, before] = [own.requests.length, own.requests[0]]
      at.source.commit({ 'catalog-info.yaml': 'two' })
      expect(await contentOf(await repository().open(undefined, signal))).toBe('two')
      expect(before?.url).toMatch(/^\/shop\/catalog\/info/)
      expect(own.requests.slice(asked).filter(({ url }) => !url.startsWith('/shop/catalog.git/'))).toEqual([])

      // A host that has changed its mind is asked by the first name again.
      own.behave(({ url }) =>
        url.includes('/catalog.git/') ? { status: 301, headers: { location: '/x' } } : undefined,
      )
      at.source.commit({ 'catalog-info.yaml': 'three' })
      expect(await contentOf(await repository().open(undefined, signal))).toBe('three')
      expect(own.requests.at(-1)?.url).toMatch(/^\/shop\/catalog\//)
    } finally {
      await own.close()
    }
  })

  test.each([
    [401, 'refuses who asks'],
    [404, 'redirect'],
    [302, 'redirect'],
  ])('where the name with .git answers %i, what helps is told', async (status, message) => {
    at.server.behave(({ url }) => ({
      status: url.includes('.git/') ? status : 302,
      headers: { location: 'http://127.0.0.1:1/sign-in', 'www-authenticate': 'Basic' },
    }))
    const url = `${at.server.origin}/shop/catalog`
    await expect(at.repository({ url }).open(undefined, signal)).rejects.toMatchObject({
      message: expect.stringContaining(message),
    })
    expect(at.server.requests.map((request) => request.url.split('/info')[0])).toContain('/shop/catalog.git')
  })

  test('a connection that ends in the middle of the objects', async () => {
    at.source.commit({ 'noise.bin': randomBytes(200_000), 'catalog-info.yaml': 'noise' })
    at.server.behave(({ url }) => (url.endsWith('/git-upload-pack') ? { cutAfter: 600 } : undefined))
    await expect(at.repository().open(undefined, signal)).rejects.toMatchObject({ code: 'upstream' })
    expect((await readdir(at.folder)).filter((name) => name !== 'home')).toEqual([])
    at.server.behave(undefined)
    const tree = await at.repository().open(undefined, signal)
    at.server.behave(({ url }) => (url.endsWith('/git-upload-pack') ? { cutAfter: 100_000 } : undefined))
    await expect(tree.prefetch(() => true, signal)).rejects.toMatchObject({ code: 'upstream' })
    at.server.behave(undefined)
    expect(await contentOf(tree)).toBe('noise')
    expect(await readdir(join(await at.clonePath(), 'objects/pack'))).not.toContainEqual(expect.stringMatching(/tmp/))
  })

  test('a branch that is gone or misspelt names those that are there', async () => {
    at.source.commit({ x: '' }, { branch: 'release/1' })
    await at.repository().open('release/1', signal)
    at.source.git(['branch', '-D', 'release/1'])
    await expect(at.repository().open('release/1', signal)).rejects.toMatchObject({
      code: 'upstream',
      message: expect.stringContaining('has no branch release/1'),
      hint: expect.stringContaining('There are main'),
    })
    await expect(at.repository().open('mian', signal)).rejects.toMatchObject({
      hint: expect.stringContaining('Did you mean main?'),
    })
    expect(await contentOf(await at.repository().last('release/1'), 'x')).toBe('')
  })

  test('a repository that is gone, or empty', async () => {
    await contentOf(await at.repository().open(undefined, signal))
    await rename(at.source.path, `${at.source.path}-away`)
    await expect(at.repository().open(undefined, signal)).rejects.toMatchObject({
      message: expect.stringContaining('is not there'),
    })
    testRepository(at.source.path)
    await expect(at.repository().open(undefined, signal)).rejects.toMatchObject({
      message: expect.stringContaining('no commits'),
    })
    expect(await contentOf(await at.repository().last(undefined))).toBe('one')
  })

  test('a token that is wrong or missing is told, and never repeated', async () => {
    await at.server.close()
    at.server = await gitServer(join(at.base, 'served'), token)
    await expect(at.repository().open(undefined, signal)).rejects.toMatchObject({
      hint: expect.stringContaining('Give a token'),
    })
    const wrong = new Secret('T', 'wrong-token-81')
    const error = await at
      .repository({ credentials: { token: wrong } })
      .open(undefined, signal)
      .catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'upstream', hint: expect.stringContaining('still valid') })
    expect(
      JSON.stringify([error, String(error), (error as Error).cause, String((error as Error).cause)]),
    ).not.toContain('wrong-token')
    const right = at.repository({ credentials: { token: new Secret('T', `anna:${token}`) } })
    expect(await contentOf(await right.open(undefined, signal))).toBe('one')
  })
})

test('a server that gives no single objects is cloned as a whole', async () => {
  at.server.behave(() => ({ isOld: true }))
  const tree = await at.repository().open(undefined, signal)
  await expect(tree.read('deep/er/b.txt')).rejects.toMatchObject({ code: 'not_found' })
  expect(await contentOf(tree, 'deep/er/b.txt')).toBe('b')
  at.source.commit({ 'deep/er/b.txt': 'two' })
  const asked = at.server.requests.length
  expect(await contentOf(await at.repository().open(undefined, signal), 'deep/er/b.txt')).toBe('two')
  expect(at.server.requests.length - asked).toBeLessThanOrEqual(4)
})
