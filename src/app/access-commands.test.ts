import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { callboard, type Place, place, start } from './fixtures/command.ts'

// `callboard user` and `callboard token` as a person runs them: beside a portal that runs, and alone.

const configuration = `
import { defineConfig } from 'callboard'
import { access } from 'callboard/features'
export default defineConfig({ title: 'Elsewhere', plugins: [access()] })
`
const open = (): Place => place({ 'portal.config.ts': configuration })

const password = 'a walk along the pier'

/** Runs a command that reads its standard input. */
async function withInput(
  at: Place,
  argv: readonly string[],
  input: string,
): Promise<{ code: number | null; out: string }> {
  const program = fileURLToPath(new URL('../../bin/callboard.mjs', import.meta.url))
  const env = { ...pathOf(), CALLBOARD_CONFIG: at.config, DATA_DIR: at.dataDir }
  const child = spawn(process.execPath, [program, ...argv], { cwd: at.root, env })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (out += String(chunk)))
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, out }
}

const pathOf = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => name === 'PATH' || name === 'HOME'))

test('alone: an account with a link, or with a password from standard input, listed, disabled and enabled', async () => {
  const at = open()
  const made = await callboard(at, ['user', 'create', 'Ada', '--title', 'Ada Lovelace', '--administrator'])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(made.stdout).toMatch(
    /^With this link the owner of ada can choose a password, once, until 20\S+Z:\nhttp:\S+\/sign-in\/password\?key=[\w-]{43}\n$/,
  )
  expect(await withInput(at, ['user', 'create', 'ben', '--password-stdin'], `${password}\n`)).toEqual({
    code: 0,
    out: 'ben can sign in now.\n',
  })
  const short = await withInput(at, ['user', 'create', 'eve', '--password-stdin'], 'short')
  expect([short.code, short.out]).toEqual([1, expect.stringContaining('at least 10 characters')])
  expect((await callboard(at, ['user', 'list'])).stdout).toBe(
    'ada: Ada Lovelace, administrator, has not chosen a password\nben: can sign in\n',
  )
  expect((await callboard(at, ['user', 'disable', 'ben'])).stdout).toBe('ben is disabled and signed out.\n')
  const listed = await callboard(at, ['user', 'list', '--json'])
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { name: 'ada', administrator: true, state: 'waiting' },
    { name: 'ben', state: 'disabled', email: null },
  ])
  expect((await callboard(at, ['user', 'enable', 'ben'])).stdout).toBe('ben can sign in again.\n')
  expect((await callboard(at, ['user', 'reset', 'ada'])).stdout).toContain('/sign-in/password?key=')
})

test('beside a portal: it does the work, and what it prints works there at once', async () => {
  const at = open()
  const portal = await start(at, { LOG_LEVEL: 'debug' })
  const first = /(http:\S+)\/sign-in\/first\?key=([\w-]{43})/.exec(portal.output.stdout)
  expect(first?.[1]?.replace('localhost', '127.0.0.1')).toBe(portal.address)
  const made = await callboard(at, ['user', 'create', 'ada', '--administrator'])
  const key = /key=([\w-]{43})/.exec(made.stdout)?.[1] ?? ''
  const page = await portal.get(`/sign-in/password?key=${key}`)
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('ada')])
  const body = new URLSearchParams({ key, password, again: password })
  const chosen = await fetch(`${portal.address}/sign-in/password`, { method: 'POST', body, redirect: 'manual' })
  expect(chosen.status).toBe(303)

  const created = await callboard(at, [
    'token',
    'create',
    'Backup',
    '--permission',
    'catalog.read',
    '--permission',
    'metrics.read',
  ])
  expect(created).toMatchObject({ code: 0, stderr: '' })
  const token = created.stdout.trim().split('\n').at(-1) ?? ''
  expect(token).toMatch(/^cbs_/)
  const ask = (path: string) => fetch(portal.address + path, { headers: { authorization: `Bearer ${token}` } })
  expect([(await ask('/catalog.json')).status, (await ask('/metrics')).status]).toEqual([200, 200])
  const [row] = JSON.parse((await callboard(at, ['token', 'list', '--json'])).stdout)
  expect(row).toMatchObject({ title: 'Backup', kind: 'service', createdBy: 'command-line', lastAddress: '127.0.0.1' })
  expect((await callboard(at, ['token', 'revoke', row.id])).code).toBe(0)
  const refused = await ask('/catalog.json')
  expect([refused.status, await refused.json()]).toMatchObject([401, { error: { code: 'unauthenticated' } }])
  expect((await callboard(at, ['token', 'list'])).stdout).toMatch(
    /Backup \(service, by command-line\): catalog\.read, metrics\.read; revoked/,
  )

  // All that was secret stood on terminals alone.
  const log = portal.output.stdout.replace(first?.[0] ?? '', '') + portal.output.stderr
  expect(log).toContain('"/sign-in/password')
  for (const secret of [key, first?.[2] ?? 'none', token, password]) expect(log).not.toContain(secret)
})

test('alone: a token that never ends is made with a warning, works later, and is revoked by its id', async () => {
  const at = open()
  const created = await callboard(at, ['token', 'create', 'Robot', '--permission', '*.read', '--expires', 'never'])
  expect(created.stdout).toMatch(/^It never ends: revoke it.*\nIts id is (\w+)\..*\ncbs_\w{49}\n$/)
  const token = created.stdout.trim().split('\n').at(-1) ?? ''
  const portal = await start(at)
  expect(
    (await fetch(`${portal.address}/catalog.json`, { headers: { authorization: `Bearer ${token}` } })).status,
  ).toBe(200)
})

test('what is wrong ends with 1 and the reason', async () => {
  const ended = await callboard(open(), ['user', 'reset', 'nobody'])
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining('There is no account called nobody')])
})
