import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { AuditLine } from '../../../api/plugin.ts'
import { linksOf, organisation, people, rowsOf, type TestPortal, testPortal } from '../../../testing/index.ts'
import { admin } from '../index.ts'
import { changeOf } from './change.ts'

const files = { 'org.yaml': organisation }

const write = ({ portal }: TestPortal, line: Partial<AuditLine> & { action: string }) =>
  portal.db.write((tx) => portal.audit(tx, { actor: people.anna, target: 'component:default/cart', ...line }))

const actionsOn = async (portal: TestPortal, query: string) => {
  const page = await portal.get(`/admin/audit?${query}`)
  if (page.text.includes('No such lines')) return []
  return linksOf(page.region('admin-audit').html)
    .filter(({ href }) => /^\/admin\/audit\/[0-9a-z]{20}$/.test(href))
    .map(({ text }) => text)
}

describe('the page', () => {
  test('shows who did what to what, with which result, and is for those who may', async () => {
    await using portal = await testPortal({ files, access: true })
    await write(portal, { action: 'cart.fill', result: 'denied', target: '<b>x</b>', address: '203.0.113.7' })
    const page = await portal.get('/admin/audit', { as: 'root' })
    const [row] = rowsOf(page.region('admin-audit').html)
    expect(row?.join(' ')).toMatch(/cart\.fill.*<b>x<\/b>.*Anna Owner.*203\.0\.113\.7.*denied/s)
    expect(page.body).not.toContain('<b>x</b>')
    for (const url of ['/admin/audit', '/admin/audit.csv', '/admin/audit.jsonl', '/admin/audit/nothing']) {
      expect((await portal.get(url, { as: 'cora' })).status, url).toBe(403)
      expect((await portal.get(url)).status, url).toBe(401)
    }
    expect((await portal.get('/admin/audit/nothing', { as: 'root' })).status).toBe(404)
  })

  test('is filtered by what stands in its address, and keeps it in every link', async () => {
    await using portal = await testPortal({ files })
    await write(portal, { action: 'cart.fill' })
    await write(portal, { action: 'cart.empty', actor: people.root, result: 'failed', after: { colour: 'teal' } })
    await write(portal, { action: 'card.draw', target: 'deck' })
    expect(await actionsOn(portal, 'action=cart.')).toEqual(['cart.empty', 'cart.fill'])
    expect(await actionsOn(portal, 'who=root')).toEqual(['cart.empty'])
    expect(await actionsOn(portal, 'who=Owner&action=car')).toEqual(['card.draw', 'cart.fill'])
    expect(await actionsOn(portal, 'target=component:')).toEqual(['cart.empty', 'cart.fill'])
    expect(await actionsOn(portal, 'result=failed')).toEqual(['cart.empty'])
    expect(await actionsOn(portal, 'q=TEAL')).toEqual(['cart.empty'])
    expect(await actionsOn(portal, 'to=2020-01-01')).toEqual([])
    expect(await actionsOn(portal, 'who=&action=&target=&result=&from=&to=&q=')).toHaveLength(3)
    const page = await portal.get('/admin/audit?action=cart.&result=failed')
    const hrefs = linksOf(page.body).map(({ href }) => href)
    for (const kind of ['csv', 'jsonl']) expect(hrefs).toContain(`/admin/audit.${kind}?action=cart.&result=failed`)
    expect(page.body).toContain('value="cart."')
    const wrong = await portal.get('/admin/audit?from=yesterday')
    expect(wrong.status).toBe(400)
    expect(wrong.text).toContain('write a day such as 2026-03-02')
    expect((await portal.get('/admin/audit?result=fine')).status).toBe(400)
  })

  test('turns by keys: what is added meanwhile moves nothing', async () => {
    await using portal = await testPortal({ files })
    for (let i = 0; i < 60; i++) await write(portal, { action: `step.${i}` })
    const first = await portal.get('/admin/audit?action=step.')
    const older = linksOf(first.body).find(({ text }) => text === 'Older')?.href ?? ''
    await write(portal, { action: 'step.late' })
    const second = await actionsOn(portal, older.split('?')[1] ?? '')
    expect(second).toEqual(Array.from({ length: 10 }, (_, i) => `step.${9 - i}`))
    const back = linksOf((await portal.get(older)).body).find(({ text }) => text === 'Newest')?.href
    expect(back).toBe('/admin/audit?action=step.')
  })

  test('of a line shows what changed, and leads to the person, the entity and their other lines', async () => {
    await using portal = await testPortal({ files })
    const before = { title: 'Cart', tags: ['a', 'b'], owner: null, password: 'hunter2' }
    const after = { title: 'Cart', tags: ['b'], owner: 'payments', password: 'hunter3' }
    const actor = { ...people.anna, id: 'user:default/anna' }
    await write(portal, { action: 'cart.change', actor, before, after, address: '203.0.113.7', detail: { files: 3 } })
    const [line] = await portal.audit()
    const page = await portal.get(`/admin/audit/${line?.id}`)
    expect(rowsOf(page.region('admin-audit-change').html)).toEqual([
      ['a, b', 'b'],
      ['none', 'payments'],
    ])
    expect(page.region('admin-audit-change').text).toMatch(/tags.*a, b.*owner.*payments/s)
    expect(page.region('admin-audit-change').text).toContain('2 other fields stayed as they were')
    expect(page.body).not.toContain('hunter')
    const hrefs = linksOf(page.region('main').html).map(({ href }) => href)
    expect(hrefs).toContain('/catalog/default/user/anna')
    expect(hrefs).toContain('/catalog/default/component/cart')
    expect(hrefs).toContain('/admin/audit?who=user%3Adefault%2Fanna')
    expect(page.text).toContain('"files": 3')
  })

  test('says how long lines are kept, where they go, and what is wrong with that', async () => {
    const full = existsSync('/dev/full') ? '/dev/full' : '/nowhere/at/all'
    await using portal = await testPortal({
      files,
      plugins: [admin({ audit: { keep: '90d', stream: `file:${full}` } })],
    })
    await write(portal, { action: 'cart.fill' })
    await portal.settled()
    const page = await portal.get('/admin/audit')
    expect(page.text).toContain('Lines are kept for 90 days.')
    expect(page.text).toContain(`Each is written to ${full} as well.`)
    expect(page.text).toContain('Lines are not written out since')
    expect((await portal.get('/admin')).text).toContain('The audit cannot be written out')
    expect((await portal.get('/catalog')).status).toBe(200)
  })
})

