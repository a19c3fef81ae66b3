import { readFileSync } from 'node:fs'
import v8 from 'node:v8'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createHaste } from './haste.ts'

const large = 5_000_000
let flags: string[] = []

beforeEach(() => {
  vi.useFakeTimers()
  flags = []
  const set = vi.spyOn(v8, 'setFlagsFromString').mockImplementation((flag) => void flags.push(flag))
  onTestFinished(() => {
    // What is still hasty becomes calm, for the tests behind.
    vi.runAllTimers()
    set.mockRestore()
    vi.useRealTimers()
  })
})

function told(): string[] {
  return flags.splice(0)
}

test('long work makes the compilers hurry once, and a while after its end they are calm again', () => {
  const [one, other] = [createHaste(), createHaste()]
  one.spend(1000)
  expect(told()).toEqual([])
  one.spend(large)
  other.spend(large)
  expect(told()).toContain('--no-optimize-for-size')
  one.end()
  vi.advanceTimersByTime(10_000)
  expect(told()).toEqual([])
  other.end()
  vi.advanceTimersByTime(2_900)
  expect(told()).toEqual([])
  vi.advanceTimersByTime(100)
  expect(told()).toContain('--optimize-for-size')
})

test('calm is as the portal was started', () => {
  const one = createHaste()
  one.spend(large)
  one.end()
  told()
  vi.advanceTimersByTime(3_000)
  const start = readFileSync(new URL('../../bin/memory.mjs', import.meta.url), 'utf8')
  const calm = told()
  expect(calm.length).toBeGreaterThan(2)
  for (const flag of calm) expect(start).toContain(`setFlagsFromString('${flag}')`)
})

test('what begins soon after goes on in the same haste', () => {
  const one = createHaste()
  one.spend(large)
  one.end()
  told()
  vi.advanceTimersByTime(1_000)
  const next = createHaste()
  next.spend(large)
  vi.advanceTimersByTime(10_000)
  expect(told()).not.toContain('--optimize-for-size')
  next.end()
  vi.advanceTimersByTime(3_000)
  expect(told()).toContain('--optimize-for-size')
})

test('the young generation grows no further than it is to', () => {
  let size = 8 * 1024 * 1024
  const spaces = vi.spyOn(v8, 'getHeapSpaceStatistics').mockImplementation(() => [space('new_space', size)])
  onTestFinished(() => spaces.mockRestore())
  const one = createHaste()
  one.spend(large)
  told()
  one.spend(large)
  expect(told()).toEqual([])
  size *= 2
  one.spend(large)
  expect(told()).toEqual(['--semi-space-growth-factor=1'])
  one.end()
})

function space(name: string, size: number): v8.HeapSpaceInfo {
  return {
    space_name: name,
    space_size: size,
    space_used_size: 0,
    space_available_size: 0,
    physical_space_size: size,
  } as v8.HeapSpaceInfo
}
