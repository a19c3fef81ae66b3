import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PluginContext } from '../api/plugin.ts'
import { type AheadWork, workAhead } from './ahead.ts'
import { attendance } from './attendance.ts'

const warn = vi.fn()
const closing: (() => unknown)[] = []

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  warn.mockClear()
  closing.splice(0)
})

function ahead(work: AheadWork) {
  const ctx = { log: { warn }, onClose: (close: () => unknown) => void closing.push(close) }
  return workAhead(ctx as unknown as PluginContext, work)
}

const later = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)

test('begins half a second after it was last asked for', async () => {
  const work = vi.fn(async () => undefined)
  const soon = ahead(work)
  await later(1_000)
  expect(work).not.toHaveBeenCalled()
  soon()
  await later(400)
  soon()
  await later(400)
  expect(work).not.toHaveBeenCalled()
  await later(200)
  expect(work).toHaveBeenCalledTimes(1)
})

test('lets those who wait for a page go first, between any two pieces', async () => {
  const pieces: number[] = []
  const soon = ahead(async (pause) => {
    for (let piece = 1; piece <= 2; piece++) {
      pieces.push(piece)
      await pause()
    }
  })
  const reader = {}
  attendance.came(reader)
  soon()
  await later(505)
  expect(pieces).toEqual([1])
  attendance.left(reader)
  await later(200)
  expect(pieces).toEqual([1, 2])
})

test('goes no further once the portal stops, and says nothing of it', async () => {
  const pieces: number[] = []
  const soon = ahead(async (pause) => {
    pieces.push(1)
    for (const close of closing) close()
    await pause()
    pieces.push(2)
  })
  soon()
  await later(2_000)
  soon()
  for (const close of closing) close()
  await later(2_000)
  expect(pieces).toEqual([1])
  expect(warn).not.toHaveBeenCalled()
})

test('what goes wrong is told in the log', async () => {
  const soon = ahead(async () => {
    throw new Error('no such table')
  })
  soon()
  await later(1_000)
  expect(warn).toHaveBeenCalledTimes(1)
})
