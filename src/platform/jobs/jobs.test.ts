import { AsyncLocalStorage } from 'node:async_hooks'
import { eq, sql } from 'drizzle-orm'
import { expect, test, vi } from 'vitest'
import { PortalError } from '../../api/errors.ts'
import { createStage, latch } from './fixtures/stage.ts'
import type { JobKind } from './kind.ts'
import { jobs as rows } from './schema.ts'

const quiet = async () => undefined

test('a job runs after the commit of what it is about, with its payload', async () => {
  const stage = await createStage()
  const seen: unknown[] = []
  const jobs = stage.open([{ kind: 'docs.build', run: async ({ payload }) => void seen.push(payload) }])
  await jobs.start()
  await jobs.settled()
  const id = await stage.db.write(async (tx) => {
    const added = await jobs.enqueue(tx, 'docs.build', { payload: { ref: 'component:default/cart' } })
    await Promise.resolve()
    expect(seen).toEqual([])
    return added
  })
  await jobs.settled()
  expect(seen).toEqual([{ ref: 'component:default/cart' }])
  expect(await jobs.find(id)).toMatchObject({ state: 'done', attempt: 1, finishedAt: stage.clock.now() })
  expect(stage.log).toContainEqual(expect.objectContaining({ level: 'debug', message: 'docs.build is done.' }))
})

test('a job of a write that fails never was', async () => {
  const stage = await createStage()
  const run = vi.fn(quiet)
  const jobs = stage.open([{ kind: 'docs.build', run }])
  await jobs.start()
  const write = stage.db.write(async (tx) => {
    await jobs.enqueue(tx, 'docs.build')
    throw new Error('no')
  })
  await expect(write).rejects.toThrow('no')
  await jobs.settled()
  expect(run).not.toHaveBeenCalled()
  expect(await jobs.list({ kind: 'docs.build' })).toEqual([])
})

test('of two jobs with one key one waits; once it runs, another may wait', async () => {
  const stage = await createStage()
  const hold = latch()
  const run = vi.fn(() => hold.promise)
  const jobs = stage.open([
    { kind: 'docs.build', run },
    { kind: 'docs.check', run: quiet },
  ])
  const first = await stage.add(jobs, 'docs.build', { key: 'cart', payload: 1 })
  expect(await stage.add(jobs, 'docs.build', { key: 'cart', payload: 2 })).toBe(first)
  expect(await stage.add(jobs, 'docs.build', { key: 'stock' })).not.toBe(first)
  expect(await stage.add(jobs, 'docs.check', { key: 'cart' })).not.toBe(first)
  await jobs.start()
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(1))
  const second = await stage.add(jobs, 'docs.build', { key: 'cart' })
  expect(second).not.toBe(first)
  expect(await stage.add(jobs, 'docs.build', { key: 'cart' })).toBe(second)
  hold.open()
  await jobs.settled()
  expect(run).toHaveBeenCalledTimes(3)
})

test('the file itself refuses a second waiting job of one key', async () => {
  const stage = await createStage()
  const at = stage.clock.now()
  const row = { kind: 'docs.build', key: 'cart', state: 'waiting' as const, runAfter: at, createdAt: at }
  await stage.db.write((tx) => tx.insert(rows).values({ id: 'a', ...row }))
  await expect(stage.db.write((tx) => tx.insert(rows).values({ id: 'b', ...row }))).rejects.toThrow()
  await stage.db.write((tx) => tx.insert(rows).values({ id: 'c', ...row, state: 'done' }))
})

test('a job for later runs at its time, or earlier when someone asks again', async () => {
  const stage = await createStage()
  const run = vi.fn(quiet)
  const jobs = stage.open([{ kind: 'docs.build', run }])
  await jobs.start()
  const inOneHour = new Date(stage.clock.now().getTime() + 3_600_000)
  await stage.add(jobs, 'docs.build', { key: 'a', after: inOneHour })
  await stage.pass(jobs, 3_599_999)
  expect(run).not.toHaveBeenCalled()
  await stage.pass(jobs, 1)
  expect(run).toHaveBeenCalledTimes(1)

  const later = new Date(stage.clock.now().getTime() + 3_600_000)
  const id = await stage.add(jobs, 'docs.build', { key: 'b', after: later })
  expect(await stage.add(jobs, 'docs.build', { key: 'b' })).toBe(id)
  await jobs.settled()
  expect(run).toHaveBeenCalledTimes(2)
})

