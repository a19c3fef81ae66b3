import { expect, test } from 'vitest'
import { createLog } from '../log.ts'
import { defaultLimits } from './options.ts'
import { Origins } from './origins.ts'

const { signal } = new AbortController()
const create = () =>
  new Origins({
    perHost: 1,
    limits: { ...defaultLimits, failures: 1 },
    now: () => new Date(0),
    log: createLog('silent'),
  })

async function fail(origins: Origins, name: string): Promise<void> {
  const permit = await origins.of(name).enter(signal)
  permit.fail('broke the connection off')
  origins.release(name)
}

test('nothing is remembered of hosts that do well', async () => {
  const origins = create()
  const permit = await origins.of('a').enter(signal)
  origins.release('a')
  expect(origins.size).toBe(1)
  permit.succeed()
  origins.release('a')
  await fail(origins, 'b')
  expect([origins.size, origins.resting]).toEqual([1, 1])
})

test('of very many hosts that fail the oldest are forgotten, but not one that is being asked', async () => {
  const origins = create()
  const asked = origins.of('asked')
  const permit = await asked.enter(signal)
  for (let count = 0; count < 1_100; count++) await fail(origins, `host-${count}`)
  expect(origins.size).toBe(1_000)
  expect(origins.of('asked')).toBe(asked)
  expect(origins.of('host-1099').isResting).toBe(true)
  expect(origins.of('host-0').isResting).toBe(false)
  permit.succeed()
})
