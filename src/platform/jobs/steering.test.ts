import { expect, test, vi } from 'vitest'
import { createStage, latch } from './fixtures/stage.ts'

const broken = async () => {
  throw new Error('no')
}

test('a job that was given up waits again as if it were new, and runs', async () => {
  const stage = await createStage()
  const run = vi.fn(broken)
  const jobs = stage.open([{ kind: 'docs.build', attempts: 1, run }])
  await jobs.start()
  const id = await stage.add(jobs, 'docs.build', { payload: { ref: 'cart' }, key: 'cart' })
  await jobs.settled()
  expect(await jobs.find(id)).toMatchObject({ state: 'failed', attempt: 1, error: 'no' })
  run.mockImplementation(async () => undefined as never)
  const before = await stage.db.write((tx) => jobs.retry(tx, id))
  expect(before).toMatchObject({ state: 'failed', error: 'no' })
  await jobs.settled()
  const after = await jobs.find(id)
  expect(after).toMatchObject({ state: 'done', attempt: 1, payload: { ref: 'cart' } })
  expect(after?.error).toBeUndefined()
  expect(run).toHaveBeenCalledTimes(2)
})

test('only a job that ended without being done is tried again', async () => {
  const stage = await createStage()
  const hold = latch()
  const jobs = stage.open([{ kind: 'docs.build', run: () => hold.promise }])
  const retry = (id: string) => stage.db.write((tx) => jobs.retry(tx, id))
  const id = await stage.add(jobs, 'docs.build')
  await expect(retry(id)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('is waiting') })
  await jobs.start()
  await vi.waitFor(async () => expect((await jobs.find(id))?.state).toBe('running'))
  await expect(retry(id)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('is running') })
  hold.open()
  await jobs.settled()
  await expect(retry(id)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('is done') })
  await expect(retry('nobody')).rejects.toMatchObject({ code: 'not_found' })
})

test('a job is not tried again beside a waiting one of its key, nor where nothing runs its kind', async () => {
  const stage = await createStage()
  const jobs = stage.open([{ kind: 'docs.build', attempts: 1, run: broken }])
  await jobs.start()
  const id = await stage.add(jobs, 'docs.build', { key: 'cart' })
  await jobs.settled()
  const later = new Date(stage.clock.now().getTime() + 60_000)
  const twin = await stage.add(jobs, 'docs.build', { key: 'cart', after: later })
  await expect(stage.db.write((tx) => jobs.retry(tx, id))).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(twin),
  })
  expect((await jobs.find(id))?.state).toBe('failed')
  await jobs.stop()
  const other = stage.open([{ kind: 'docs.check', run: broken }])
  await expect(stage.db.write((tx) => other.retry(tx, id))).rejects.toMatchObject({
    code: 'conflict',
    message: 'Nothing in this configuration runs docs.build',
  })
})

test('a waiting job that is cancelled never runs, makes room for another of its key, and can be tried again', async () => {
  const stage = await createStage()
  const run = vi.fn(async () => undefined)
  const jobs = stage.open([{ kind: 'docs.build', run }])
  const id = await stage.add(jobs, 'docs.build', { key: 'cart' })
  await stage.db.write((tx) => jobs.cancel(tx, id))
  await jobs.start()
  await jobs.settled()
  expect(run).not.toHaveBeenCalled()
  expect(await jobs.find(id)).toMatchObject({ state: 'cancelled', finishedAt: stage.clock.now() })
  expect(await stage.add(jobs, 'docs.build', { key: 'cart' })).not.toBe(id)
  await jobs.settled()
  await stage.db.write((tx) => jobs.retry(tx, id))
  await jobs.settled()
  expect((await jobs.find(id))?.state).toBe('done')
})

