import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testRepository } from '../testing/git-repository.ts'
import { type GitServer, gitServer } from '../testing/git-server.ts'
import { callboard, type Place, place, start } from './fixtures/command.ts'

// `callboard register` as a person runs it: beside a portal that runs, and alone.

const component = (name: string) => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${name} }
spec: { type: service, lifecycle: production, owner: nobody }
`
const configuration = (outbound: object) => `
import { defineConfig } from 'callboard'
export default defineConfig({ plugins: [], outbound: ${JSON.stringify(outbound)} })
`
const local = { allowHttp: ['127.0.0.1'], allowPrivate: ['127.0.0.1'] }
const open = (outbound: object = local): Place => place({ 'portal.config.ts': configuration(outbound) })

let base: string
let server: GitServer
beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'callboard-register-command-'))
  server = await gitServer(base)
  testRepository(join(base, 'shop/cart.git')).commit({
    'catalog-info.yaml': component('cart') + component('bro ken'),
    'b/catalog-info.yaml': component('b'),
  })
})
afterEach(async () => {
  await server.close()
  rmSync(base, { recursive: true, force: true })
})
const url = () => `${server.origin}/shop/cart.git`

test('alone it prints the review, registers with --yes, and reads', async () => {
  const at = open()
  const looked = await callboard(at, ['register', url()])
  expect(looked).toMatchObject({ code: 1, stderr: '' })
  expect(looked.stdout).toMatch(/^shop\/cart \(main at [0-9a-f]{8}\): 2 files$/m)
  expect(looked.stdout).toMatch(/^Would be added: 2$/m)
  expect(looked.stdout).toMatch(/^ {2}component:default\/cart {2}catalog-info\.yaml$/m)
  expect(looked.stdout).toMatch(/^ {2}catalog-info\.yaml:\d+:\d+ {2}error .*\(bad-name\)$/m)
  expect(looked.stdout).toMatch(/Nothing was registered. Add --yes/)

  const done = await callboard(at, ['register', url(), '--yes'])
  expect(done.stderr).toBe('')
  expect(done.stdout).toMatch(/^shop\/cart: 2 entities, 2 files read of 2/m)
  expect(done.code).toBe(0)
  const again = await callboard(at, ['register', url(), '--yes'])
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is registered already, by Command line')])
})

test('beside a portal it has that one look and read, and its pages show it', async () => {
  const at = open()
  const portal = await start(at)
  const looked = await callboard(at, ['register', url(), '--json'])
  expect(JSON.parse(looked.stdout)).toMatchObject({
    registered: false,
    files: ['b/catalog-info.yaml', 'catalog-info.yaml'],
  })
  const ended = await callboard(at, ['register', url(), '--yes', '--json'])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(ended.stdout)).toMatchObject({
    registered: true,
    entities: [
      { ref: 'component:default/b', outcome: 'added' },
      { ref: 'component:default/cart', outcome: 'added' },
      { outcome: 'unusable' },
    ],
    counts: { error: 1 },
    ok: true,
    entitiesRead: 2,
  })
  expect((await portal.get('/catalog/default/component/cart')).status).toBe(200)
  expect((await portal.get('/catalog-import')).text).toContain('by Command line')
})

test('an address that is refused, and what is no address, end with 1 and the reason', async () => {
  const at = open({})
  for (const [address, reason] of [
    [url(), 'its scheme is http'],
    ['https://127.0.0.1/x.git', 'its host is a loopback address'],
    ['ext::sh -c x', 'contains spaces'],
    ['file:///etc', 'its scheme is file'],
  ]) {
    const ended = await callboard(at, ['register', address ?? '', '--yes'])
    expect([address, ended.code, ended.stdout + ended.stderr]).toEqual([
      address,
      1,
      expect.stringContaining(reason ?? ''),
    ])
  }
  for (const argv of [['register'], ['register', 'a', 'b'], ['register', '--upload-pack=x', 'a']]) {
    const ended = await callboard(at, argv)
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining('callboard register URL [--yes] [--json]')])
  }
})
