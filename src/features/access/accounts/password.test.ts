import type { BinaryLike, ScryptOptions } from 'node:crypto'
import { beforeEach, expect, test, vi } from 'vitest'
import { createPasswords, type PasswordCost, passwordFault, usualCost } from './password.ts'

/** What each derivation cost. */
const spent = vi.hoisted(() => ({ costs: [] as unknown[] }))
type Full = [BinaryLike, BinaryLike, number, ScryptOptions, (error: Error | null, key: Buffer) => void]
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>()
  const scrypt = (...[password, salt, bytes, options, done]: Full) => {
    spent.costs.push({ N: options.N, r: options.r, p: options.p, bytes })
    crypto.scrypt(password, salt, bytes, options, done)
  }
  return { ...crypto, scrypt }
})
beforeEach(() => {
  spent.costs = []
})

const cheap: PasswordCost = { n: 2 ** 10, r: 8, p: 1 }
const passwords = createPasswords(cheap)

test('a password matches what is kept of it, and no other does', async () => {
  const kept = await passwords.hash('a walk along the pier')
  expect(kept).toMatch(/^scrypt\$1024\$8\$1\$[\w-]{22}\$[\w-]{43}$/)
  expect(kept).not.toBe(await passwords.hash('a walk along the pier'))
  expect(await passwords.matches('a walk along the pier', kept)).toBe(true)
  for (const wrong of ['a walk along the pie', 'A walk along the pier', '', kept]) {
    expect(await passwords.matches(wrong, kept)).toBe(false)
  }
})

test('letters that are composed in another way are the same password', async () => {
  const kept = await passwords.hash('caf\u00e9 au lait \u2460')
  expect(await passwords.matches('cafe\u0301 au lait 1', kept)).toBe(true)
})

test('where nothing is kept nothing matches, after the same work', async () => {
  const kept = await passwords.hash('a walk along the pier')
  for (const known of [undefined, null, kept]) await passwords.matches('a walk along the pie', known)
  expect(spent.costs).toEqual(Array(4).fill({ N: 1024, r: 8, p: 1, bytes: 32 }))
  expect(await passwords.matches('a walk along the pier', null)).toBe(false)
})

test('the cost is stored, a hash of another cost still matches and is found to be outdated', async () => {
  const kept = await passwords.hash('a walk along the pier')
  const dearer = createPasswords({ ...cheap, n: 2 ** 11 })
  expect(await dearer.matches('a walk along the pier', kept)).toBe(true)
  expect([passwords.isOutdated(kept), dearer.isOutdated(kept)]).toEqual([false, true])
  expect(dearer.isOutdated(await dearer.hash('a walk along the pier'))).toBe(false)
  expect(usualCost).toEqual({ n: 131_072, r: 8, p: 1 })
})

test('the usual cost can be paid', async () => {
  const usual = createPasswords()
  expect(await usual.matches('a walk along the pier', await usual.hash('a walk along the pier'))).toBe(true)
})

test('who comes when many wait is told so, and the others get their turn', async () => {
  const all = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash('a walk along the pier')))
  const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  expect(refused).toHaveLength(60 - 2 - 40)
  expect(refused[0]).toMatchObject({ code: 'rate_limited' })
  expect(await passwords.hash('again')).toContain('scrypt$')
})

test.each([
  ['short', 'at least 10'],
  ['ninechars', 'at least 10'],
  ['x'.repeat(257), 'at most 256'],
  ['Margarethe-von-Trotta', 'is the name'],
  ['1234567890', 'tried first'],
  ['aaaaaaaaaaaa', 'tried first'],
  ['Password123!', 'tried first'],
  ['P@ssw0rd2026', 'tried first'],
  ['1q2w3e4r5t', 'tried first'],
  ['qwertyuiop', 'tried first'],
  ['Callboard2026', 'tried first'],
])('%s is refused: %s', (password, why) => {
  expect(passwordFault(password, 'margarethe-von-trotta')).toContain(why)
})

test.each(['correct horse', 'ünïcödé wörd', `${'x'.repeat(6)}abcd`, '🚲🚃🚢🛶🛹🚠🚡🚀🛸🛰', `${'y'.repeat(250)}abcdef`])(
  '%s is fine',
  (password) => {
    expect(passwordFault(password, 'ada')).toBeUndefined()
  },
)
