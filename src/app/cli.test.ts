import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callboard, type Place, place, start, until } from './fixtures/command.ts'

// Every command as a person runs it: a process of its own, a configuration outside the checkout, a data folder.

const component = (name: string) => `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${name} }
spec: { type: service, lifecycle: production, owner: nobody }
`
const shop = { 'catalog/a.yaml': component('a'), 'catalog/b.yaml': component('b') }

const started = async (at: Place) => {
  const portal = await start(at)
  await until('two entities', async () => /entities\{kind="component"\} 2/.test((await portal.get('/metrics')).text))
  return portal
}

test('start serves, names its address, and ends well on SIGTERM and SIGINT, leaving nothing locked', async () => {
  const at = place(shop)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const portal = await started(at)
    expect((await portal.get('/catalog')).text).toContain('component:default/a')
    expect(existsSync(join(at.dataDir, 'lock.json'))).toBe(true)
    portal.child.kill(signal)
    expect(await portal.ended).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(existsSync(join(at.dataDir, 'lock.json'))).toBe(false)
    await expect(portal.get('/')).rejects.toThrow()
  }
})

test('SIGTERM while it reads ends it well, too', async () => {
  const many = Array.from({ length: 500 }, (_, index) => `---\n${component(`c-${index}`)}`).join('')
  const at = place({ 'catalog/all.yaml': many })
  const portal = await start(at)
  portal.child.kill('SIGTERM')
  expect(await portal.ended).toMatchObject({ code: 0, signal: null })
})

test('a second start on the same data folder says who has it, and the first goes on', async () => {
  const at = place(shop)
  const first = await started(at)
  const second = await callboard(at, ['start'], { PORT: '0' })
  expect(second.code).toBe(1)
  expect(second.stderr).toContain(
    `The data folder ${at.dataDir} is in use by "callboard start", process ${first.child.pid}`,
  )
  expect(second.stderr).toContain(first.address)
  expect(second.stderr).toContain('DATA_DIR')
  expect((await first.get('/healthz')).status).toBe(200)
  const restore = await callboard(at, ['restore', 'nothing.sqlite'])
  expect(restore.code).toBe(1)
  expect(restore.stderr).toContain('is in use by')
})

test('a port that is taken is named, with the way out', async () => {
  const server = createServer()
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
  const { code, stderr } = await callboard(place(), ['start'], { PORT: String(port) })
  server.close()
  expect(code).toBe(1)
  expect(stderr).toContain(`Port ${port} of 127.0.0.1 is taken`)
  expect(stderr).toContain('set PORT')
})

test('a host that others reach is refused without access control, with the lines to add', async () => {
  const at = place()
  const { code, stderr } = await callboard(at, ['start'], { HOST: '0.0.0.0', PORT: '0' })
  expect(code).toBe(1)
  expect(stderr).toContain('HOST is 0.0.0.0, but this portal has no access control')
  const lines = stderr.slice(stderr.indexOf('  import {'), stderr.indexOf('  })\n') + 4)
  at.write('portal.config.ts', lines)
  const portal = await start(at, { HOST: '0.0.0.0' })
  const page = await fetch(new URL('/catalog', portal.address), { redirect: 'manual' })
  expect([page.status, page.headers.get('location')]).toEqual([303, '/sign-in?to=%2Fcatalog'])
})

test('config prints what was understood, and no secret', async () => {
  const at = place()
  at.write(
    'portal.config.ts',
    `import { defineConfig, definePlugin, secret } from 'callboard'
export default defineConfig({
  title: 'Masked',
  plugins: [definePlugin({ name: 'x', apiVersion: 1, options: { token: secret('TOKEN'), password: 'plainly', shown: 'visible' } })],
})`,
  )
  const { code, stdout, stderr } = await callboard(at, ['config'], { TOKEN: 'hunter2', PORT: '7123' })
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain("title: 'Masked'")
  expect(stdout).toContain('7123')
  expect(stdout).toContain('visible')
  expect(stdout).toContain('••••••')
  expect(stdout).not.toMatch(/hunter2|plainly/)
})

test('a configuration with mistakes lists all of them, each with its remedy', async () => {
  const at = place()
  at.write('portal.config.ts', "export default { titel: 'x', baseUrl: 'nowhere', plugins: [{}] }")
  const { code, stdout, stderr } = await callboard(at, ['config'], { PORT: 'many' })
  expect([code, stdout]).toEqual([1, ''])
  for (const part of [
    '"titel" is unknown',
    'Did you mean "title"',
    'baseUrl is the text "nowhere"',
    'plugins[0]',
    'PORT is "many"',
  ]) {
    expect(stderr).toContain(part)
  }
})

