import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { Secret } from '../../../api/env.ts'
import { gitCalls } from '../../../testing/git-calls.ts'
import { plainGit } from '../../../testing/git-repository.ts'
import { gitServer } from '../../../testing/git-server.ts'
import { parseGitAddress } from './address.ts'
import { cloneLimits } from './clone.ts'
import { contentOf, gitStage, protocols, signal } from './fixtures/stage.ts'
import { runGit } from './program.ts'

const at = gitStage()
const token = 'tk-3f9c2ab1d07e'

describe('the program is run with care', () => {
  test('in an environment of its own, with nothing secret in arguments, files or the clone', async () => {
    await at.server.close()
    at.server = await gitServer(join(at.base, 'served'), token)
    const calls = gitCalls(at.base)
    const path = process.env.PATH
    Object.assign(process.env, { PATH: calls.path, SECRET_OF_THE_PORTAL: 'x', GIT_DIR: '/nowhere', GIT_SSH: 'x' })
    try {
      await contentOf(await at.repository({ credentials: { token: new Secret('T', token) } }).open(undefined, signal))
    } finally {
      process.env.PATH = path
      for (const name of ['SECRET_OF_THE_PORTAL', 'GIT_DIR', 'GIT_SSH']) delete process.env[name]
    }
    const list = calls.list()
    expect(new Set(list.map(({ command }) => command))).toEqual(
      new Set(['ls-remote', 'init', 'fetch', 'rev-parse', 'ls-tree', 'pack-refs', 'cat-file']),
    )
    const encoded = Buffer.from(`x-access-token:${token}`).toString('base64')
    for (const { command, args, env } of list) {
      expect(args.join(' ')).not.toContain(token)
      expect(args.join(' ')).not.toContain(encoded)
      expect(env.SECRET_OF_THE_PORTAL ?? env.GIT_DIR ?? env.GIT_SSH).toBeUndefined()
      expect(env).toMatchObject({ GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' })
      expect(env.HOME).toBe(join(at.folder, 'home'))
      const needsIt = command === 'ls-remote' || command === 'fetch'
      expect(env.GIT_ALLOW_PROTOCOL).toBe(needsIt ? 'http' : '')
      expect(
        Object.values(env).some((value) => value.includes(encoded)),
        command,
      ).toBe(needsIt)
      expect(Object.values(env)).toEqual(expect.arrayContaining(['core.hooksPath', '/dev/null', 'protocol.allow']))
    }
    const files = (await readdir(join(at.base, 'data'), { recursive: true, withFileTypes: true })).filter((e) =>
      e.isFile(),
    )
    expect(files.length).toBeGreaterThan(5)
    for (const { parentPath, name } of files) {
      const text = (await readFile(join(parentPath, name))).toString('latin1')
      expect(text.includes(token) || text.includes(encoded), name).toBe(false)
    }
    expect((await stat(at.folder)).mode & 0o077).toBe(0)
  })

  test('a repository that is another one by its own settings does not reach them', async () => {
    // The data folder may lie in a checkout, whose settings are not ours.
    execFileSync('git', ['init', '--quiet', at.base], { env: plainGit })
    const elsewhere = ['config', `url.${at.server.origin}/elsewhere/.insteadOf`, `${at.server.origin}/shop/`]
    execFileSync('git', elsewhere, { env: plainGit, cwd: at.base })
    expect(await contentOf(await at.repository().open(undefined, signal))).toBe('one')
  })

  test('a protocol that is not allowed is refused by git as well', async () => {
    const address = { ...parseGitAddress(at.url, protocols), url: `ext::sh -c touch% ${join(at.base, 'owned')}` }
    await expect(at.repository({ address }).open(undefined, signal)).rejects.toMatchObject({ code: 'upstream' })
    expect(existsSync(join(at.base, 'owned'))).toBe(false)
  })

  test('a stop of the caller ends git and what it started', async () => {
    const stop = new AbortController()
    at.server.behave(() => ({ until: new Promise(() => undefined) }))
    const opening = at.repository().open(undefined, stop.signal)
    await vi.waitFor(() => expect(at.server.requests.length).toBe(1), { timeout: 10_000 })
    stop.abort()
    await expect(opening).rejects.toThrow('aborted')
    at.server.behave(undefined)
    expect(await contentOf(await at.repository().open(undefined, signal))).toBe('one')
  })

  test('what nobody waits for lets everything else go first', async () => {
    const priorityOf = async (yields: boolean) => {
      let found: number | undefined
      const started = (pid: number) => {
        found = getPriority(pid)
      }
      await runGit({
        args: ['cat-file', '--batch'],
        repository: at.source.path,
        home: at.base,
        timeout: 30_000,
        yields,
        started,
      })
      return found
    }
    expect(await priorityOf(false)).toBe(getPriority())
    expect(await priorityOf(true)).toBe(Math.min(getPriority() + 5, 19))
  })

  test('a repository larger than allowed, or slower, is given up', async () => {
    at.source.commit({ 'noise.bin': randomBytes(200_000) })
    const tree = await at.repository().open(undefined, signal)
    const small = { ...cloneLimits, bytes: 20_000 }
    const forever = new Promise(() => undefined)
    const tooLarge = { code: 'invalid', message: expect.stringContaining('too large') }
    const limited = await at.repository({ limits: small }).open(undefined, signal)
    await expect(limited.prefetch(() => true, signal)).rejects.toMatchObject(tooLarge)
    await rm(await at.clonePath(), { recursive: true })

    const fresh = await at.repository({ limits: small }).open(undefined, signal)
    at.server.behave(({ url }) =>
      url.endsWith('/git-upload-pack') ? { holdAfter: 100_000, until: forever } : undefined,
    )
    await expect(fresh.prefetch(() => true, signal)).rejects.toMatchObject(tooLarge)

    at.server.behave(({ url }) => (url.endsWith('/git-upload-pack') ? { until: forever } : undefined))
    const hasty = await at.repository({ limits: { ...cloneLimits, fetch: 300 } }).last(undefined)
    await expect(hasty?.prefetch(() => true, signal)).rejects.toMatchObject({
      code: 'upstream',
      message: expect.stringContaining('in time'),
    })
    at.server.behave(undefined)
    expect(await contentOf(tree)).toBe('one')
  })
})