test('a job that fails is tried again after a growing pause, and given up after its attempts', async () => {
  const stage = await createStage()
  const run = vi.fn(async () => {
    throw new PortalError('upstream', 'The server did not answer.', { hint: 'Check its address.' })
  })
  const jobs = stage.open([{ kind: 'ci.fetch', attempts: 3, run }])
  await jobs.start()
  const id = await stage.add(jobs, 'ci.fetch')
  await jobs.settled()
  const again = new Date(stage.clock.now().getTime() + 10_000)
  const error = 'The server did not answer. Check its address.'
  expect(await jobs.find(id)).toMatchObject({ state: 'waiting', attempt: 1, runAfter: again, error })
  await stage.pass(jobs, 9_999)
  expect(run).toHaveBeenCalledTimes(1)
  await stage.pass(jobs, 1)
  expect(run).toHaveBeenCalledTimes(2)
  await stage.pass(jobs, 19_999)
  expect(run).toHaveBeenCalledTimes(2)
  await stage.pass(jobs, 1)
  expect(run).toHaveBeenCalledTimes(3)
  expect(await jobs.find(id)).toMatchObject({ state: 'failed', attempt: 3, error, finishedAt: stage.clock.now() })
  await stage.pass(jobs, 3_600_000)
  expect(run).toHaveBeenCalledTimes(3)
  const lines = stage.log.filter(({ detail }) => detail.job === id)
  expect(lines.map(({ level, detail }) => [level, detail.attempt])).toEqual([
    ['warn', 1],
    ['warn', 2],
    ['error', 3],
  ])
  expect(lines[0]?.detail).toMatchObject({ kind: 'ci.fetch', attempts: 3, state: 'waiting', again })
})

test('asking again does not shorten the pause after a failure; running it now does', async () => {
  const stage = await createStage()
  const run = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error('no')).mockResolvedValue()
  const jobs = stage.open([{ kind: 'ci.fetch', run }])
  await jobs.start()
  const id = await jobs.runNow('ci.fetch')
  await jobs.settled()
  expect(await stage.add(jobs, 'ci.fetch', { key: 'schedule' })).toBe(id)
  await jobs.settled()
  expect(run).toHaveBeenCalledTimes(1)
  expect(await jobs.runNow('ci.fetch')).toBe(id)
  await jobs.settled()
  expect(run).toHaveBeenCalledTimes(2)
  const done = await jobs.find(id)
  expect(done).toMatchObject({ state: 'done', attempt: 2 })
  expect(done).not.toHaveProperty('error')
})

test('a failed job makes room for a younger one of its key', async () => {
  const stage = await createStage()
  const hold = latch()
  const run = vi.fn<() => Promise<void>>().mockReturnValueOnce(hold.promise).mockResolvedValue()
  const jobs = stage.open([{ kind: 'ci.fetch', run }])
  await jobs.start()
  const first = await stage.add(jobs, 'ci.fetch', { key: 'a' })
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(1))
  const second = await stage.add(jobs, 'ci.fetch', { key: 'a' })
  hold.fail(new Error('The disk is full.'))
  await jobs.settled()
  const error = `The disk is full. The job ${second}, which has the same key, takes its place.`
  expect(await jobs.find(first)).toMatchObject({ state: 'failed', error })
  expect(await jobs.find(second)).toMatchObject({ state: 'done' })
})

test('no more jobs of a kind run at once than its limit says, whatever other kinds do', async () => {
  const stage = await createStage()
  const hold = latch()
  const now = { build: 0, most: 0 }
  const build: JobKind['run'] = async () => {
    now.build += 1
    now.most = Math.max(now.most, now.build)
    await hold.promise
    now.build -= 1
  }
  const check = vi.fn(quiet)
  const jobs = stage.open([
    { kind: 'docs.build', limit: 2, run: build },
    { kind: 'docs.check', run: check },
  ])
  await jobs.start()
  for (let i = 0; i < 5; i += 1) await stage.add(jobs, 'docs.build')
  await stage.add(jobs, 'docs.check')
  await vi.waitFor(() => expect(check).toHaveBeenCalled())
  await vi.waitFor(() => expect(now.build).toBe(2))
  expect(await jobs.counts()).toContainEqual({ kind: 'docs.build', state: 'waiting', count: 3 })
  hold.open()
  await jobs.settled()
  expect(now).toEqual({ build: 0, most: 2 })
  expect(await jobs.counts()).toContainEqual({ kind: 'docs.build', state: 'done', count: 5 })
})

test('jobs of one kind run in the order in which they became due', async () => {
  const stage = await createStage()
  const order: unknown[] = []
  const jobs = stage.open([{ kind: 'docs.build', run: async ({ payload }) => void order.push(payload) }])
  const at = stage.clock.now().getTime()
  await stage.add(jobs, 'docs.build', { payload: 'last', after: new Date(at - 1) })
  await stage.add(jobs, 'docs.build', { payload: 'first', after: new Date(at - 3) })
  await stage.add(jobs, 'docs.build', { payload: 'second', after: new Date(at - 3) })
  await jobs.start()
  await jobs.settled()
  expect(order).toEqual(['first', 'second', 'last'])
})