test('what runs or has ended cannot be cancelled, and a write that fails cancels nothing', async () => {
  const stage = await createStage()
  const hold = latch()
  const jobs = stage.open([{ kind: 'docs.build', run: () => hold.promise }])
  const id = await stage.add(jobs, 'docs.build')
  const failing = stage.db.write(async (tx) => {
    await jobs.cancel(tx, id)
    throw new Error('no audit')
  })
  await expect(failing).rejects.toThrow('no audit')
  expect((await jobs.find(id))?.state).toBe('waiting')
  await jobs.start()
  await vi.waitFor(async () => expect((await jobs.find(id))?.state).toBe('running'))
  const cancel = () => stage.db.write((tx) => jobs.cancel(tx, id))
  await expect(cancel()).rejects.toMatchObject({ code: 'conflict' })
  hold.open()
  await jobs.settled()
  await expect(cancel()).rejects.toMatchObject({ code: 'conflict' })
  await expect(stage.db.write((tx) => jobs.cancel(tx, 'nobody'))).rejects.toMatchObject({ code: 'not_found' })
})

test('pages go back as they went forward', async () => {
  const stage = await createStage()
  const jobs = stage.open([{ kind: 'docs.build', run: broken }])
  const ids: string[] = []
  for (let at = 0; at < 7; at++) ids.unshift(await stage.add(jobs, 'docs.build'))
  const listed = async (filter: object) => (await jobs.list({ limit: 3, ...filter })).map(({ id }) => id)
  expect(await listed({})).toEqual(ids.slice(0, 3))
  expect(await listed({ before: ids[2] })).toEqual(ids.slice(3, 6))
  expect(await listed({ after: ids[3] })).toEqual(ids.slice(0, 3))
  expect(await listed({ after: ids[6] })).toEqual(ids.slice(3, 6))
})

test('schedules tell when a kind ran last and runs next', async () => {
  const stage = await createStage()
  const quiet = async () => undefined
  const jobs = stage.open([
    { kind: 'docs.build', every: '1h', run: quiet },
    { kind: 'docs.check', run: quiet },
  ])
  await jobs.start()
  await jobs.settled()
  const [build, prune] = await jobs.schedules()
  expect(build).toMatchObject({ kind: 'docs.build', every: 3_600_000, lastAt: stage.clock.now() })
  expect(build?.nextAt.getTime()).toBeGreaterThan(stage.clock.now().getTime())
  expect(prune?.kind).toBe('jobs.prune')
  expect(jobs.kind('docs.check')).toMatchObject({ every: undefined, attempts: 5, limit: 1 })
  expect(jobs.kind('nobody')).toBeUndefined()
})

test('troubles are what ended lately without being done, but for what somebody cancelled', async () => {
  const stage = await createStage()
  const jobs = stage.open([
    { kind: 'docs.build', attempts: 1, run: broken },
    { kind: 'docs.check', run: async () => undefined },
  ])
  const cancelled = await stage.add(jobs, 'docs.build')
  await stage.db.write((tx) => jobs.cancel(tx, cancelled))
  await jobs.start()
  await stage.add(jobs, 'docs.build')
  await stage.add(jobs, 'docs.check')
  await jobs.settled()
  const now = stage.clock.now().getTime()
  expect(await jobs.troubles(new Date(now - 1))).toEqual([{ kind: 'docs.build', state: 'failed', count: 1 }])
  expect(await jobs.troubles(new Date(now + 1))).toEqual([])
})

test('who follows jobs is told when one is added, begins and ends', async () => {
  const stage = await createStage()
  const hold = latch()
  const changed = vi.fn()
  const jobs = stage.open([{ kind: 'docs.build', run: () => hold.promise }], { changed })
  await jobs.start()
  await jobs.settled()
  changed.mockClear()
  const id = await stage.add(jobs, 'docs.build')
  await vi.waitFor(async () => expect((await jobs.find(id))?.state).toBe('running'))
  const begun = changed.mock.calls.length
  expect(begun).toBeGreaterThanOrEqual(2)
  hold.open()
  await jobs.settled()
  expect(changed.mock.calls.length).toBeGreaterThan(begun)
})
