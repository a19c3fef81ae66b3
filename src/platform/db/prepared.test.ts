import { and, eq, gte, lt, sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import type { Transaction } from '../../api/database.ts'
import { bool, integer, json, table, text, time } from './columns.ts'
import { testFolder } from './fixtures/folder.ts'
import { openDatabase } from './open.ts'
import { type Given, prepared } from './prepared.ts'

const things = table('things', {
  id: text().primaryKey(),
  title: text().notNull().default('untitled'),
  seenAt: time(),
  isOpen: bool().notNull().default(true),
  spec: json<{ tags: string[] } | null>(),
  rank: integer('sort_rank'),
})
type Thing = typeof things.$inferSelect

let built = 0
const insertThing = prepared((db, { id, title, seenAt, isOpen, spec, rank }: Given<Thing>) => {
  built++
  return db.insert(things).values({ id, title, seenAt, isOpen, spec, rank })
})
const findThing = prepared((db, { id }: Given<{ id: string }>) => db.select().from(things).where(eq(things.id, id)))

const full: Thing = { id: 'a', title: 'Ä', seenAt: new Date(5000), isOpen: false, spec: { tags: ['x'] }, rank: 1 }
const empty: Thing = { id: 'b', title: 'B', seenAt: null, isOpen: true, spec: null, rank: null }

async function testDatabase() {
  const db = await openDatabase({ file: `${testFolder()}/portal.sqlite`, development: true })
  onTestFinished(() => db.close())
  await db.write((tx) =>
    tx.run(sql`create table things (id text primary key, title text not null default 'untitled', seen_at integer,
      is_open integer not null default true, spec text, sort_rank integer)`),
  )
  return db
}

async function filledDatabase() {
  const db = await testDatabase()
  await db.write((tx) => [full, empty].map((thing) => insertThing.run(tx, thing)))
  return db
}

test('values are written and rows are made as drizzle does it', async () => {
  const db = await filledDatabase()
  expect([full, empty].map(({ id }) => findThing.get(db.read, { id }))).toEqual([full, empty])
  expect(await db.read.select().from(things)).toEqual([full, empty])
  expect(db.read.all(sql`select seen_at, is_open, spec, typeof(spec) as kind from things`)).toEqual([
    { seen_at: 5000, is_open: 0, spec: '{"tags":["x"]}', kind: 'text' },
    { seen_at: null, is_open: 1, spec: null, kind: 'null' },
  ])
  expect(findThing.get(db.read, { id: 'c' })).toBeUndefined()
  expect(findThing.all(db.read, { id: 'c' })).toEqual([])
})

test('it is built once, for all transactions and databases', async () => {
  const [one, other] = [await filledDatabase(), await testDatabase()]
  await one.write((tx) => insertThing.run(tx, { ...empty, id: 'c' }))
  await other.write((tx) => insertThing.run(tx, { ...empty, id: 'c' }))
  expect(built).toBe(1)
  const all = prepared((db) => db.select({ id: things.id }).from(things))
  expect([all.all(one.read, {}).length, all.all(other.read, {}).length]).toEqual([3, 1])
})

test('moments, booleans and patterns of conditions', async () => {
  const db = await filledDatabase()
  const between = prepared((db, { from, to, isOpen }: Given<{ from: Date; to: Date; isOpen: boolean }>) =>
    db
      .select({ id: things.id, later: sql<number>`${things.seenAt} + 1`.as('later') })
      .from(things)
      .where(and(gte(things.seenAt, from), lt(things.seenAt, to), eq(things.isOpen, isOpen))),
  )
  const when = { from: new Date(5000), to: new Date(5001) }
  expect(between.all(db.read, { ...when, isOpen: false })).toEqual([{ id: 'a', later: 5001 }])
  expect(between.all(db.read, { ...when, isOpen: true })).toEqual([])
  expect(between.all(db.read, { ...when, to: when.from, isOpen: false })).toEqual([])
})

test('what is changed is given back where the query says so, else how many', async () => {
  const db = await filledDatabase()
  const describe = prepared((db, { id, spec, seenAt }: Given<Pick<Thing, 'id' | 'spec' | 'seenAt'>>) =>
    db
      .update(things)
      .set({ spec, seenAt, rank: sql`coalesce(${things.rank}, 0) + 1` })
      .where(eq(things.id, id)),
  )
  const close = prepared((db, { id }: Given<{ id: string }>) =>
    db.update(things).set({ isOpen: false }).where(eq(things.id, id)).returning(),
  )
  await db.write((tx) => {
    expect(describe.run(tx, { id: 'b', spec: { tags: [] }, seenAt: new Date(7) })).toBe(1)
    expect(describe.run(tx, { id: 'a', spec: null, seenAt: null })).toBe(1)
    expect(describe.run(tx, { id: 'c', spec: null, seenAt: null })).toBe(0)
    expect(close.get(tx, { id: 'b' })).toEqual({
      ...{ id: 'b', title: 'B', seenAt: new Date(7), isOpen: false, spec: { tags: [] }, rank: 1 },
    })
  })
  expect(findThing.get(db.read, { id: 'a' })).toEqual({ ...full, spec: null, seenAt: null, rank: 2 })
})

test('rows of written SQL are as they are in the file', async () => {
  const db = await filledDatabase()
  const rows = prepared(
    (_, { ids }: Given<{ ids: string }>) =>
      sql<{ id: string; seenAt: number | null }>`select ${things.id} as id, ${things.seenAt} as seenAt from ${things}
        where ${things.id} in (select value from json_each(${ids})) order by 1`,
  )
  const expected = [
    { id: 'a', seenAt: 5000 },
    { id: 'b', seenAt: null },
  ]
  expect(rows.all(db.read, { ids: '["a","b"]' })).toEqual(expected)
  expect(rows.get(db.read, { ids: '["b"]' })).toEqual({ id: 'b', seenAt: null })
})

test('it shares its statement with a query that wants its rows otherwise', async () => {
  const db = await filledDatabase()
  const all = prepared((db) => db.select().from(things))
  const plain = sql.raw(db.read.select().from(things).toSQL().sql)
  const read = () => [all.all(db.read, {}).length, db.read.all(plain)[0], db.read.select().from(things).all()[0]]
  const row = { id: 'a', title: 'Ä', seen_at: 5000, is_open: 0, spec: '{"tags":["x"]}', sort_rank: 1 }
  expect([read(), read()]).toEqual([
    [2, row, full],
    [2, row, full],
  ])
})

test('inside a transaction it sees what that one wrote, and after it nothing at all', async () => {
  const db = await testDatabase()
  let kept: Transaction | undefined
  await db.write((tx) => {
    kept = tx
    insertThing.run(tx, full)
    expect(findThing.get(tx, { id: 'a' })).toEqual(full)
    expect(findThing.get(db.read, { id: 'a' })).toBeUndefined()
  })
  const ended = kept as Transaction
  expect(() => findThing.get(ended, { id: 'a' })).toThrow('The transaction has ended')
  await db.write(() => {
    // Another one is open, and the statement is known: the one that has ended stays dead.
    expect(() => insertThing.run(ended, empty)).toThrow('The transaction has ended')
    expect(() => findThing.all(ended, { id: 'a' })).toThrow('The transaction has ended')
  })
  expect(findThing.get(db.read, { id: 'b' })).toBeUndefined()
})

test('after an error that rolled the transaction back nothing is written outside of it', async () => {
  const db = await filledDatabase()
  const written = db.write((tx) => {
    tx.run(sql`rollback`)
    insertThing.run(tx, { ...empty, id: 'c' })
  })
  await expect(written).rejects.toThrow('was rolled back')
  expect(findThing.get(db.read, { id: 'c' })).toBeUndefined()
})

test('a reader reads, and a broken constraint is an error', async () => {
  const db = await filledDatabase()
  expect(() => insertThing.run(db.read as Transaction, { ...empty, id: 'c' })).toThrow('db.read only reads')
  await expect(db.write((tx) => insertThing.run(tx, full))).rejects.toThrow('UNIQUE constraint failed')
})

test('a value that is missing, a row in a row and a handle of another are refused', async () => {
  const db = await filledDatabase()
  expect(() => findThing.get(db.read, {} as { id: string })).toThrow('lacks its value "id"')
  const nested = prepared((db) => db.select({ thing: { id: things.id } }).from(things))
  expect(() => nested.all(db.read, {})).toThrow('select thing.id by a name of its own')
  const spread = prepared((db, { id, ...rest }: Given<Thing>) => db.update(things).set(rest).where(eq(things.id, id)))
  expect(() => spread.run(db.read as Transaction, full)).toThrow('names each of its values')
  expect(() => findThing.get({} as Transaction, { id: 'a' })).toThrow(TypeError)
})

test('a closed database is closed for it as well', async () => {
  const db = await openDatabase({ file: `${testFolder()}/portal.sqlite` })
  const one = prepared(() => sql<{ one: number }>`select 1 as one`)
  expect(one.get(db.read, {})).toEqual({ one: 1 })
  await db.close()
  expect(() => one.get(db.read, {})).toThrow('not open')
})
