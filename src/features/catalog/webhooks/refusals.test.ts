import { expect, test } from 'vitest'
import { senderOf } from '../../../platform/http/network.ts'
import { createRefusals } from './refusals.ts'

test('ten within a minute are the end of it, for that address and until the minute is over', () => {
  let at = 0
  const refusals = createRefusals(() => new Date(at))
  const results = Array.from({ length: 10 }, (_, n) => {
    at = n * 1000
    expect(refusals.pause('203.0.113.7')).toBe(0)
    return refusals.count('203.0.113.7')
  })
  expect(results).toEqual([...Array(9).fill(false), true])
  expect(refusals.pause('203.0.113.7')).toBe(51)
  expect(refusals.pause('203.0.113.8')).toBe(0)
  at = 59_999
  expect(refusals.pause('203.0.113.7')).toBe(1)
  at = 60_000
  expect(refusals.pause('203.0.113.7')).toBe(0)
  expect(refusals.count('203.0.113.7')).toBe(false)
})

test.each([
  ['203.0.113.7', undefined, '203.0.113.7'],
  ['203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['127.0.0.1', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
  ['::1', '2001:db8::7', '2001:db8::7'],
  ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['127.0.0.1', 'unknown', '127.0.0.1'],
])('from %s, with %s as what a proxy says, it is %s', (ip, forwarded, sender) => {
  expect(senderOf({ ip, headers: { 'x-forwarded-for': forwarded } })).toBe(sender)
})
