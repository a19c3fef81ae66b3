import { sql } from 'drizzle-orm'
import { expect, test, vi } from 'vitest'
import { createStage, latch } from './fixtures/stage.ts'
import type { JobKind } from './kind.ts'

test('the next of a kind is claimed in the transaction that writes down the end of another', async () => {
  const stage = await createStage()
  const holds = [latch(), latch()]
  const run = vi.fn<JobKind['run']>(async ({ payload }) => holds[payload as number]?.promise)
  const jobs = stage.open([{ kind: 'docs.build', run }])
  await jobs.start()
  const ids = [await stage.add(jobs, 'docs.build', { payload: 0 }), await stage.add(jobs, 'docs.build', { payload: 1 })]
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(1))
  await vi.waitFor(async () => expect(await jobs.list({ kind: 'jobs.prune', state: 'done' })).toHaveLength(1))
  const seen: unknown[] = []
  stage.db.onCommit(() =>
    seen.push(stage.db.read.values(sql`select id, state from jobs where kind = 'docs.build' order by id`)),
  )
  holds[0]?.open()
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(2))
  holds[1]?.open()
  await jobs.settled()
  const states = (...words: string[]) => ids.map((id, i) => [id, words[i]])
  expect(seen).toEqual([states('done', 'running'), states('done', 'done')])
})

test('what is claimed while the portal begins to stop is put back without having run', async () => {
  const stage = await createStage()
  const hold = latch()
  const run = vi.fn<JobKind['run']>(() => hold.promise)
  let stop: (() => void) | undefined
  const write: typeof stage.db.write = async (work) => {
    const result = await stage.db.write(work)
    stop?.()
    return result
  }
  const jobs = stage.open([{ kind: 'docs.build', run }], { db: { ...stage.db, write } })
  await jobs.start()
  const ids = [await stage.add(jobs, 'docs.build'), await stage.add(jobs, 'docs.build')]
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(1))
  await vi.waitFor(async () => expect(await jobs.list({ kind: 'jobs.prune', state: 'done' })).toHaveLength(1))
  const stopped = new Promise<void>((resolve) => {
    stop = () => {
      stop = undefined
      resolve(jobs.stop())
    }
  })
  hold.open()
  await stopped
  expect(run).toHaveBeenCalledTimes(1)
  const [first, second] = await Promise.all(ids.map((id) => jobs.find(id)))
  expect([first, second]).toMatchObject([{ state: 'done' }, { state: 'waiting', attempt: 0 }])
})

test('a claim whose transaction fails takes no place away', async () => {
  const stage = await createStage()
  const hold = latch()
  const run = vi.fn<JobKind['run']>(async ({ payload }) => (payload === 0 ? hold.promise : undefined))
  let broken = false
  const write: typeof stage.db.write = (work) =>
    stage.db.write(async (tx) => {
      const result = await work(tx)
      if (broken) throw new Error('disk I/O error')
      return result
    })
  const jobs = stage.open([{ kind: 'docs.build', run }], { db: { ...stage.db, write } })
  await jobs.start()
  await stage.add(jobs, 'docs.build', { payload: 0 })
  const next = await stage.add(jobs, 'docs.build', { payload: 1 })
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(1))
  await vi.waitFor(async () => expect(await jobs.list({ kind: 'jobs.prune', state: 'done' })).toHaveLength(1))
  broken = true
  hold.open()
  await jobs.settled()
  expect(run).toHaveBeenCalledTimes(1)
  broken = false
  await stage.pass(jobs, 10_000)
  expect(await jobs.find(next)).toMatchObject({ state: 'done' })
})

test('where no end can be written, each job runs once and then nothing is tried again and again', async () => {
  const stage = await createStage()
  const run = vi.fn<JobKind['run']>(async () => undefined)
  let writes = 0
  const write: typeof stage.db.write = (work) =>
    stage.db.write(async (tx) => {
      writes++
      const result = await work(tx)
      if (tx.get(sql`select 1 from jobs where kind = 'docs.build' and state = 'done'`))
        throw new Error('disk I/O error')
      return result
    })
  const jobs = stage.open([{ kind: 'docs.build', run }], { db: { ...stage.db, write } })
  await jobs.start()
  await vi.waitFor(async () => expect(await jobs.list({ kind: 'jobs.prune', state: 'done' })).toHaveLength(1))
  for (let count = 0; count < 3; count++) await stage.add(jobs, 'docs.build')
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(3))
  await jobs.settled()
  expect(writes).toBeLessThan(20)
  expect(await jobs.list({ kind: 'docs.build', state: 'running' })).toHaveLength(3)
  const before = writes
  for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(writes).toBe(before)
})
