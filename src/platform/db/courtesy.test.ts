import { readFileSync, statSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { attendance } from '../attendance.ts'
import { createHaste } from '../haste.ts'
import { integer, table, text } from './columns.ts'
import { testFolder } from './fixtures/folder.ts'
import { openDatabase } from './open.ts'

// Long work gives way to pages, and what it writes reaches the file though nobody else does.

const notes = table('notes', { id: integer().primaryKey(), body: text().notNull() })

async function testDatabase() {
  const db = await openDatabase({ file: `${testFolder()}/portal.sqlite`, development: true })
  onTestFinished(() => db.close())
  await db.write((tx) => tx.run(sql`create table notes (id integer primary key, body text not null)`))
  return db
}

/** Turns of the event loop while a transaction breathes ten times, after ten milliseconds of work each. */
async function turnsOfLongWork(): Promise<number> {
  const db = await testDatabase()
  let [turns, going] = [0, true]
  const count = async () => {
    for (; going; turns += 1) await nextTurn()
  }
  const counting = count()
  await db.write(async (tx) => {
    for (let breath = 0; breath < 10; breath += 1) {
      for (const until = performance.now() + 10; performance.now() < until; );
      await tx.breathe()
    }
  })
  going = false
  await counting
  return turns
}

test('while somebody waits for a page, a long transaction gives way for many turns, and goes on', async () => {
  const request = {}
  attendance.came(request)
  onTestFinished(() => attendance.left(request))
  expect(await turnsOfLongWork()).toBeGreaterThan(100)
})

test('while nobody waits, it gives way for one', async () => {
  expect(await turnsOfLongWork()).toBeLessThan(30)
})

test('in haste the journal is moved into the file behind each commit, and as ever afterwards', async () => {
  const db = await testDatabase()
  const size = () => statSync(db.file).size
  const write = (from: number) =>
    db.write(async (tx) => {
      tx.bulkInsert(
        notes,
        Array.from({ length: 50 }, (_, index) => ({ id: from + index, body: 'x'.repeat(1000) })),
      )
    })
  const before = size()
  await write(1000)
  expect(size()).toBe(before)

  const haste = createHaste()
  onTestFinished(() => haste.end())
  haste.spend(10_000_000)
  await write(2000)
  await db.write(() => undefined)
  expect(size()).toBeGreaterThan(before + 50_000)
  haste.end()

  const calm = size()
  await write(3000)
  await db.write(() => undefined)
  expect(size()).toBe(calm)
  expect(await db.read.$count(notes)).toBe(150)
})

test('little that is written in haste waits in the journal for more', async () => {
  const db = await testDatabase()
  const inFile = (text: string) => readFileSync(db.file).includes(text)
  const note = (from: number, body: string, count = 1) =>
    db.write(async (tx) => {
      const rows = Array.from({ length: count }, (_, index) => ({ id: from + index, body }))
      tx.bulkInsert(notes, rows)
    })
  const haste = createHaste()
  onTestFinished(() => haste.end())
  haste.spend(10_000_000)
  await note(1, 'much', 100)
  await note(1000, 'a little')
  await db.write(() => undefined)
  expect([inFile('much'), inFile('a little')]).toEqual([true, false])
  await note(2000, 'more', 100)
  await db.write(() => undefined)
  expect([inFile('more'), inFile('a little')]).toEqual([true, true])
})
