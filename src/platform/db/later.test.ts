import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { createHandClock } from '../jobs/fixtures/hand-clock.ts'
import { createLog } from '../log.ts'
import { integer, table, text } from './columns.ts'
import { testFolder } from './fixtures/folder.ts'
import { createLater, type LaterOptions } from './later.ts'
import { openDatabase } from './open.ts'

const uses = table('uses', { id: text().primaryKey(), at: integer().notNull() })

async function stage(options: Partial<LaterOptions<number>> = {}) {
  const db = await openDatabase({ file: `${testFolder()}/portal.sqlite`, development: true })
  onTestFinished(() => db.close())
  await db.write((tx) => tx.run(sql`create table uses (id text primary key, at integer not null)`))
  const clock = createHandClock()
  const said: { level: string; msg: string; waiting?: number; lost?: number }[] = []
  const log = createLog('warn', {
    format: 'json',
    destination: { write: (line: string) => void said.push(JSON.parse(line)) },
  })
  let close = async () => {}
  const host = {
    ...{ db, log },
    onClose: (run: () => void | Promise<void>) => {
      close = async () => run()
    },
  }
  const batches: string[][] = []
  const faulty = { is: false }
  const later = createLater<number>(host, {
    ...{ what: 'The last use', delay: 5000, after: clock.after },
    write: async (tx, batch) => {
      batches.push([...batch.keys()])
      for (const [id, at] of batch)
        await tx.insert(uses).values({ id, at }).onConflictDoUpdate({ target: uses.id, set: { at } })
      if (faulty.is) throw new Error('The disk is full')
    },
    ...options,
  })
  const rows = () =>
    Object.fromEntries(
      db.read
        .select()
        .from(uses)
        .all()
        .map(({ id, at }) => [id, at]),
    )
  return { later, clock, batches, faulty, said, rows, close: () => close() }
}

test('what was noted is there at once, and written in one batch when its time has come', async () => {
  const { later, clock, batches, rows } = await stage()
  later.note('a', 1)
  clock.advance(3000)
  later.note('b', 2)
  later.note('a', 3)
  clock.advance(1999)
  expect([later.of('a'), later.of('b'), later.of('c'), clock.pending()]).toEqual([3, 2, undefined, [1]])
  expect(rows()).toEqual({})
  clock.advance(1)
  await expect.poll(rows).toEqual({ a: 3, b: 2 })
  await later.flush()
  expect([batches, later.of('a'), clock.pending()]).toEqual([[['b', 'a']], undefined, []])
})

test('what is noted while others are written waits for the next time, and nobody misses it', async () => {
  const seen: unknown[] = []
  const { later, clock, rows } = await stage({ written: (batch) => seen.push([...batch], later.of('a'), rows()) })
  later.note('a', 1)
  later.note('b', 1)
  const first = later.flush()
  await Promise.resolve()
  later.note('a', 2)
  expect([later.of('a'), later.of('b')]).toEqual([2, 1])
  await first
  expect(seen).toEqual([
    [
      ['a', 1],
      ['b', 1],
    ],
    2,
    { a: 1, b: 1 },
  ])
  expect([later.of('a'), later.of('b'), clock.pending()]).toEqual([2, undefined, [5000]])
  await later.flush()
  expect(rows()).toEqual({ a: 2, b: 1 })
})

test('what cannot be written is logged and tried again, after ever longer', async () => {
  const { later, clock, batches, faulty, said, rows } = await stage()
  faulty.is = true
  later.note('a', 1)
  for (const pause of [5000, 10_000, 20_000]) {
    expect(clock.pending()).toEqual([pause])
    clock.advance(pause)
    await later.flush()
    expect(clock.pending()).toEqual([pause * 2])
  }
  expect([rows(), later.of('a')]).toEqual([{}, 1])
  expect(new Set(said.map(({ msg }) => msg))).toEqual(new Set(['The last use could not be written; it is tried again']))
  for (let times = 0; times < 12; times++) await later.flush()
  expect(clock.pending()).toEqual([600_000])
  faulty.is = false
  clock.advance(600_000)
  await expect.poll(rows).toEqual({ a: 1 })
  await later.flush()
  later.note('b', 1)
  expect([batches.at(-1), clock.pending()]).toEqual([['a'], [5000]])
})

test('the close writes everything, also what comes meanwhile, and leaves no timer behind', async () => {
  const { later, clock, rows, close } = await stage()
  later.note('a', 1)
  const closed = close()
  later.note('b', 2)
  await Promise.resolve()
  await Promise.resolve()
  later.note('c', 3)
  await closed
  expect([rows(), clock.pending()]).toEqual([{ a: 1, b: 2, c: 3 }, []])
})

test('a close that cannot write says that something is lost, and ends', async () => {
  const { later, clock, faulty, said, close } = await stage()
  faulty.is = true
  later.note('a', 1)
  await close()
  expect(said).toMatchObject([{ msg: 'The last use could not be written; the portal ends without it', waiting: 1 }])
  expect(clock.pending()).toEqual([])
})

test('many are written before their time; while that fails the newest are kept, and it is said how many went', async () => {
  const { later, batches, faulty, said, rows } = await stage({ most: 10 })
  for (let at = 0; at < 6; at++) later.note(`a${at}`, at)
  await expect.poll(() => Object.keys(rows())).toHaveLength(6)
  await later.flush()
  expect(batches).toHaveLength(1)
  faulty.is = true
  for (let at = 0; at < 14; at++) later.note(`b${at}`, at)
  await later.flush()
  expect([later.of('b3'), later.of('b4'), later.of('b13')]).toEqual([undefined, 4, 13])
  const tries = batches.length
  for (let at = 0; at < 14; at++) later.note('b13', at)
  expect(batches).toHaveLength(tries)
  faulty.is = false
  await later.flush()
  expect(Object.keys(rows())).toHaveLength(16)
  expect(said.at(-1)).toMatchObject({ level: 'warn', lost: 4 })
})
