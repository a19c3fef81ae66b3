import { expect, test, vi } from 'vitest'
import { createStage, latch, type Stage } from './fixtures/stage.ts'
import type { JobRunner } from './jobs.ts'
import type { JobKind } from './kind.ts'

const forever = () => new Promise<void>(() => undefined)

/** Jobs of a process that dies in the middle of its runs: none of its timers or runs ever comes back. */
async function dying(stage: Stage, kind: Omit<JobKind, 'run'>): Promise<JobRunner> {
  const jobs = stage.open([{ ...kind, run: forever }], { after: () => () => undefined })
  await jobs.start()
  return jobs
}

async function isRunning(jobs: JobRunner, id: string): Promise<void> {
  await vi.waitFor(async () => expect(await jobs.find(id)).toMatchObject({ state: 'running' }))
}

test('a job that ran when the process died is run again by the next one', async () => {
  const stage = await createStage()
  const first = await dying(stage, { kind: 'docs.build' })
  const id = await stage.add(first, 'docs.build', { payload: 7 })
  await isRunning(first, id)

  const run = vi.fn(async () => undefined)
  const second = stage.open([{ kind: 'docs.build', run }])
  await second.start()
  await second.settled()
  expect(run).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ payload: 7 }))
  expect(await second.find(id)).toMatchObject({ state: 'done', attempt: 2 })
  expect(stage.log).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      message: expect.stringContaining('The portal ended while this job ran.'),
    }),
  )
})

test('a job that keeps ending the process comes back with a growing pause, and is then shown as interrupted', async () => {
  const stage = await createStage()
  const start = await dying(stage, { kind: 'docs.build', attempts: 3 })
  const id = await stage.add(start, 'docs.build')
  await isRunning(start, id)

  const second = await dying(stage, { kind: 'docs.build', attempts: 3 })
  await isRunning(second, id)
  expect(await second.find(id)).toMatchObject({ attempt: 2 })

  const third = await dying(stage, { kind: 'docs.build', attempts: 3 })
  const runAfter = new Date(stage.clock.now().getTime() + 10_000)
  expect(await third.find(id)).toMatchObject({ state: 'waiting', attempt: 2, runAfter })
  stage.clock.advance(10_000)
  const fourth = await dying(stage, { kind: 'docs.build', attempts: 3 })
  await isRunning(fourth, id)

  const run = vi.fn(async () => undefined)
  const last = stage.open([{ kind: 'docs.build', attempts: 3, run }])
  await last.start()
  await stage.pass(last, 60_000)
  expect(run).not.toHaveBeenCalled()
  expect(await last.find(id)).toMatchObject({
    state: 'interrupted',
    attempt: 3,
    error:
      'The portal ended while this job ran. It had no attempt left (3 of 3). Start it again if its work is still needed.',
  })
})

test('a job whose plugin has gone is shown as interrupted when it ran, and keeps waiting when it waited', async () => {
  const stage = await createStage()
  const first = await dying(stage, { kind: 'docs.build' })
  const running = await stage.add(first, 'docs.build')
  await isRunning(first, running)
  const waiting = await stage.add(first, 'docs.build')

  const second = stage.open([])
  await second.start()
  await second.settled()
  expect(await second.find(running)).toMatchObject({
    state: 'interrupted',
    error: 'The portal ended while this job ran. Nothing in this configuration runs docs.build any more.',
  })
  expect(await second.find(waiting)).toMatchObject({ state: 'waiting', attempt: 0 })
  expect(stage.log).toContainEqual(
    expect.objectContaining({ level: 'warn', message: 'Nothing in this configuration runs docs.build.' }),
  )
})

test('a job left by a dead process makes room for a waiting one of its key', async () => {
  const stage = await createStage()
  const first = await dying(stage, { kind: 'docs.build' })
  const old = await stage.add(first, 'docs.build', { key: 'cart' })
  await isRunning(first, old)
  const young = await stage.add(first, 'docs.build', { key: 'cart' })

  const run = vi.fn(async () => undefined)
  const second = stage.open([{ kind: 'docs.build', run }])
  await second.start()
  await second.settled()
  expect(run).toHaveBeenCalledTimes(1)
  expect(await second.find(old)).toMatchObject({ state: 'interrupted', error: expect.stringContaining(young) })
  expect(await second.find(young)).toMatchObject({ state: 'done' })
})

