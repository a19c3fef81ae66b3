import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { env } from '../../../api/env.ts'
import { cpuTime } from '../../../testing/cpu-time.ts'
import { exampleDocuments } from '../fixtures/examples.ts'
import { mutatedDocument } from '../fixtures/mutations.ts'
import { faultsOf, look, lossesOf } from '../fixtures/scrutiny.ts'

// `npm run fuzz` sets how many; in CI the seeds stay the same, so that red is red again.

const batch = 1000
const batches = Math.ceil(Number(env('FUZZ_RUNS', '2000')) / batch)
const seed = Number(env('FUZZ_SEED') ?? (env('CI') ? 3 : Date.now() % 1_000_000_000))
const seeds = Array.from({ length: batches }, (_, index) => seed + index)

/** Milliseconds of a processor. */
const longest = 1000
const slowest = { time: 0, text: '' }

test.each(seeds)(`seed %i: ${batch} documents neither stop nor stall anything, nor harm another`, (seed) => {
  const neighbour = fc.constantFrom(...exampleDocuments)
  fc.assert(
    fc.property(neighbour, mutatedDocument, neighbour, (before, text, after) => {
      const time = cpuTime(() => look(text), longest)
      if (time > slowest.time) Object.assign(slowest, { time, text })
      expect(time).toBeLessThan(longest)
      expect(faultsOf(text)).toEqual([])
      expect(lossesOf([before, text, after])).toEqual([])
    }),
    { seed, numRuns: batch },
  )
})

afterAll(() => {
  if (!env('FUZZ_RUNS')) return
  const start = JSON.stringify(slowest.text.slice(0, 300))
  process.stdout.write(
    `slowest: ${slowest.time.toFixed(0)} ms of a processor, ${slowest.text.length} characters: ${start}\n`,
  )
})
