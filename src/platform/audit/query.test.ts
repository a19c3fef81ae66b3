import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { Actor } from '../../api/actor.ts'
import type { AuditLine } from '../../api/plugin.ts'
import { testFolder } from '../db/fixtures/folder.ts'
import { createIdSource } from '../db/id.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import { writeAudit } from './audit.ts'
import { type AuditFilter, auditActions, eachAudit, findAudit, findAuditLine, oldestAudit } from './query.ts'
import { pruneAudit } from './retention.ts'
import { auditLines } from './schema.ts'

const dir = fileURLToPath(new URL('../../../migrations/audit', import.meta.url))
const anna: Actor = { id: 'user:default/anna', kind: 'user', name: 'Anna', groups: [] }
const hana: Actor = { id: 'user:default/hana', kind: 'user', name: 'Hana 100%', groups: [] }
const dayLong = 86_400_000

async function stage() {
  const folder = testFolder()
  const file = `${folder}/portal.sqlite`
  await migrateDatabase({ file, folders: [{ feature: 'audit', dir }], backupDir: `${folder}/backups` })
  const db = await openDatabase({ file, development: true })
  onTestFinished(() => db.close())
  let time = Date.parse('2026-03-02T08:00:00Z')
  const now = () => new Date(time)
  const clock = { now, id: createIdSource(now) }
  const write = async (line: Partial<AuditLine> & { action: string }) => {
    await db.write((tx) => writeAudit(tx, { actor: anna, target: 'x', ...line }, clock))
    time += dayLong
  }
  const found = (filter: AuditFilter) =>
    findAudit(db.read, filter, { limit: 50 })
      .lines.map(({ action }) => action)
      .reverse()
  return { db, clock, write, found }
}

test('lines are found by who, action, target, result, time and text, each also by its beginning or a part', async () => {
  const { write, found, db } = await stage()
  await write({ action: 'access.token.create', target: 'token:1', after: { title: 'Nightly_backup' } })
  await write({ action: 'access.token.revoke', target: 'token:10', actor: hana })
  await write({ action: 'access.tokens', target: 'account:anna', result: 'denied', address: '203.0.113.7' })
  await write({
    action: 'catalog.refresh',
    target: 'component:default/cart',
    actor: hana,
    result: 'failed',
    requestId: 'r-77',
  })
  const all = ['access.token.create', 'access.token.revoke', 'access.tokens', 'catalog.refresh']
  expect(found({})).toEqual(all)
  expect(found({ who: 'user:default/anna' })).toEqual([all[0], all[2]])
  expect(found({ who: 'ANNA' })).toEqual([all[0], all[2]])
  expect(found({ who: '100%' })).toEqual([all[1], all[3]])
  expect(found({ who: '1_0%' })).toEqual([])
  expect(found({ action: 'access.token' })).toEqual(all.slice(0, 3))
  expect(found({ action: 'access.token.' })).toEqual(all.slice(0, 2))
  expect(found({ action: 'access.tokens' })).toEqual([all[2]])
  expect(found({ target: 'token:' })).toEqual(all.slice(0, 2))
  expect(found({ target: 'token:1' })).toEqual([all[0]])
  expect(found({ result: 'denied' })).toEqual([all[2]])
  expect(found({ from: new Date('2026-03-03'), until: new Date('2026-03-05') })).toEqual(all.slice(1, 3))
  expect(found({ text: 'nightly_' })).toEqual([all[0]])
  expect(found({ text: 'nightly%' })).toEqual([])
  expect(found({ text: '203.0.113' })).toEqual([all[2]])
  expect(found({ text: 'R-77' })).toEqual([all[3]])
  expect(found({ text: "'; drop table audit_lines; --" })).toEqual([])
  expect(found({ who: 'Hana', action: 'access', result: 'ok' })).toEqual([all[1]])
  expect(auditActions(db.read)).toEqual(all)
  expect(oldestAudit(db.read)).toEqual(new Date('2026-03-02T08:00:00Z'))
  const [line] = findAudit(db.read, {}, { limit: 1 }).lines
  expect(findAuditLine(db.read, line?.id ?? '')).toEqual(line)
  expect(findAuditLine(db.read, 'nothing')).toBeUndefined()
})

test('pages follow each other without a gap, and an export has every line once', async () => {
  const { db, write } = await stage()
  for (let i = 0; i < 25; i++) await write({ action: `a.${i % 2}` })
  const seen: string[] = []
  let before: string | undefined
  do {
    const page = findAudit(db.read, { action: 'a.0' }, { limit: 4, before })
    seen.push(...page.lines.map(({ id }) => id))
    before = page.next
  } while (before !== undefined)
  expect(new Set(seen).size).toBe(13)
  expect([...eachAudit(db.read, { action: 'a.0' })].flat().map(({ id }) => id)).toEqual(seen)
})

test('a search for what is rare stops after so many lines, says so, and goes on where it stopped', async () => {
  const { db, clock, write } = await stage()
  await write({ action: 'rare.one', detail: { word: 'needle' } })
  await write({ action: 'rare.two', detail: { word: 'needle' } })
  await db.write((tx) => {
    const row = { actorId: 'u', actorKind: 'user', actorName: 'U', action: 'b', target: 'x', result: 'ok' } as const
    tx.bulkInsert(
      auditLines,
      Array.from({ length: 20_500 }, () => ({ ...row, id: clock.id(), at: clock.now() })),
    )
  })
  const first = findAudit(db.read, { text: 'needle' }, { limit: 50 })
  expect(first).toMatchObject({ lines: [], isPartial: true })
  const second = findAudit(db.read, { text: 'needle' }, { limit: 50, before: first.next })
  expect(second.lines.map(({ action }) => action)).toEqual(['rare.two', 'rare.one'])
  expect(second).toMatchObject({ next: undefined, isPartial: false })
  expect([...eachAudit(db.read, { text: 'needle' })].flat()).toHaveLength(2)
  // By what an index knows it is found at once.
  expect(findAudit(db.read, { action: 'rare.one' }, { limit: 50 }).lines).toHaveLength(1)
})

test('what is too old goes in parts, each with its line, and may be stopped in between', async () => {
  const { db, clock, write } = await stage()
  await db.write((tx) => {
    const row = { actorId: 'u', actorKind: 'user', actorName: 'U', action: 'old', target: 'x', result: 'ok' } as const
    tx.bulkInsert(
      auditLines,
      Array.from({ length: 5_100 }, () => ({ ...row, id: clock.id(), at: clock.now() })),
    )
  })
  await write({ action: 'old.too' })
  const keepFrom = clock.now()
  await write({ action: 'young' })
  const stopped = AbortSignal.abort(new Error('stopped'))
  await expect(pruneAudit(db, keepFrom, clock, stopped)).rejects.toThrow('stopped')
  expect(await pruneAudit(db, keepFrom, clock, new AbortController().signal)).toBe(5_101)
  const { lines } = findAudit(db.read, {}, { limit: 50 })
  expect(lines.map(({ action, detail }) => [action, (detail as { lines?: number })?.lines])).toEqual([
    ['audit.prune', 101],
    ['audit.prune', 5000],
    ['young', undefined],
  ])
  expect(await pruneAudit(db, keepFrom, clock, new AbortController().signal)).toBe(0)
  expect(findAudit(db.read, {}, { limit: 50 }).lines).toHaveLength(3)
})