test('a run may write, add jobs and report progress from inside a write', async () => {
  const stage = await createStage()
  const check = vi.fn(quiet)
  const jobs = stage.open([
    {
      kind: 'docs.build',
      run: async ({ progress }) => {
        await stage.db.write(async (tx) => {
          progress(1, 2, 'Writing')
          await jobs.enqueue(tx, 'docs.check')
        })
      },
    },
    { kind: 'docs.check', run: check },
  ])
  await jobs.start()
  const id = await stage.add(jobs, 'docs.build')
  await vi.waitFor(() => expect(check).toHaveBeenCalled())
  await jobs.settled()
  expect(await jobs.find(id)).toMatchObject({ state: 'done', progress: { done: 1, total: 2, what: 'Writing' } })
  expect(stage.log.filter(({ level }) => level !== 'info' && level !== 'debug')).toEqual([])
})

test('a run inherits nothing from who added the job', async () => {
  const stage = await createStage()
  const request = new AsyncLocalStorage<string>()
  const seen: unknown[] = []
  const jobs = stage.open([{ kind: 'docs.build', run: async () => void seen.push(request.getStore()) }])
  await jobs.start()
  await jobs.settled()
  await request.run('of anna', () => stage.add(jobs, 'docs.build'))
  await jobs.settled()
  expect(seen).toEqual([undefined])
})

test('a kind that nothing brings, and a payload that is no JSON or too large, are refused where they are added', async () => {
  const stage = await createStage()
  const jobs = stage.open([{ kind: 'docs.build', run: quiet }])
  await expect(stage.add(jobs, 'docs.biuld')).rejects.toThrow('Nothing runs the job docs.biuld')
  await expect(stage.add(jobs, 'docs.build', { payload: quiet })).rejects.toThrow('cannot be kept as JSON')
  await expect(stage.add(jobs, 'docs.build', { payload: 'x'.repeat(300_000) })).rejects.toThrow('characters')
  expect(await jobs.list()).toEqual([])
})

test('a payload of another version fails with that reason and is not run', async () => {
  const stage = await createStage()
  const run = vi.fn(quiet)
  const old = stage.open([{ kind: 'docs.build', version: 1, run }])
  const id = await stage.add(old, 'docs.build', { payload: { path: 'a' } })
  const jobs = stage.open([{ kind: 'docs.build', version: 2, run }])
  await jobs.start()
  await jobs.settled()
  expect(run).not.toHaveBeenCalled()
  const error = 'Its payload is of version 1, and docs.build now reads version 2. Start it anew.'
  expect(await jobs.find(id)).toMatchObject({ state: 'failed', attempt: 1, error })
})

test('declarations with which a job could never run, or never rest, are refused at once', async () => {
  const stage = await createStage()
  const open = (kind: Partial<JobKind>) => () => stage.open([{ kind: 'docs.build', run: quiet, ...kind }])
  expect(open({ every: '0s' })).toThrow('cannot run every 0s')
  expect(open({ timeout: '0s' })).toThrow('timeout of 0s')
  expect(open({ attempts: 0 })).toThrow('0 attempts')
  expect(open({ limit: 1.5 })).toThrow('limit of 1.5')
  const twice = { kind: 'docs.build', run: quiet }
  expect(() => stage.open([twice, twice])).toThrow('declared twice')
})

test('lists the youngest first, page by page, of one kind or state', async () => {
  const stage = await createStage()
  const jobs = stage.open([
    { kind: 'docs.build', run: quiet },
    { kind: 'docs.check', run: quiet },
  ])
  const ids: string[] = []
  for (let i = 0; i < 5; i += 1) ids.unshift(await stage.add(jobs, i % 2 ? 'docs.check' : 'docs.build'))
  const page = await jobs.list({ limit: 2 })
  expect(page.map(({ id }) => id)).toEqual(ids.slice(0, 2))
  const next = await jobs.list({ limit: 9, before: page[1]?.id ?? '' })
  expect(next.map(({ id }) => id)).toEqual(ids.slice(2))
  expect(await jobs.list({ kind: 'docs.check' })).toHaveLength(2)
  expect(await jobs.list({ state: 'done' })).toEqual([])
  expect(await jobs.find('none')).toBeUndefined()
})