describe('an export', () => {
  test('as CSV has every line of the filter, harmless to spreadsheets', async () => {
    await using portal = await testPortal({ files })
    for (let i = 0; i < 600; i++) await write(portal, { action: 'step.one' })
    await write(portal, { action: 'cart.fill', target: '=1+1', detail: { note: 'a "b", c' } })
    const all = await portal.get('/admin/audit.csv?action=step.')
    expect(all.headers['content-type']).toContain('text/csv')
    expect(all.body.trimEnd().split('\r\n')).toHaveLength(601)
    const [head, line] = (await portal.get('/admin/audit.csv?action=cart.')).body.split('\r\n')
    expect(head).toBe('id,time,actor,name,kind,action,target,result,address,proxy,request,before,after,detail')
    expect(line).toContain(`,cart.fill,'=1+1,ok,,,,,,"{""note"":""a \\""b\\"", c""}"`)
  })

  test('as lines of JSON has the same', async () => {
    await using portal = await testPortal({ files })
    await write(portal, { action: 'cart.fill', before: { a: 1 }, after: { a: 2 } })
    const { body, headers } = await portal.get('/admin/audit.jsonl?q=cart.fill')
    expect(headers['content-type']).toContain('application/x-ndjson')
    expect(body.endsWith('\n')).toBe(true)
    expect(JSON.parse(body)).toMatchObject({ action: 'cart.fill', before: { a: 1 }, after: { a: 2 }, result: 'ok' })
  })
})

