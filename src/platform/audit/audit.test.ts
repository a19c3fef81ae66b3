import { fileURLToPath } from 'node:url'
import { eq, sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { type Actor, systemActor } from '../../api/actor.ts'
import { Secret } from '../../api/env.ts'
import { connect } from '../db/driver.ts'
import { sqliteCode } from '../db/failure.ts'
import { testFolder } from '../db/fixtures/folder.ts'
import { createIdSource } from '../db/id.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import { listAudit, writeAudit } from './audit.ts'
import { removeAuditBefore } from './retention.ts'
import { auditLines, auditRetention } from './schema.ts'

const anna: Actor = { id: 'u1', kind: 'user', name: 'Anna', ref: 'user:default/anna', groups: [] }
const dir = fileURLToPath(new URL('../../../migrations/audit', import.meta.url))

async function testAudit() {
  const folder = testFolder()
  const file = `${folder}/portal.sqlite`
  await migrateDatabase({ file, folders: [{ feature: 'audit', dir }], backupDir: `${folder}/backups` })
  const db = await openDatabase({ file, development: true })
  onTestFinished(() => db.close())
  let time = Date.parse('2026-03-02T08:00:00Z')
  const now = () => new Date(time)
  const clock = { now, id: createIdSource(now) }
  const write = (action: string, detail?: object, actor = anna) =>
    db.write((tx) =>
      writeAudit(tx, { action, actor, target: 'component:default/cart', ...(detail && { detail }) }, clock),
    )
  const pass = (ms: number) => {
    time += ms
  }
  return { db, clock, write, pass }
}

test('a line says who did what to what, when and with which result', async () => {
  const { db, clock } = await testAudit()
  await db.write(async (tx) => {
    const line = { action: 'catalog.refresh', actor: anna, target: 'source:1', requestId: 'r1', detail: { files: 3 } }
    await writeAudit(tx, { ...line, result: 'denied' }, clock)
    await writeAudit(tx, { action: 'jobs.run', actor: systemActor, target: 'jobs.prune' }, clock)
  })
  expect(await listAudit(db.read)).toEqual([
    {
      id: expect.any(String),
      at: clock.now(),
      actor: { id: 'system', kind: 'system', name: 'Callboard' },
      action: 'jobs.run',
      target: 'jobs.prune',
      result: 'ok',
    },
    {
      id: expect.any(String),
      at: clock.now(),
      actor: { id: 'u1', kind: 'user', name: 'Anna' },
      action: 'catalog.refresh',
      target: 'source:1',
      requestId: 'r1',
      result: 'denied',
      detail: { files: 3 },
    },
  ])
})

test('a line of a write that fails is not there', async () => {
  const { db, clock } = await testAudit()
  const write = db.write(async (tx) => {
    await writeAudit(tx, { action: 'catalog.refresh', actor: anna, target: 'source:1' }, clock)
    throw new Error('no')
  })
  await expect(write).rejects.toThrow('no')
  expect(await listAudit(db.read)).toEqual([])
})

test('lists the youngest first, page by page, also of one actor or target', async () => {
  const { db, write } = await testAudit()
  for (const n of [1, 2, 3, 4, 5]) await write(`a.${n}`, undefined, n === 2 ? systemActor : anna)
  const page = await listAudit(db.read, { limit: 2 })
  expect(page.map(({ action }) => action)).toEqual(['a.5', 'a.4'])
  const next = await listAudit(db.read, { limit: 9, before: page[1]?.id ?? '' })
  expect(next.map(({ action }) => action)).toEqual(['a.3', 'a.2', 'a.1'])
  expect((await listAudit(db.read, { actorId: 'system' })).map(({ action }) => action)).toEqual(['a.2'])
  expect(await listAudit(db.read, { target: 'component:default/cart' })).toHaveLength(5)
  expect(await listAudit(db.read, { target: 'component:default/other' })).toEqual([])
})

test('no line can be changed, deleted or replaced', async () => {
  const { db, write } = await testAudit()
  await write('catalog.refresh')
  const before = await listAudit(db.read)
  const [row] = await db.read.select().from(auditLines)
  if (!row) throw new Error('no line')
  const forged = { ...row, action: 'nothing.happened' }
  const failures = [
    db.write((tx) => tx.update(auditLines).set({ action: 'x' })),
    db.write((tx) => tx.delete(auditLines).where(eq(auditLines.id, row.id))),
    db.write((tx) => tx.bulkDelete(auditLines.id, [row.id])),
    db.write((tx) => tx.bulkInsert(auditLines, [forged], 'replace')),
    db.write((tx) => tx.run(sql`insert or replace into audit_lines select * from audit_lines`)),
    db.write((tx) => tx.run(sql`update or replace audit_lines set at = 0`)),
  ]
  for (const failure of failures) {
    const error = await failure.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(sqliteCode(error)).toBe('SQLITE_CONSTRAINT_TRIGGER')
  }
  expect(await listAudit(db.read)).toEqual(before)
})

test('nor by another program that opens the file', async () => {
  const { db, write } = await testAudit()
  await write('catalog.refresh')
  const before = await listAudit(db.read)
  const other = await connect(db.file, {})
  onTestFinished(() => void other.close())
  for (const statement of [
    "update audit_lines set actor_name = 'Somebody else'",
    'delete from audit_lines',
    'replace into audit_lines select * from audit_lines',
    "insert into audit_lines select * from audit_lines where true on conflict (id) do update set action = 'x'",
    'begin; insert into audit_retention values (1, 0); delete from audit_lines; commit',
  ]) {
    expect(() => other.exec(statement), statement).toThrow(/^An audit line cannot be (changed|deleted|replaced)$/)
    if (other.inTransaction) other.exec('rollback')
  }
  expect(await listAudit(db.read)).toEqual(before)
})

test('retention removes what is older than its cut-off, says so, and closes the door behind it', async () => {
  const { db, clock, write, pass } = await testAudit()
  await write('old.1')
  await write('old.2')
  pass(86_400_000)
  const keepFrom = clock.now()
  await write('young')
  expect(await db.write((tx) => removeAuditBefore(tx, { keepFrom, actor: anna }, clock))).toBe(2)
  const lines = await listAudit(db.read)
  expect(lines.map(({ action, actor }) => [action, actor.name])).toEqual([
    ['audit.prune', 'Anna'],
    ['young', 'Anna'],
  ])
  expect(lines[0]?.detail).toEqual({ keepFrom: keepFrom.toISOString(), lines: 2 })
  expect(await db.read.select().from(auditRetention)).toEqual([])
  pass(86_400_000)
  await expect(db.write((tx) => tx.delete(auditLines))).rejects.toThrow()
})

test('an open cut-off lets nothing go that is younger', async () => {
  const { db, clock, write, pass } = await testAudit()
  await write('old')
  pass(1000)
  await db.write((tx) => tx.insert(auditRetention).values({ id: 1, keepFrom: clock.now() }))
  await write('young')
  await expect(db.write((tx) => tx.delete(auditLines))).rejects.toThrow()
  expect(await listAudit(db.read)).toHaveLength(2)
})

test('secrets do not reach the file', async () => {
  const { db, write } = await testAudit()
  const token = new Secret('GIT_TOKEN', 'hunter2-secret')
  await write('source.add', {
    token,
    list: [token, { clientSecret: 'hunter2-plain' }],
    headers: { Authorization: 'Bearer hunter2-header', 'x-api-key': 'hunter2-key', accept: 'text/html' },
    password: { old: 'hunter2-old', new: ['hunter2-new'] },
    url: 'https://anna:hunter2@git.example.org/a.git?x=1',
    address: new URL('https://hunter2@git.example.org/'),
    error: new Error('cannot reach https://anna:hunter2@git.example.org'),
    more: new Map([['apiKey', 'hunter2-map']]),
    tokens: 5,
    tokenName: 'deploy',
    mail: 'anna@example.org',
  })
  const [row] = await db.read.all<{ detail: string }>(sql`select detail from audit_lines`)
  expect(row?.detail).not.toContain('hunter2')
  expect(JSON.parse(row?.detail ?? '')).toEqual({
    token: '••••••',
    list: ['••••••', { clientSecret: '••••••' }],
    headers: { Authorization: '••••••', 'x-api-key': '••••••', accept: 'text/html' },
    password: { old: '••••••', new: ['••••••'] },
    url: 'https://••••••@git.example.org/a.git?x=1',
    address: 'https://••••••@git.example.org/',
    error: 'cannot reach https://••••••@git.example.org',
    more: { apiKey: '••••••' },
    tokens: 5,
    tokenName: 'deploy',
    mail: 'anna@example.org',
  })
})

test('what sign-in knows does not reach the file, under whatever name and in whatever field', async () => {
  const { db, clock } = await testAudit()
  const secrets = {
    ...{ password: 'hunter2', newPassword: 'hunter2', token: 'hunter2', id_token: 'hunter2', accessToken: 'hunter2' },
    ...{ code: 'hunter2', state: 'hunter2', key: 'hunter2', codeVerifier: 'hunter2', nonce: 'hunter2' },
    ...{ cookie: 'callboard=hunter2', 'Set-Cookie': ['a=hunter2', 'b=hunter2'], cookies: { callboard: 'hunter2' } },
    ...{ clientSecret: 'hunter2', headers: { cookie: 'hunter2', authorization: 'Basic hunter2' } },
    url: '/sign-in/password?key=hunter2&to=/catalog',
    back: 'https://portal.example/api/auth/oidc/handler/frame?code=hunter2&state=hunter2#access_token=hunter2',
    said: 'GET with Authorization: Bearer hunter2hunter2 and cbp_hunter2hunter2hunter2 was refused',
  }
  await db.write((tx) =>
    writeAudit(
      tx,
      {
        ...{ action: 'access.sign-in', actor: anna, target: 'x' },
        ...{ detail: secrets, before: { deep: [secrets] }, after: secrets },
      },
      clock,
    ),
  )
  const rows = await db.read.all<object>(sql`select * from audit_lines`)
  expect(JSON.stringify(rows)).not.toContain('hunter2')
  const [line] = await listAudit(db.read)
  expect(line?.detail).toMatchObject({ code: '••••••', url: '/sign-in/password?key=••••••&to=/catalog' })
})

test('names that only sound like a secret are kept', async () => {
  const { db, clock } = await testAudit()
  const detail = {
    statusCode: 'E1',
    jobState: 'failed',
    jobKey: 'folder:a',
    keyboard: 'us',
    codes: 'a',
    hasPassword: true,
  }
  await db.write((tx) => writeAudit(tx, { action: 'a.b', actor: anna, target: 'x', detail }, clock))
  expect((await listAudit(db.read))[0]?.detail).toEqual(detail)
})

test('lines stay in order when the clock goes back while the portal is down', async () => {
  const { db, write } = await testAudit()
  await write('first')
  const past = () => new Date('2020-01-01T00:00:00Z')
  const clock = { now: past, id: createIdSource(past) }
  for (const action of ['second', 'third']) {
    await db.write((tx) => writeAudit(tx, { action, actor: anna, target: 'x' }, clock))
  }
  expect((await listAudit(db.read)).map(({ action }) => action)).toEqual(['third', 'second', 'first'])
})

test('a detail of any shape and size is kept within bounds', async () => {
  const { db, write } = await testAudit()
  const round: Record<string, unknown> = {
    name: 'a'.repeat(5000),
    big: 10n,
    list: Array.from({ length: 500 }, () => 1),
  }
  round.self = round
  let deep: object = {}
  for (let i = 0; i < 50; i += 1) deep = { deep }
  await write('source.add', { round, deep, gone: new Date(Number.NaN), nothing: undefined })
  const [line] = await listAudit(db.read)
  expect(line?.detail).toMatchObject({ round: { big: '10', self: '…' }, gone: null })
  expect(JSON.stringify(line?.detail).length).toBeLessThan(4000)
})
