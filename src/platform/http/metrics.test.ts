import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('the process tells its memory, processor and files, and nothing for each collection of garbage', async () => {
  const text = await createMetrics().metrics()
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'])
    expect(text).toContain(`\ncallboard_${name} `)
  expect(text).not.toContain('gc_duration')
})