test('a stop aborts what runs, puts it back without counting the attempt, and begins nothing more', async () => {
  const stage = await createStage()
  const signals: AbortSignal[] = []
  const run: JobKind['run'] = ({ signal, progress }) => {
    signals.push(signal)
    progress(1, 9, 'Reading')
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  const jobs = stage.open([{ kind: 'docs.build', run }])
  await jobs.start()
  const id = await stage.add(jobs, 'docs.build')
  const next = await stage.add(jobs, 'docs.build')
  await vi.waitFor(() => expect(signals).toHaveLength(1))
  await jobs.stop()
  const late = await stage.add(jobs, 'docs.build')
  await jobs.settled()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  for (const job of [id, next, late]) expect(await jobs.find(job)).toMatchObject({ state: 'waiting', attempt: 0 })
  expect(await jobs.find(id)).not.toHaveProperty('progress')
  expect(stage.clock.pending()).toEqual([])
  expect(stage.log.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([])

  const again = vi.fn(async () => undefined)
  const second = stage.open([{ kind: 'docs.build', run: again }])
  await second.start()
  await second.settled()
  expect(again).toHaveBeenCalledTimes(3)
})

test('a stop waits for the grace time only, and what a run does afterwards changes nothing', async () => {
  const stage = await createStage()
  const hold = latch()
  const run = vi.fn<JobKind['run']>(async ({ progress }) => {
    await hold.promise
    progress(1, 1, 'Too late')
  })
  const jobs = stage.open([{ kind: 'docs.build', run }])
  await jobs.start()
  const id = await stage.add(jobs, 'docs.build')
  await vi.waitFor(() => expect(run).toHaveBeenCalled())
  const ended = vi.fn()
  const stopping = jobs.stop(3000).then(ended)
  await vi.waitFor(() => expect(stage.clock.pending()).toContain(3000))
  stage.clock.advance(2999)
  expect(ended).not.toHaveBeenCalled()
  stage.clock.advance(1)
  await stopping
  expect(await jobs.find(id)).toMatchObject({ state: 'waiting', attempt: 0 })
  const commits = vi.fn()
  stage.db.onCommit(commits)
  hold.open()
  await vi.waitFor(() =>
    expect(stage.log).toContainEqual(
      expect.objectContaining({ message: 'docs.build has ended after it was given up.' }),
    ),
  )
  expect(commits).not.toHaveBeenCalled()
  await jobs.stop()
})

test('a stop before the start, and a second stop, do nothing', async () => {
  const stage = await createStage()
  const jobs = stage.open([])
  await jobs.stop()
  await jobs.stop()
  await expect(jobs.start()).rejects.toThrow('started already')
})

test('an attempt that takes too long is aborted and tried again', async () => {
  const stage = await createStage()
  const run = vi.fn<JobKind['run']>(({ signal }) => {
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
  })
  const jobs = stage.open([{ kind: 'docs.build', timeout: '30s', run }])
  await jobs.start()
  const id = await stage.add(jobs, 'docs.build')
  await vi.waitFor(() => expect(run).toHaveBeenCalled())
  stage.clock.advance(29_999)
  expect(run.mock.calls[0]?.[0].signal.aborted).toBe(false)
  stage.clock.advance(1)
  await jobs.settled()
  const error = 'It took longer than 30 s and was stopped.'
  expect(await jobs.find(id)).toMatchObject({ state: 'waiting', attempt: 1, error })
  await jobs.stop()
})

test('a run that ignores its signal is given up, logged, and no longer takes the place of others', async () => {
  const stage = await createStage()
  const hold = latch()
  const run = vi.fn<() => Promise<void>>().mockReturnValueOnce(hold.promise).mockResolvedValue()
  const jobs = stage.open([{ kind: 'docs.build', timeout: '3m', attempts: 1, run }])
  await jobs.start()
  const id = await stage.add(jobs, 'docs.build')
  const next = await stage.add(jobs, 'docs.build')
  await vi.waitFor(() => expect(run).toHaveBeenCalled())
  stage.clock.advance(180_000)
  stage.clock.advance(9_999)
  expect(await jobs.find(id)).toMatchObject({ state: 'running' })
  stage.clock.advance(1)
  await jobs.settled()
  expect(await jobs.find(id)).toMatchObject({ state: 'failed', error: 'It took longer than 3 min and was stopped.' })
  expect(await jobs.find(next)).toMatchObject({ state: 'done' })
  const given = 'docs.build did not end when it was told to; it is no longer waited for.'
  expect(stage.log).toContainEqual(expect.objectContaining({ level: 'warn', message: given }))
  hold.fail(new Error('after all'))
  await vi.waitFor(() =>
    expect(stage.log).toContainEqual(
      expect.objectContaining({ message: 'docs.build has failed after it was given up.' }),
    ),
  )
  expect(await jobs.find(id)).toMatchObject({ state: 'failed' })
})
