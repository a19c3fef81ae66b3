import * as module from 'node:module'
import { expect, test } from 'vitest'
import { startChild } from './db/fixtures/child.ts'

const grown = async (...argv: string[]) => Number(await startChild('drizzle-loader.ts', ...argv).line())

test('loading the database leaves little garbage', async () => {
  expect(await grown('short')).toBeLessThan(30)
}, 30_000)

test.skipIf(!('registerHooks' in module))(
  'without the short way it takes at least twice the memory',
  async () => {
    const [short, long] = [await grown('short'), await grown()]
    expect(long).toBeGreaterThan(2 * short)
  },
  30_000,
)
