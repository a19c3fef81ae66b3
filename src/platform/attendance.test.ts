import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { attendance, giveWay } from './attendance.ts'

const request = {}
afterEach(() => attendance.left(request))

test('while nobody waits, each goes on in a turn of its own', async () => {
  const gone: number[] = []
  for (const number of [1, 2, 3]) void giveWay(1_000).then(() => gone.push(number))
  const seen: number[] = []
  while (gone.length < 3) {
    await nextTurn()
    seen.push(gone.length)
  }
  expect(gone).toEqual([1, 2, 3])
  expect(seen.some((count, at) => count - (seen[at - 1] ?? 0) > 1)).toBe(false)
})

test('while somebody waits for a page, nobody goes on until the page is there', async () => {
  attendance.came(request)
  let isGone = false
  const going = giveWay(60_000).then(() => {
    isGone = true
  })
  for (let turn = 0; turn < 50; turn++) await nextTurn()
  expect(isGone).toBe(false)
  attendance.left(request)
  await going
})

test('nobody waits for longer than they said', async () => {
  attendance.came(request)
  await giveWay(5)
  expect(attendance.isAnybodyWaiting()).toBe(true)
})

test('it is lively for a second after a page', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  vi.advanceTimersByTime(60_000)
  expect(attendance.isLively()).toBe(false)
  attendance.served()
  vi.advanceTimersByTime(900)
  expect(attendance.isLively()).toBe(true)
  vi.advanceTimersByTime(200)
  expect(attendance.isLively()).toBe(false)
})