test('finished jobs go after 30 days, the waiting and the younger ones stay', async () => {
  const stage = await createStage()
  const jobs = stage.open([{ kind: 'docs.build', run: quiet }])
  const day = 86_400_000
  const ago = (days: number) => new Date(stage.clock.now().getTime() - days * day)
  await stage.db.write((tx) => {
    const row = (id: string, days: number) => ({ id, kind: 'docs.build', runAfter: ago(days), createdAt: ago(days) })
    const old = Array.from(
      { length: 4500 },
      (_, i) => ({ ...row(`old-${i}`, 31), state: 'done', finishedAt: ago(31) }) as const,
    )
    tx.bulkInsert(rows, old)
    tx.bulkInsert(rows, [{ ...row('young', 29), state: 'failed', finishedAt: ago(29) }])
    tx.bulkInsert(rows, [
      { ...row('waiting', 40), state: 'waiting', runAfter: new Date(stage.clock.now().getTime() + day) },
    ])
  })
  await jobs.start()
  await jobs.settled()
  const left = await jobs.list({ kind: 'docs.build', limit: 9999 })
  expect(left.map(({ id }) => id).sort()).toEqual(['waiting', 'young'])
  expect(await jobs.list({ kind: 'jobs.prune' })).toMatchObject([{ state: 'done', progress: { done: 4500 } }])
})

test('nothing is polled: without work only the next turn of a schedule is waited for', async () => {
  const stage = await createStage()
  const jobs = stage.open([{ kind: 'docs.build', run: quiet }])
  await jobs.start()
  await stage.add(jobs, 'docs.build')
  await jobs.settled()
  expect(stage.clock.pending()).toEqual([3_600_000])
})

test('a write that has nothing to do with jobs causes no write of theirs', async () => {
  const stage = await createStage()
  const jobs = stage.open([])
  await jobs.start()
  await jobs.settled()
  const commits = vi.fn()
  stage.db.onCommit(commits)
  await stage.db.write((tx) => tx.run(sql`create table other (id text)`))
  await jobs.settled()
  expect(commits).toHaveBeenCalledTimes(1)
})

test('a database that fails for a moment is asked again later, and no job is lost', async () => {
  const stage = await createStage()
  const run = vi.fn(quiet)
  let broken = false
  const write: typeof stage.db.write = (work) =>
    broken ? Promise.reject(new Error('disk I/O error')) : stage.db.write(work)
  const jobs = stage.open([{ kind: 'docs.build', run }], { db: { ...stage.db, write } })
  await jobs.start()
  await jobs.settled()
  broken = true
  const id = await stage.add(jobs, 'docs.build')
  await jobs.settled()
  expect(run).not.toHaveBeenCalled()
  expect(stage.log).toContainEqual(
    expect.objectContaining({ level: 'error', message: expect.stringContaining('disk I/O') }),
  )
  broken = false
  await stage.pass(jobs, 10_000)
  expect(await jobs.find(id)).toMatchObject({ state: 'done' })
})

test('a job whose end could not be written is taken up again when its lease has run out', async () => {
  const stage = await createStage()
  let broken = false
  const run = vi.fn(async () => {
    broken = run.mock.calls.length === 1
  })
  const write: typeof stage.db.write = (work) =>
    broken ? Promise.reject(new Error('disk I/O error')) : stage.db.write(work)
  const jobs = stage.open([{ kind: 'docs.build', run }], { db: { ...stage.db, write } })
  await jobs.start()
  const id = await stage.add(jobs, 'docs.build')
  await jobs.settled()
  expect(await jobs.find(id)).toMatchObject({ state: 'running' })
  broken = false
  await stage.pass(jobs, 100_000, 20_000)
  const told =
    'docs.build did not finish and is tried again: The end of this job could not be written down. It is tried again.'
  expect(stage.log).toContainEqual(expect.objectContaining({ level: 'warn', message: told }))
  expect(run).toHaveBeenCalledTimes(2)
  expect(await jobs.find(id)).toMatchObject({ state: 'done', attempt: 2 })
})

test('the lease of a running job is renewed for as long as it runs', async () => {
  const stage = await createStage()
  const hold = latch()
  const run = vi.fn(() => hold.promise)
  const jobs = stage.open([{ kind: 'docs.build', run }])
  await jobs.start()
  const id = await stage.add(jobs, 'docs.build')
  await vi.waitFor(() => expect(run).toHaveBeenCalled())
  const leaseUntil = async () => (await stage.db.read.select().from(rows).where(eq(rows.id, id)))[0]?.leaseUntil
  for (let minute = 0; minute < 9; minute += 1) {
    stage.clock.advance(20_000)
    const until = new Date(stage.clock.now().getTime() + 60_000)
    await vi.waitFor(async () => expect(await leaseUntil()).toEqual(until))
  }
  hold.open()
  await jobs.settled()
  expect(run).toHaveBeenCalledTimes(1)
  expect(await leaseUntil()).toBeNull()
})
