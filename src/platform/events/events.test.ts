import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, onTestFinished, test, vi } from 'vitest'
import { eventRef } from '../../api/wiring.ts'
import { testFolder } from '../db/fixtures/folder.ts'
import { openDatabase } from '../db/open.ts'
import { type LogLine, latch, recorder } from '../jobs/fixtures/stage.ts'
import { createEvents } from './events.ts'

const changed = eventRef<number>('catalog.changed')
const built = eventRef<string>('docs.built')

async function testEvents() {
  const db = await openDatabase({ file: `${testFolder()}/portal.sqlite`, development: true })
  onTestFinished(() => db.close())
  const log: LogLine[] = []
  return { db, log, events: createEvents({ db, log: recorder(log) }) }
}

test('an event of a write goes out after its commit', async () => {
  const { db, events } = await testEvents()
  const listener = vi.fn()
  events.on(changed, listener)
  await db.write(async () => {
    events.emit(changed, 1)
    await Promise.resolve()
    await Promise.resolve()
    expect(listener).not.toHaveBeenCalled()
  })
  await events.settled()
  expect(listener).toHaveBeenCalledExactlyOnceWith(1)
})

test('an event of a write that fails never goes out', async () => {
  const { db, events } = await testEvents()
  const listener = vi.fn()
  events.on(changed, listener)
  const write = db.write(() => {
    events.emit(changed, 1)
    throw new Error('no')
  })
  await expect(write).rejects.toThrow('no')
  await db.write(() => undefined)
  await events.settled()
  expect(listener).not.toHaveBeenCalled()
})

test('an event outside a write goes out at once, but not within the turn of who emits it', async () => {
  const { events } = await testEvents()
  const listener = vi.fn()
  events.on(changed, listener)
  events.emit(changed, 1)
  expect(listener).not.toHaveBeenCalled()
  await events.settled()
  expect(listener).toHaveBeenCalledExactlyOnceWith(1)
})

test('listeners are called in the order of their registration, with the events of their own only', async () => {
  const { events } = await testEvents()
  const calls: unknown[] = []
  for (const name of ['a', 'b', 'c']) events.on(changed, (payload) => void calls.push([name, payload]))
  events.on(built, (payload) => void calls.push(payload))
  events.emit(changed, 1)
  await events.settled()
  events.emit(built, 'cart')
  await events.settled()
  expect(calls).toEqual([['a', 1], ['b', 1], ['c', 1], 'cart'])
})

test('a listener that fails is logged with the name of the event and harms no other', async () => {
  const { db, events, log } = await testEvents()
  const listener = vi.fn()
  events.on(changed, () => {
    throw new Error('at once')
  })
  events.on(changed, async () => Promise.reject(new Error('later')))
  events.on(changed, listener)
  await db.write(() => events.emit(changed, 1))
  await events.settled()
  expect(listener).toHaveBeenCalledTimes(1)
  expect(log.map(({ level, message }) => [level, message])).toEqual([
    ['error', 'A listener of catalog.changed failed: at once'],
    ['error', 'A listener of catalog.changed failed: later'],
  ])
  expect(log[0]?.detail).toMatchObject({ event: 'catalog.changed', err: expect.any(Error) })
})

test('a listener gets its events one after the other, and a slow one delays only itself', async () => {
  const { events } = await testEvents()
  const hold = latch()
  const slow: number[] = []
  const quick: number[] = []
  events.on(changed, async (payload) => {
    if (payload === 1) await hold.promise
    slow.push(payload)
  })
  events.on(changed, (payload) => void quick.push(payload))
  for (const payload of [1, 2, 3]) events.emit(changed, payload)
  await vi.waitFor(() => expect(quick).toEqual([1, 2, 3]))
  expect(slow).toEqual([])
  hold.open()
  await events.settled()
  expect(slow).toEqual([1, 2, 3])
})

test('a listener may write and emit, and all of that is waited for', async () => {
  const { db, events, log } = await testEvents()
  const seen: string[] = []
  events.on(changed, async (payload) => {
    await db.write(() => events.emit(built, `entity ${payload}`))
  })
  events.on(built, (payload) => void seen.push(payload))
  await db.write(() => events.emit(changed, 1))
  await events.settled()
  expect(log).toEqual([])
  expect(seen).toEqual(['entity 1'])
})

test('a subscription that has ended gets nothing more, not even what is on its way', async () => {
  const { events } = await testEvents()
  const listener = vi.fn()
  const off = events.on(changed, listener)
  events.emit(changed, 1)
  off()
  events.emit(changed, 2)
  await events.settled()
  expect(listener).not.toHaveBeenCalled()
})

test('a listener inherits nothing from who emits', async () => {
  const { events } = await testEvents()
  const request = new AsyncLocalStorage<string>()
  const seen: unknown[] = []
  events.on(changed, () => void seen.push(request.getStore()))
  request.run('of anna', () => events.emit(changed, 1))
  await events.settled()
  expect(seen).toEqual([undefined])
})
