import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callboard, place, start } from './fixtures/command.ts'

// `callboard crawl` as a person runs it: beside a portal that runs, and alone.

const component = (name: string) => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${name} }
spec: { type: service, lifecycle: production, owner: nobody }
`
const configuration = (sources: readonly string[]) => `
import { defineConfig } from 'callboard'
import { catalog, folderProvider } from 'callboard/features'
export default defineConfig({ plugins: [catalog({ providers: [${sources
  .map((name) => `folderProvider({ path: './${name}', paths: ['*.yaml'], watch: false, every: '1d' })`)
  .join(', ')}] })] })
`
const two = () =>
  place({
    'portal.config.ts': configuration(['shop', 'bank']),
    'shop/a.yaml': component('a') + component('b'),
    'bank/c.yaml': component('c'),
  })

test('alone it reads by itself, prints what came of it, and leaves the data folder free', async () => {
  const at = two()
  const first = await callboard(at, ['crawl'])
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(/^shop: 2 entities, 1 file read of 1, in [\d.]+ s$/m)
  expect(first.stdout).toMatch(/^bank: 1 entity, 1 file read of 1/m)
  const again = await callboard(at, ['crawl', 'shop'])
  expect(again.stdout).toMatch(/^shop: 2 entities, no files read of 1/m)
  expect(again.stdout).not.toContain('bank')
  const full = await callboard(at, ['crawl', 'shop', '--full'])
  expect(full.stdout).toMatch(/^shop: 2 entities, 1 file read of 1/m)
})

test('beside a portal it has that one read, and its pages show it', async () => {
  const at = two()
  const portal = await start(at)
  at.write('shop/new.yaml', component('newcomer'))
  const ended = await callboard(at, ['crawl', 'shop', '--json'])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(ended.stdout)).toMatchObject([
    { source: 'folder:shop', title: 'shop', ok: true, entities: 3, files: 2, removed: 0, held: 0, error: null },
  ])
  expect((await portal.get('/catalog/default/component/newcomer')).status).toBe(200)
  expect(statSync(join(at.dataDir, 'lock.json')).mode & 0o077).toBe(0)
})

test('a source that cannot be read is told with its reason and ends with 1, and the others are read', async () => {
  const at = two()
  rmSync(join(at.root, 'bank'), { recursive: true })
  for (const running of [false, true]) {
    if (running) await start(at)
    const ended = await callboard(at, ['crawl'])
    expect(ended.code).toBe(1)
    expect(ended.stdout).toMatch(/^bank: failed\. .*bank/m)
    expect(ended.stdout).toMatch(/^shop: 2 entities/m)
    const json = await callboard(at, ['crawl', '--json'])
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject([
      { title: 'bank', ok: false },
      { title: 'shop', ok: true, error: null },
    ])
  }
})

test('a source that is not there is named, with the one that may have been meant', async () => {
  const at = two()
  for (const running of [false, true]) {
    if (running) await start(at)
    const ended = await callboard(at, ['crawl', 'shp'])
    expect(ended.code).toBe(1)
    expect(ended.stderr).toBe('There is no source called shp\nDid you mean shop?\n')
  }
  const wrong = await callboard(at, ['crawl', '--fast'])
  expect([wrong.code, wrong.stderr]).toEqual([
    1,
    expect.stringContaining('callboard crawl [SOURCE…] [--full] [--json]'),
  ])
})

test('the key of the running portal lets in its owner, and no other does', async () => {
  const at = two()
  const portal = await start(at)
  const { key } = JSON.parse(readFileSync(join(at.dataDir, 'lock.json'), 'utf8')) as { key: string }
  expect(key.length).toBeGreaterThan(40)
  const audit = async (authorization: string) => {
    const response = await fetch(`${portal.address}/catalog/sources/readings.json`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ sources: ['folder:shop'] }),
    })
    return response.status
  }
  expect(await audit(`Bearer ${key}`)).toBe(202)
  portal.child.kill('SIGKILL')
  await portal.ended
  // What a killed portal left there leads nowhere: the command reads by itself.
  expect(await callboard(at, ['crawl', 'shop'])).toMatchObject({ code: 0 })
})
