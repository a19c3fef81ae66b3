import { expect, test, vi } from 'vitest'
import { createStage, latch } from './fixtures/stage.ts'

const minute = 60_000

test('a kind with an interval runs at once for the first time, then after each interval', async () => {
  const stage = await createStage()
  const times: number[] = []
  const begin = stage.clock.now().getTime()
  const run = async () => void times.push(stage.clock.now().getTime() - begin)
  const jobs = stage.open([{ kind: 'ci.fetch', every: '5m', run }])
  await jobs.start()
  await stage.pass(jobs, 16 * minute, 1000)
  expect(times).toEqual([0, 5 * minute, 10 * minute, 15 * minute])
})

test('the interval is up to a tenth shorter or longer', async () => {
  for (const [random, wait] of [
    [0, 4.5 * minute],
    [1, 5.5 * minute],
  ] as const) {
    const stage = await createStage()
    const run = vi.fn(async () => undefined)
    const jobs = stage.open([{ kind: 'ci.fetch', every: '5m', run }], { random: () => random })
    await jobs.start()
    await stage.pass(jobs, wait - 1)
    expect(run).toHaveBeenCalledTimes(1)
    await stage.pass(jobs, 1)
    expect(run).toHaveBeenCalledTimes(2)
  }
})

test('a restart neither brings a turn forward nor puts it off', async () => {
  const stage = await createStage()
  const run = vi.fn(async () => undefined)
  const kinds = [{ kind: 'ci.fetch', every: '1h', run }] as const
  const first = stage.open(kinds)
  await first.start()
  await stage.pass(first, 20 * minute)
  await first.stop()
  const second = stage.open(kinds)
  await second.start()
  await stage.pass(second, 40 * minute - 1)
  expect(run).toHaveBeenCalledTimes(1)
  await stage.pass(second, 1)
  expect(run).toHaveBeenCalledTimes(2)
})

test('turns missed while the portal was down are made up for by one run', async () => {
  const stage = await createStage()
  const run = vi.fn(async () => undefined)
  const kinds = [{ kind: 'ci.fetch', every: '1h', run }] as const
  const first = stage.open(kinds)
  await first.start()
  await first.settled()
  await first.stop()
  stage.clock.advance(24 * 60 * minute)
  const second = stage.open(kinds)
  await second.start()
  await second.settled()
  expect(run).toHaveBeenCalledTimes(2)
  await stage.pass(second, 60 * minute - 1, minute)
  expect(run).toHaveBeenCalledTimes(2)
  await stage.pass(second, minute)
  expect(run).toHaveBeenCalledTimes(3)
})

test('a changed interval counts from the last run', async () => {
  const stage = await createStage()
  const run = vi.fn(async () => undefined)
  const first = stage.open([{ kind: 'ci.fetch', every: '1d', run }])
  await first.start()
  await stage.pass(first, 10 * minute)
  await first.stop()
  const second = stage.open([{ kind: 'ci.fetch', every: '15m', run }])
  await second.start()
  await stage.pass(second, 5 * minute - 1)
  expect(run).toHaveBeenCalledTimes(1)
  await stage.pass(second, 1)
  expect(run).toHaveBeenCalledTimes(2)
})

test('a turn written down by a wrong clock is not waited for', async () => {
  const stage = await createStage()
  const run = vi.fn(async () => undefined)
  const kinds = [{ kind: 'ci.fetch', every: '1h', run }] as const
  const right = stage.clock.now()
  stage.clock.set(new Date('2041-01-01T00:00:00Z'))
  const first = stage.open(kinds)
  await first.start()
  await first.settled()
  await first.stop()
  stage.clock.set(right)
  const second = stage.open(kinds)
  await second.start()
  await stage.pass(second, 60 * minute)
  expect(run).toHaveBeenCalledTimes(2)
})

test('while a run has not ended, its next turns are left out', async () => {
  const stage = await createStage()
  const hold = latch()
  const run = vi.fn<() => Promise<void>>().mockReturnValueOnce(hold.promise).mockResolvedValue()
  const tick = vi.fn(async () => undefined)
  const jobs = stage.open([
    { kind: 'ci.fetch', every: '5m', timeout: '1h', run },
    { kind: 'ci.tick', every: '5m', run: tick },
  ])
  await jobs.start()
  for (let turn = 1; turn <= 3; turn += 1) {
    await vi.waitFor(() => expect(tick).toHaveBeenCalledTimes(turn))
    await vi.waitFor(async () => expect(await jobs.list({ kind: 'ci.tick', state: 'done' })).toHaveLength(turn))
    await vi.waitFor(() => expect(stage.clock.pending()).toContain(5 * minute))
    stage.clock.advance(5 * minute)
  }
  await vi.waitFor(() => expect(tick).toHaveBeenCalledTimes(4))
  hold.open()
  await jobs.settled()
  expect(run).toHaveBeenCalledTimes(1)
  await stage.pass(jobs, 5 * minute)
  expect(run).toHaveBeenCalledTimes(2)
})

test('a kind that lost its interval is no longer run by itself', async () => {
  const stage = await createStage()
  const run = vi.fn(async () => undefined)
  const first = stage.open([{ kind: 'ci.fetch', every: '5m', run }])
  await first.start()
  await first.settled()
  await first.stop()
  const second = stage.open([{ kind: 'ci.fetch', run }])
  await second.start()
  await stage.pass(second, 60 * minute, minute)
  expect(run).toHaveBeenCalledTimes(1)
})
