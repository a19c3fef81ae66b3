import { getActiveResourcesInfo } from 'node:process'
import { expect, test, vi } from 'vitest'
import { backoff } from './backoff.ts'
import { after } from './clock.ts'
import { createHandClock } from './fixtures/hand-clock.ts'
import { createStage, latch } from './fixtures/stage.ts'
import type { JobKind } from './kind.ts'
import { createProgress } from './progress.ts'

test('progress is written at most twice a second, the last of it always', async () => {
  const clock = createHandClock()
  const write = vi.fn<(changed: ReadonlyMap<string, object>) => Promise<void>>(async () => undefined)
  const progress = createProgress({ now: clock.now, after: clock.after, write })
  for (let done = 0; done <= 1000; done += 1) {
    progress.report('a', done, 1000, 'Reading')
    progress.report('b', done, undefined, 'Counting')
    await progress.settled()
    expect(clock.pending().length).toBeLessThanOrEqual(1)
    clock.advance(1)
    await progress.settled()
  }
  expect(write).toHaveBeenCalledTimes(3)
  clock.advance(500)
  await progress.settled()
  expect(write).toHaveBeenCalledTimes(4)
  const last = write.mock.lastCall?.[0]
  expect(last?.get('a')).toMatchObject({ done: 1000, total: 1000, what: 'Reading' })
  expect(last?.get('b')).toMatchObject({ done: 1000, what: 'Counting' })
  clock.advance(60_000)
  expect(write).toHaveBeenCalledTimes(4)
})

test('people see what is done, of how many, and since when', async () => {
  const stage = await createStage()
  const told = latch()
  const hold = latch()
  const begun = stage.clock.now()
  const run: JobKind['run'] = async ({ progress }) => {
    progress(0, 10, 'Listing')
    stage.clock.advance(2000)
    progress(1, 10, 'Reading')
    stage.clock.advance(2000)
    progress(Number.NaN, Number.POSITIVE_INFINITY, 'Reading')
    told.open()
    await hold.promise
  }
  const jobs = stage.open([{ kind: 'docs.build', run }])
  await jobs.start()
  const id = await stage.add(jobs, 'docs.build')
  await told.promise
  stage.clock.advance(500)
  const since = new Date(begun.getTime() + 2000)
  await vi.waitFor(async () => expect((await jobs.find(id))?.progress).toEqual({ done: 0, what: 'Reading', since }))
  expect(await jobs.find(id)).toMatchObject({ state: 'running', startedAt: begun })
  hold.open()
  await jobs.settled()
})

test('the progress of a first attempt does not stay with the second', async () => {
  const stage = await createStage()
  const run = vi.fn<JobKind['run']>(async ({ progress }) => {
    if (run.mock.calls.length > 1) return
    progress(5, 9, 'Reading')
    throw new Error('no')
  })
  const jobs = stage.open([{ kind: 'docs.build', run }])
  await jobs.start()
  const id = await stage.add(jobs, 'docs.build')
  await stage.pass(jobs, 10_000)
  expect(await jobs.find(id)).toMatchObject({ state: 'done', attempt: 2 })
  expect(await jobs.find(id)).not.toHaveProperty('progress')
})

test('the pause doubles up to an hour, give or take a fifth', () => {
  const middle = () => 0.5
  expect([1, 2, 3, 4, 9, 10, 99].map((attempt) => backoff(attempt, middle) / 1000)).toEqual([
    10, 20, 40, 80, 2560, 3600, 3600,
  ])
  expect([backoff(1, () => 0), backoff(1, () => 1)]).toEqual([8000, 12_000])
})

test('a timer does not keep the process from ending unless told to', () => {
  const timers = () => getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const cancel = after(60_000, () => undefined)
  expect(timers()).toBe(before)
  const cancelHeld = after(60_000, () => undefined, true)
  expect(timers()).toBe(before + 1)
  cancelHeld()
  cancel()
  expect(timers()).toBe(before)
})

test('a timer further away than the machine can count does not fire at once', async () => {
  const far = vi.fn()
  const cancel = after(2 ** 40, far)
  await new Promise<void>((resolve) => after(1, resolve, true))
  cancel()
  expect(far).not.toHaveBeenCalled()
})
