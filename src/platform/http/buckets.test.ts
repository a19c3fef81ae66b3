import { expect, test } from 'vitest'
import { createBuckets } from './buckets.ts'

function stage(options: { perSecond: number; burst: number; remembered?: number }) {
  let time = 1_000_000
  const buckets = createBuckets({ ...options, now: () => time })
  return { buckets, pass: (milliseconds: number) => (time += milliseconds) }
}

test('so many at once, then as many as come back; each key has its own', () => {
  const { buckets, pass } = stage({ perSecond: 2, burst: 3 })
  const waits = () => [1, 2, 3, 4].map(() => buckets.take('a').wait)
  expect(waits()).toEqual([0, 0, 0, 1])
  expect(buckets.take('b')).toEqual({ wait: 0, left: 2, full: 1 })
  pass(500)
  expect([buckets.take('a').wait, buckets.take('a').wait]).toEqual([0, 1])
  pass(60_000)
  expect(waits()).toEqual([0, 0, 0, 1])
})

test('whoever goes on asking waits no longer for it, and a clock that is put back gives nothing', () => {
  const { buckets, pass } = stage({ perSecond: 0.1, burst: 1 })
  expect(buckets.take('a').wait).toBe(0)
  for (let asked = 0; asked < 50; asked++) expect(buckets.take('a').wait).toBe(10)
  pass(-60_000)
  expect(buckets.take('a').wait).toBe(10)
  pass(10_000)
  expect(buckets.take('a').wait).toBe(0)
})

test('only so many buckets are remembered, those in use among them', () => {
  const { buckets } = stage({ perSecond: 1, burst: 1, remembered: 10 })
  buckets.take('kept')
  for (let key = 0; key < 1000; key++) {
    buckets.take(`address ${key}`)
    expect(buckets.take('kept').wait).toBe(1)
  }
  expect(buckets.size).toBe(10)
})
