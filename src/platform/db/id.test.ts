import { expect, test } from 'vitest'
import { createIdSource, idAfter, idAt } from './id.ts'

test('ids are 20 lower-case characters, in the order of time and unlike each other', () => {
  let clock = Date.UTC(2030, 0, 1)
  const id = createIdSource(() => new Date(clock))
  const ids = Array.from({ length: 2000 }, (_, i) => {
    if (i % 10 === 0) clock += 1
    return id()
  })
  expect(ids.every((value) => /^[0-9a-hjkmnp-tv-z]{20}$/.test(value))).toBe(true)
  expect(ids).toEqual([...ids].sort())
  expect(new Set(ids).size).toBe(2000)
})

test('ids keep their order when the clock goes back', () => {
  const times = [5000, 5000, 1000, 4999, 5001].map((time) => new Date(time))
  const id = createIdSource(() => times.shift() ?? new Date(0))
  const ids = Array.from({ length: 6 }, () => id())
  expect(ids).toEqual([...ids].sort())
  expect(new Set(ids).size).toBe(6)
})

test('the highest random part still leaves room to count', () => {
  const id = createIdSource(
    () => new Date(1),
    () => 1 - Number.EPSILON / 2,
  )
  const [first, second] = [id(), id()]
  expect(first).toBe('0000000001fzzzzzzzzz')
  expect(second).toBe('0000000001g000000000')
})

test('two sources do not give the same ids', () => {
  const now = () => new Date(1)
  expect(createIdSource(now)()).not.toBe(createIdSource(now)())
})

test('the next id is the smallest that is greater', () => {
  expect(idAfter('00000000000000000000')).toBe('00000000000000000001')
  expect(idAfter('01hv0000000000000zzz')).toBe('01hv0000000000001000')
  expect(idAfter('01hv000000000000009z')).toBe('01hv00000000000000a0')
})

test('no id of a moment is smaller than the least of it', () => {
  const time = new Date('2026-03-02T08:00:00Z')
  expect(
    createIdSource(
      () => time,
      () => 0,
    )() >= idAt(time),
  ).toBe(true)
  expect(createIdSource(() => time)() < idAt(new Date(time.getTime() + 1))).toBe(true)
})
