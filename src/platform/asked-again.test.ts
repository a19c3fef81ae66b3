import { expect, onTestFinished, test, vi } from 'vitest'
import { AskedAgain } from './asked-again.ts'
import { attendance } from './attendance.ts'

const one = { is: 1 }
const two = { is: 2 }
const three = { is: 3 }

test('what was made last is held, and goes as soon as others were made', () => {
  const kept = new AskedAgain<object>({ recent: 1, max: 10 })
  kept.set('a', one)
  expect(kept.get('a')).toBe(one)
  expect(kept.get('a')).toBe(one)
  kept.set('b', two)
  expect(kept.get('a')).toBeUndefined()
  expect(kept.get('b')).toBe(two)
  expect(kept.size).toBe(1)
})

test('what is made a second time stays, whatever else is made', () => {
  const kept = new AskedAgain<object>({ recent: 1, max: 2 })
  for (const key of ['a', 'b', 'a']) kept.set(key, one)
  for (let other = 0; other < 500; other++) kept.set(`other ${other}`, two)
  expect(kept.get('a')).toBe(one)
  expect(kept.size).toBe(2)
})

test('of those that stay the least recently used goes first', () => {
  const kept = new AskedAgain<object>({ recent: 1, max: 2 })
  for (const key of ['a', 'b', 'c']) {
    kept.set(key, one)
    kept.set(key, two)
    kept.get('a')
  }
  kept.set('d', three)
  expect([kept.get('a'), kept.get('b'), kept.get('c')]).toEqual([two, undefined, two])
})

test('by a name it is known under another key', () => {
  const kept = new AskedAgain<object>({ recent: 1, max: 2 })
  kept.set('12:00 a', one, 'a')
  kept.set('12:01 a', two, 'a')
  kept.set('12:01 b', three, 'b')
  kept.set('12:01 c', three, 'c')
  expect(kept.get('12:01 a')).toBe(two)
})

test('what is old can be taken out', () => {
  const kept = new AskedAgain<object>({ recent: 2, max: 2 })
  for (const key of ['a', 'a', 'b']) kept.set(key, one)
  kept.delete('a')
  kept.delete('b')
  expect(kept.size).toBe(0)
  kept.set('c', one)
  kept.clear()
  expect(kept.get('c')).toBeUndefined()
})

test('for each who waits for a page as many are held', () => {
  const readers = [{}, {}, {}]
  for (const reader of readers) attendance.came(reader)
  onTestFinished(() => {
    for (const reader of readers) attendance.left(reader)
  })
  const kept = new AskedAgain<object>({ recent: 1, max: 10 })
  for (const key of ['a', 'b', 'c', 'd']) kept.set(key, one)
  expect(['a', 'b', 'c', 'd'].map((key) => kept.get(key) !== undefined)).toEqual([false, true, true, true])
  for (const reader of readers) attendance.left(reader)
  kept.set('e', two)
  expect(kept.size).toBe(1)
})

test('what was made last is held no longer than what is kept', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const kept = new AskedAgain<object>({ recent: 1, max: 10, ttl: 1000, ttlResolution: 0 })
  kept.set('a', one)
  vi.advanceTimersByTime(900)
  expect(kept.get('a')).toBe(one)
  vi.advanceTimersByTime(200)
  expect(kept.get('a')).toBeUndefined()
})