test.each([
  ['statr', 'Did you mean "callboard start"?'],
  ['souces', 'Did you mean "callboard sources"?'],
  ['completely-different', '"callboard help" lists the commands.'],
])('the unknown command %s suggests', async (word, hint) => {
  const { code, stdout, stderr } = await callboard(place(), [word])
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(`There is no command called ${word}`)
  expect(stderr).toContain(hint)
})

test('help lists the commands, --version says which it is', async () => {
  const at = place()
  const help = await callboard(at, ['help'])
  expect(help.code).toBe(0)
  for (const word of ['start', 'config', 'migrate', 'doctor', 'backup', 'restore', 'sources'])
    expect(help.stdout).toMatch(new RegExp(`^  ${word}\\b`, 'm'))
  expect((await callboard(at, [])).stdout).toBe(help.stdout)
  expect((await callboard(at, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('migrate applies what is pending once; a dry run only lists it', async () => {
  const at = place()
  const dry = await callboard(at, ['migrate', '--dry-run'])
  expect(dry.stdout).toMatch(/^pending: catalog /m)
  expect(existsSync(join(at.dataDir, 'callboard.sqlite'))).toBe(false)
  const first = await callboard(at, ['migrate'])
  expect(first.stdout.replaceAll('applied', 'pending')).toBe(dry.stdout)
  expect(await callboard(at, ['migrate'])).toMatchObject({ code: 0, stdout: 'Nothing was pending.\n' })
  expect(await callboard(at, ['migrate', '--dry-run'])).toMatchObject({ code: 0, stdout: 'Nothing is pending.\n' })
})

test('doctor finds nothing wrong with what is well, before and after the first start, and beside the portal', async () => {
  const at = place(shop)
  const early = await callboard(at, ['doctor'])
  expect(early.code, early.stdout).toBe(0)
  const portal = await started(at)
  const beside = await callboard(at, ['doctor'])
  expect(beside.code, beside.stdout).toBe(0)
  expect(beside.stdout).toMatch(/^ok {7}database: sound/m)
  expect(beside.stdout).toContain('Everything is fine.')
  expect((await portal.get('/healthz')).status).toBe(200)
})

test('doctor exits with 1 for a source that is not there and a database that is none, and says what to do', async () => {
  const at = place()
  at.write('portal.config.ts', readFileSync(at.config, 'utf8').replace('./catalog', './nowhere'))
  at.write('data/callboard.sqlite', 'this is no database, however long one looks at it. '.repeat(200))
  const { code, stdout } = await callboard(at, ['doctor'])
  expect(code).toBe(1)
  expect(stdout).toMatch(/^trouble {2}sources: .*nowhere/m)
  expect(stdout).toMatch(/^trouble {2}database: /m)
  expect(stdout).toMatch(/^ok {7}clock: /m)
  expect(stdout).toMatch(/of 8 checks found trouble\.$/m)
})

test('backup and restore bring back what there was, and keep what is replaced', async () => {
  const at = place(shop)
  const file = join(at.root, 'copies/backup.sqlite')
  const first = await started(at)
  const backup = await callboard(at, ['backup', file])
  expect(backup, backup.stderr).toMatchObject({ code: 0, stdout: `Wrote ${file}\n` })
  expect((await callboard(at, ['backup', file])).code).toBe(1)
  expect((await callboard(at, ['backup', file, '--overwrite'])).code).toBe(0)
  first.child.kill('SIGTERM')
  await first.ended

  writeFileSync(join(at.dataDir, 'callboard.sqlite'), '')
  const restored = await callboard(at, ['restore', file])
  expect(restored, restored.stderr).toMatchObject({ code: 0 })
  expect(restored.stdout).toMatch(/Restored .*\nThe database that was there is now .*before-restore-/)
  expect(statSync(file).size).toBeGreaterThan(0)
  const sources = await callboard(at, ['sources'])
  expect(sources.stdout).toMatch(/catalog \(folder\): ok, 2 entities, 2 problems/)
  const second = await start(at)
  expect((await second.get('/catalog/default/component/a')).status).toBe(200)
})

test.each([[['backup']], [['backup', 'a', 'b']], [['restore']]])('%j asks for one file', async (words) => {
  const { code, stderr } = await callboard(place(), words)
  expect(code).toBe(1)
  expect(stderr).toContain('Name one file')
  expect(stderr).toContain(`Usage: callboard ${words[0]} FILE`)
})

test('what is not there cannot be backed up, nor a file restored that is no backup', async () => {
  const at = place({ 'text.sqlite': 'no database' })
  expect((await callboard(at, ['backup', 'x.sqlite'])).stderr).toContain('There is no database at')
  expect((await callboard(at, ['sources'])).stderr).toContain('There is no database at')
  const { code, stderr } = await callboard(at, ['restore', 'text.sqlite'])
  expect(code).toBe(1)
  expect(stderr).toContain('text.sqlite')
  expect(stderr).not.toMatch(/ at .*\.ts:\d+/)
})
