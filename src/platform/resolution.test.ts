import * as module from 'node:module'
import { expect, test } from 'vitest'
import { startChild } from './db/fixtures/child.ts'

const loaded = (...argv: string[]) => startChild('package-loader.ts', ...argv).line()
const canHook = 'registerHooks' in module

test.runIf(canHook)('the short way leaves the other languages of zod out, and everything else loads', async () => {
  expect(await loaded('short')).toBe('0 function')
})

test.runIf(!canHook)('where Node has no hooks everything loads as it always does', async () => {
  expect(await loaded('short')).toMatch(/^[1-9]\d* function$/)
})

test('without the short way all languages are loaded', async () => {
  expect(await loaded()).toMatch(/^[1-9]\d* function$/)
})
