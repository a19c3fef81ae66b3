import { existsSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { eq, sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import type { Transaction } from '../../api/database.ts'
import { integer, table, text } from './columns.ts'
import { connect } from './driver.ts'
import { startChild } from './fixtures/child.ts'
import { testFolder } from './fixtures/folder.ts'
import { type OpenOptions, openDatabase } from './open.ts'

const notes = table('notes', { id: integer().primaryKey(), body: text().notNull() })

async function testDatabase(options: Partial<OpenOptions> = {}) {
  const db = await openDatabase({ file: `${testFolder()}/portal.sqlite`, development: true, ...options })
  onTestFinished(() => db.close())
  await db.write((tx) => tx.run(sql`create table notes (id integer primary key, body text not null)`))
  return db
}

test('writes run in the order in which they were asked for', async () => {
  const db = await testDatabase()
  const order: number[] = []
  await Promise.all(
    [1, 2, 3, 4].map((id) =>
      db.write(async (tx) => {
        for (let i = id; i < 4; i += 1) await tx.insert(notes).values({ id: id * 10 + i, body: 'x' })
        order.push(id)
      }),
    ),
  )
  expect(order).toEqual([1, 2, 3, 4])
  expect(await db.read.select().from(notes)).toHaveLength(6)
})

test('a write gives back what its callback gives, also a query that was not awaited in it', async () => {
  const db = await testDatabase()
  expect(await db.write(() => 7)).toBe(7)
  expect(await db.write((tx) => tx.insert(notes).values({ id: 1, body: 'a' }).returning())).toEqual([
    { id: 1, body: 'a' },
  ])
  expect(await db.read.select().from(notes)).toHaveLength(1)
})

test('a reader sees nothing of a write before its commit', async () => {
  const db = await testDatabase()
  const seen = await db.write(async (tx) => {
    await tx.insert(notes).values({ id: 1, body: 'a' })
    return { inside: await tx.select().from(notes), outside: await db.read.select().from(notes) }
  })
  expect(seen).toEqual({ inside: [{ id: 1, body: 'a' }], outside: [] })
  expect(await db.read.select().from(notes)).toEqual([{ id: 1, body: 'a' }])
})

test('the same text of a query gives rows as objects or by columns, as each asks for it', async () => {
  const db = await testDatabase()
  await db.write((tx) => tx.insert(notes).values({ id: 1, body: 'a' }))
  const query = db.read.select({ id: notes.id }).from(notes)
  const plain = sql.raw(query.toSQL().sql)
  expect([await query, await db.read.all(plain), await query]).toEqual([[{ id: 1 }], [{ id: 1 }], [{ id: 1 }]])
  expect(await db.read.values(plain)).toEqual([[1]])
})

test('what throws is rolled back, and the next write runs', async () => {
  const db = await testDatabase()
  const failing = db.write(async (tx) => {
    await tx.insert(notes).values({ id: 1, body: 'a' })
    throw new Error('changed my mind')
  })
  const next = db.write((tx) => tx.insert(notes).values({ id: 2, body: 'b' }))
  await expect(failing).rejects.toThrow('changed my mind')
  await next
  expect(await db.read.select().from(notes)).toEqual([{ id: 2, body: 'b' }])
})

test('the read handle refuses to write', async () => {
  const db = await testDatabase()
  expect(() => db.read.all(sql`insert into notes values (1, 'a')`)).toThrow('db.read only reads')
})

test('a write inside a write fails at once instead of waiting for itself', async () => {
  const db = await testDatabase()
  await expect(db.write(() => db.write(() => 1))).rejects.toThrow('db.write was called inside db.write')
  await expect(db.write(() => db.checkpoint())).rejects.toThrow('inside db.write')
  await expect(db.write(() => db.close())).rejects.toThrow('inside db.write')
  expect(await db.write(() => 2)).toBe(2)
})

test('a tx kept after the callback is dead, also for a query prepared before', async () => {
  const db = await testDatabase()
  const kept = await db.write((tx) => ({ tx, prepared: tx.insert(notes).values({ id: 1, body: 'a' }).prepare() }))
  expect(() => kept.tx.delete(notes).run()).toThrow('The transaction has ended')
  expect(() => kept.prepared.run()).toThrow('The transaction has ended')
  expect(() => kept.tx.bulkInsert(notes, [{ id: 1, body: 'a' }])).toThrow('The transaction has ended')
  expect(() => kept.tx.bulkDelete(notes.id, [1])).toThrow('The transaction has ended')
  await db.write(async (tx) => {
    expect(() => kept.prepared.run()).toThrow('The transaction has ended')
    await tx.select().from(notes)
  })
  expect(await db.read.select().from(notes)).toEqual([])
})

test('in development a transaction that waits for anything but the database is rolled back', async () => {
  const db = await testDatabase()
  let late: Transaction | undefined
  const waiting = db.write(async (tx) => {
    late = tx
    await tx.insert(notes).values({ id: 1, body: 'a' })
    await nextTurn()
    await nextTurn()
    await tx.insert(notes).values({ id: 2, body: 'b' })
  })
  await expect(waiting).rejects.toThrow('waited for something other than the database')
  expect(() => late?.delete(notes).run()).toThrow('The transaction has ended')
  expect(await db.read.select().from(notes)).toEqual([])
})

test('in production a transaction may wait, and the others wait for it', async () => {
  const db = await testDatabase({ development: false })
  const first = db.write(async (tx) => {
    await nextTurn()
    await tx.insert(notes).values({ id: 1, body: 'a' })
  })
  const count = db.write(async (tx) => (await tx.select().from(notes)).length)
  await first
  expect(await count).toBe(1)
})

test('a long series of writes lets the event loop turn', async () => {
  const db = await testDatabase()
  let turns = 0
  let going = true
  const count = async () => {
    for (; going; turns += 1) await nextTurn()
  }
  const counting = count()
  const until = performance.now() + 200
  for (let id = 0; performance.now() < until; id += 1) {
    await db.write((tx) => tx.insert(notes).values({ id, body: 'x' }))
  }
  going = false
  await counting
  expect(turns).toBeGreaterThan(5)
})

test('a long transaction that breathes lets the event loop turn, alone, and is committed as a whole', async () => {
  const db = await testDatabase()
  let turns = 0
  let [seen, rest] = [-1, 0]
  let going = true
  const count = async () => {
    for (; going; turns += 1) {
      await nextTurn()
      if (going) seen = Math.max(seen, (await db.read.select().from(notes)).length)
    }
  }
  const counting = count()
  const long = db.write(async (tx) => {
    const until = performance.now() + 200
    for (let id = 0; performance.now() < until; id += 1) {
      await tx.insert(notes).values({ id, body: 'x' })
      await tx.breathe()
    }
    rest = await tx.$count(notes)
    going = false
  })
  const next = db.write((tx) => tx.$count(notes))
  await long
  await counting
  expect(turns).toBeGreaterThan(5)
  expect(seen).toBe(0)
  expect(await next).toBe(rest)
})

test('a transaction that breathes may not wait for anything else either, and dies with its callback', async () => {
  const db = await testDatabase()
  let late: Transaction | undefined
  const waiting = db.write(async (tx) => {
    late = tx
    await tx.insert(notes).values({ id: 1, body: 'a' })
    const until = performance.now() + 20
    while (performance.now() < until) await tx.breathe()
    await nextTurn()
    await nextTurn()
  })
  await expect(waiting).rejects.toThrow('waited for something other than the database')
  await expect(late?.breathe()).rejects.toThrow('The transaction has ended')
  expect(await db.read.select().from(notes)).toEqual([])
})

test('what was asked for after the commit runs then, in order, and never after a rollback', async () => {
  const db = await testDatabase()
  const happened: string[] = []
  const off = db.onCommit(() => happened.push('commit'))
  await db.write(async (tx) => {
    db.afterCommit(() => void happened.push(`first ${db.inTransaction()}`))
    await tx.insert(notes).values({ id: 1, body: 'a' })
    db.afterCommit(() => void happened.push('next'))
    db.afterCommit(async () => void happened.push(`second ${(await db.read.select().from(notes)).length}`))
    happened.push(`inside ${db.inTransaction()}`)
  })
  expect(happened.slice(0, 3)).toEqual(['inside true', 'first false', 'next'])
  await expect.poll(() => happened).toEqual(['inside true', 'first false', 'next', 'commit', 'second 1'])
  const failing = db.write(() => {
    db.afterCommit(() => void happened.push('never'))
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  off()
  await db.write(() => undefined)
  expect(happened).toHaveLength(5)
  expect(() => db.afterCommit(() => undefined)).toThrow('inside db.write only')
})

test('after the commit one may write again, and what fails then is logged, not thrown', async () => {
  const lines: string[] = []
  const log = { warn: () => undefined, error: (_: object | string, message = '') => void lines.push(message) }
  const db = await testDatabase({ log })
  await db.write(() => {
    db.afterCommit(() => db.write((tx) => void tx.insert(notes).values({ id: 1, body: 'a' }).run()))
    db.afterCommit(() => Promise.reject(new Error('listener broke')))
    db.afterCommit(() => {
      throw new Error('broke at once')
    })
  })
  await expect.poll(() => lines).toEqual(['After a commit: broke at once', 'After a commit: listener broke'])
  await expect.poll(() => db.read.select().from(notes)).toHaveLength(1)
})

test('a slow transaction is worth a warning', async () => {
  const warnings: unknown[] = []
  const log = { warn: (detail: unknown) => void warnings.push(detail), error: () => undefined }
  let clock = 0
  const db = await testDatabase({ log, now: () => new Date(clock) })
  await db.write(() => {
    clock += 400
  })
  expect(warnings).toEqual([{ took: 400 }])
})

test('a full disk is said in words and leaves nothing half written', async () => {
  const db = await testDatabase()
  const filling = db.write((tx) => {
    const pages = tx.get<{ page_count: number }>(sql`pragma page_count`).page_count
    tx.run(sql.raw(`pragma max_page_count = ${pages + 3}`))
    tx.bulkInsert(
      notes,
      Array.from({ length: 1000 }, (_, id) => ({ id, body: 'x'.repeat(100) })),
    )
  })
  await expect(filling).rejects.toMatchObject({
    name: 'PortalError',
    code: 'internal',
    message: expect.stringContaining('the disk is full (SQLITE_FULL)'),
    hint: expect.stringContaining('Free some space'),
  })
  expect(await db.read.select().from(notes)).toEqual([])
  expect(await db.quickCheck()).toEqual([])
})

test('work that swallows a full disk cannot go on outside its transaction', async () => {
  const db = await testDatabase()
  const stubborn = db.write(async (tx) => {
    const pages = tx.get<{ page_count: number }>(sql`pragma page_count`).page_count
    tx.run(sql.raw(`pragma max_page_count = ${pages}`))
    for (let id = 0; id < 2000; id += 1) {
      try {
        await tx.insert(notes).values({ id, body: 'x'.repeat(100) })
      } catch {
        break
      }
    }
    await tx.delete(notes)
  })
  await expect(stubborn).rejects.toThrow('rolled back after an earlier error')
  expect(await db.write(() => 'next')).toBe('next')
})

test('a file that cannot be written is said in words', async () => {
  const db = await testDatabase()
  const writing = db.write(async (tx) => {
    tx.run(sql`pragma query_only = on`)
    await tx.insert(notes).values({ id: 1, body: 'a' })
  })
  await expect(writing).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('be written') })
})

test('broken constraints stay what they are', async () => {
  const db = await testDatabase()
  await db.write((tx) => tx.insert(notes).values({ id: 1, body: 'a' }))
  const again = db.write((tx) => tx.insert(notes).values({ id: 1, body: 'b' }))
  await expect(again).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' })
})

test('closing waits for the writes that were asked for, refuses others, and folds the journal in', async () => {
  const file = `${testFolder()}/portal.sqlite`
  const db = await testDatabase({ file })
  const write = db.write((tx) => tx.insert(notes).values({ id: 1, body: 'a' }))
  const closing = db.close()
  await expect(db.write(() => 1)).rejects.toThrow('The database is closed')
  await Promise.all([write, closing, db.close()])
  expect([`${file}-wal`, `${file}-shm`].filter(existsSync)).toEqual([])
  const again = await openDatabase({ file })
  onTestFinished(() => again.close())
  expect(await again.read.select().from(notes).where(eq(notes.id, 1))).toHaveLength(1)
})

test('the size on disk counts the journal, which a checkpoint empties', async () => {
  const db = await testDatabase()
  const rows = Array.from({ length: 2000 }, (_, id) => ({ id, body: 'x'.repeat(200) }))
  await db.write((tx) => tx.bulkInsert(notes, rows))
  const before = db.size()
  await db.checkpoint()
  expect(db.size()).toBeGreaterThan(rows.length * 200)
  expect(db.size()).toBeLessThan(before)
})

test('what is no database of ours is refused', async () => {
  const dir = testFolder()
  const other = await connect(`${dir}/other.sqlite`, { create: true })
  other.exec('create table theirs (id integer)')
  other.close()
  await expect(openDatabase({ file: `${dir}/other.sqlite` })).rejects.toThrow('is a database of another program')
  await expect(openDatabase({ file: dir })).rejects.toMatchObject({ code: 'internal' })
})

test('after kill -9 in the middle of bulk writes the file is sound and holds whole transactions', async () => {
  const file = `${testFolder()}/portal.sqlite`
  const child = startChild('bulk-writer.ts', file)
  let said = 0
  while (said < 20_000) said = Number(await child.line())
  await child.kill()
  const db = await openDatabase({ file })
  onTestFinished(() => db.close())
  expect(await db.quickCheck()).toEqual([])
  const rows = db.read.get<{ n: number }>(sql`select count(*) as n from numbers`).n
  expect(rows % 2000).toBe(0)
  expect(rows).toBeGreaterThanOrEqual(said)
}, 30_000)
