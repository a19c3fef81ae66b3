import { existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { backupDatabase, restoreDatabase } from './backup.ts'
import { connect } from './driver.ts'
import { testFolder } from './fixtures/folder.ts'
import { lockDataFolder } from './lock.ts'
import { openDatabase } from './open.ts'

async function testDatabase(dir: string, bodies: string[]) {
  const file = join(dir, 'portal.sqlite')
  const db = await openDatabase({ file })
  onTestFinished(() => db.close())
  await db.write((tx) => {
    tx.run(sql`create table notes (body text)`)
    for (const body of bodies) tx.run(sql`insert into notes values (${body})`)
  })
  return { file, db, bodies: () => db.read.all(sql`select rowid, body from notes`) }
}

async function notesOf(file: string): Promise<unknown[]> {
  const db = await openDatabase({ file })
  const rows = db.read.all(sql`select rowid, body from notes`)
  await db.close()
  return rows
}

async function testLock(dir: string) {
  const lock = await lockDataFolder(dir)
  onTestFinished(() => lock.release())
  return lock
}

test('a backup of an open database holds what was committed, rows under their numbers', async () => {
  const dir = testFolder()
  const { file, db } = await testDatabase(dir, ['a', 'b', 'c'])
  await db.write((tx) => tx.run(sql`delete from notes where body = 'b'`))
  const target = join(dir, 'backups', 'one.sqlite')
  const during = db.write(async (tx) => {
    await tx.run(sql`insert into notes values ('not yet')`)
  })
  await Promise.all([during, backupDatabase(file, target)])
  const rows = await notesOf(target)
  expect(rows.slice(0, 2)).toEqual([
    { rowid: 1, body: 'a' },
    { rowid: 3, body: 'c' },
  ])
  expect(statSync(target).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(dir, 'backups')).filter((name) => name.includes('partial'))).toEqual([])
})

test('a backup replaces nothing unless told, and never its own database', async () => {
  const dir = testFolder()
  const { file } = await testDatabase(dir, ['a'])
  const target = join(dir, 'one.sqlite')
  writeFileSync(target, 'precious')
  await expect(backupDatabase(file, target)).rejects.toMatchObject({ code: 'conflict' })
  expect(statSync(target).size).toBe(8)
  await backupDatabase(file, target, { overwrite: true })
  expect(await notesOf(target)).toHaveLength(1)
  await expect(backupDatabase(file, file, { overwrite: true })).rejects.toMatchObject({ code: 'invalid' })
  await expect(backupDatabase(join(dir, 'none.sqlite'), join(dir, 'two.sqlite'))).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('a database of another program gives no backup', async () => {
  const dir = testFolder()
  const other = await connect(join(dir, 'foreign.sqlite'), { create: true })
  other.exec('create table theirs (id)')
  other.close()
  const backup = backupDatabase(join(dir, 'foreign.sqlite'), join(dir, 'one.sqlite'))
  await expect(backup).rejects.toThrow('it is not a Callboard database')
  expect(readdirSync(dir)).toEqual(['foreign.sqlite'])
})

test('a damaged database gives no backup', async () => {
  const dir = testFolder()
  const { file, db } = await testDatabase(dir, [])
  await db.write((tx) => tx.run(sql`insert into notes values (${'x'.repeat(200_000)})`))
  await db.close()
  truncateSync(file, 8192)
  await expect(backupDatabase(file, join(dir, 'one.sqlite'))).rejects.toThrow(
    /portal.sqlite was not changed: the file is damaged/,
  )
  expect(readdirSync(dir).filter((name) => name.startsWith('one'))).toEqual([])
})

test('a restored backup takes the place of the database, which is kept with its journal', async () => {
  const dir = testFolder()
  const { file, db } = await testDatabase(dir, ['old'])
  const backup = join(dir, 'one.sqlite')
  await backupDatabase(file, backup)
  await db.write((tx) => tx.run(sql`insert into notes values ('newer')`))
  await db.close()
  const unfinished = await connect(file)
  unfinished.pragma('wal_autocheckpoint = 0')
  unfinished.exec("insert into notes values ('in the journal')")
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0)
  const lock = await testLock(dir)
  const aside = await restoreDatabase(backup, file, { lock, now: () => new Date(Date.UTC(2030, 0, 1)) })
  unfinished.close()
  expect(aside).toBe(`${file}.before-restore-20300101T000000000Z`)
  expect([`${file}-wal`, `${file}-shm`].filter(existsSync)).toEqual([])
  expect(await notesOf(file)).toEqual([{ rowid: 1, body: 'old' }])
  expect(await notesOf(aside ?? '')).toHaveLength(3)
  expect(existsSync(backup)).toBe(true)
})

test('a backup can be restored where no database is', async () => {
  const dir = testFolder()
  const { file } = await testDatabase(dir, ['a'])
  const backup = join(dir, 'one.sqlite')
  await backupDatabase(file, backup)
  const lock = await testLock(join(dir, 'fresh'))
  expect(await restoreDatabase(backup, join(dir, 'fresh', 'portal.sqlite'), { lock })).toBeUndefined()
  expect(await notesOf(join(dir, 'fresh', 'portal.sqlite'))).toHaveLength(1)
})

test('what is missing, damaged or not ours is not restored', async () => {
  const dir = testFolder()
  const { file, db, bodies } = await testDatabase(dir, ['a', 'x'.repeat(50_000)])
  const lock = await testLock(dir)
  const broken = join(dir, 'broken.sqlite')
  await backupDatabase(file, broken)
  truncateSync(broken, statSync(broken).size - 8192)
  const foreign = join(dir, 'foreign.sqlite')
  const other = await connect(foreign, { create: true })
  other.exec('create table theirs (id)')
  other.close()
  writeFileSync(join(dir, 'text.sqlite'), 'Dear database, '.repeat(1000))
  const restore = (name: string) => restoreDatabase(join(dir, name), file, { lock })
  await expect(restore('none.sqlite')).rejects.toMatchObject({ code: 'not_found' })
  await expect(restore('broken.sqlite')).rejects.toMatchObject({ code: 'invalid' })
  await expect(restore('foreign.sqlite')).rejects.toThrow('it is not a Callboard database')
  await expect(restore('text.sqlite')).rejects.toMatchObject({ code: 'invalid' })
  expect(bodies()).toHaveLength(2)
  expect(await db.quickCheck()).toEqual([])
  expect(readdirSync(dir).filter((name) => /restor|partial/.test(name))).toEqual([])
})

test('restoring wants the lock on the folder of that database', async () => {
  const dir = testFolder()
  const { file } = await testDatabase(dir, ['a'])
  const lock = await testLock(join(dir, 'elsewhere'))
  await expect(restoreDatabase(file, file, { lock })).rejects.toThrow('wants the lock')
})