describe('the options', () => {
  test('are refused where they are none, with what to write', () => {
    expect(() => admin({ audit: { keep: 'long' as never } })).toThrow('write a length of time such as 90d')
    expect(() => admin({ audit: { keep: '0d' } })).toThrow('write a length of time')
    for (const stream of ['audit.jsonl', 'file:audit.jsonl', 'file:/var/log/', 'http://x'] as never[]) {
      expect(() => admin({ audit: { stream } }), stream).toThrow('the whole path of a file')
    }
    expect(admin({ audit: { keep: 'for ever', stream: 'stdout' } }).options).toEqual({
      audit: { keep: 'for ever', stream: 'stdout' },
    })
  })

  test('keep: what is older goes with the job, by the only door', async () => {
    let time = Date.parse('2026-03-02T08:00:00Z')
    await using portal = await testPortal({
      files,
      now: () => new Date(time),
      plugins: [admin({ audit: { keep: '30d' } })],
    })
    await write(portal, { action: 'old.one' })
    time += 31 * 86_400_000
    await write(portal, { action: 'new.one' })
    await portal.portal.db.write((tx) => portal.portal.jobs.runNow('admin.prune-audit', tx))
    await portal.settled()
    const actions = (await portal.audit()).map(({ action }) => action)
    expect(actions).toContain('new.one')
    expect(actions).toContain('audit.prune')
    expect(actions).not.toContain('old.one')
  })

  test('stream: every line stands in the file, also after it was moved and the portal was told so; what waits is not removed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'callboard-trail-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'audit.jsonl')
    const actionsIn = (file: string) =>
      existsSync(file)
        ? readFileSync(file, 'utf8')
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line).action)
        : []
    const before = process.listenerCount('SIGHUP')
    {
      await using portal = await testPortal({ files, plugins: [admin({ audit: { stream: `file:${path}` } })] })
      await write(portal, { action: 'cart.fill' })
      await portal.settled()
      expect(actionsIn(path)).toContain('cart.fill')
      await rename(path, `${path}.1`)
      process.emit('SIGHUP')
      await write(portal, { action: 'cart.empty' })
      await portal.settled()
      await expect.poll(() => actionsIn(path)).toEqual(['cart.empty'])
      expect(process.listenerCount('SIGHUP')).toBe(before + 1)
    }
    expect(process.listenerCount('SIGHUP')).toBe(before)
  })

  test('a line that is not in the stream yet is kept however old it is', async () => {
    let time = Date.parse('2026-03-02T08:00:00Z')
    await using portal = await testPortal({
      files,
      now: () => new Date(time),
      plugins: [admin({ audit: { keep: '30d', stream: 'file:/nowhere/at/all.jsonl' } })],
    })
    await write(portal, { action: 'old.one' })
    await portal.settled()
    time += 31 * 86_400_000
    await portal.portal.db.write((tx) => portal.portal.jobs.runNow('admin.prune-audit', tx))
    await portal.settled()
    expect((await portal.audit()).map(({ action }) => action)).toContain('old.one')
  })
})

test('a change is read field by field: by path, lists in one, none for what has no value', () => {
  expect(changeOf(undefined, undefined)).toBeNull()
  expect(changeOf({ a: 1, b: { c: true, d: null }, e: [1, 'x'] }, { a: 1, b: { c: false }, e: [] })).toEqual({
    kind: 'changed',
    fields: [
      { name: 'b.c', before: 'yes', after: 'no' },
      { name: 'e', before: '1, x', after: '' },
    ],
    same: 1,
  })
  expect(changeOf(undefined, { a: 'x', b: null })).toEqual({
    kind: 'made',
    fields: [{ name: 'a', before: null, after: 'x' }],
    same: 0,
  })
  expect(changeOf({ a: 'x' }, undefined)?.kind).toBe('removed')
})
