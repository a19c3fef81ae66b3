import { expect, test } from 'vitest'
import { networkOf } from '../../../platform/http/network.ts'
import { createAddressThrottle, lockAfter, tried, waitOf } from './throttle.ts'

const minute = 60_000

test('the fifth wrong password locks for a minute, each further one for twice as long, at most for an hour', () => {
  const minutes = Array.from({ length: 14 }, (_, failures) => lockAfter(failures) / minute)
  expect(minutes).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60])
})

test('a try counts before it is known to be wrong, and the wait is told in whole seconds', () => {
  const now = new Date('2026-11-21T10:00:00.000Z')
  const fourth = { failures: 4, lockedUntil: null }
  expect(waitOf(fourth, now)).toBe(0)
  const fifth = tried(fourth, now)
  expect(fifth).toEqual({ failures: 5, lockedUntil: new Date(now.getTime() + minute) })
  expect(waitOf(fifth, new Date(now.getTime() + 500))).toBe(60)
  expect(waitOf(fifth, new Date(now.getTime() + minute))).toBe(0)
})

test('an address has thirty wrong tries in a quarter of an hour, and others are not held up', () => {
  let now = new Date('2026-11-21T10:00:00Z')
  const throttle = createAddressThrottle(() => now)
  for (let at = 0; at < 30; at++) expect(throttle.take('192.0.2.1')).toBe(0)
  expect(throttle.take('192.0.2.1')).toBe(900)
  expect(throttle.take('192.0.2.2')).toBe(0)
  now = new Date(now.getTime() + 14 * minute)
  expect(throttle.take('192.0.2.1')).toBe(60)
  now = new Date(now.getTime() + minute)
  expect(throttle.take('192.0.2.1')).toBe(0)
})

test('a right password does not count', () => {
  const throttle = createAddressThrottle(() => new Date('2026-11-21T10:00:00Z'))
  for (let at = 0; at < 100; at++) {
    expect(throttle.take('192.0.2.1')).toBe(0)
    throttle.giveBack('192.0.2.1')
  }
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:0:7:1:2:3:4', '2001:db8:0:7::'],
  ['2001:0DB8:0000:0007::9', '2001:db8:0:7::'],
  ['2001:db8::9', '2001:db8:0:0::'],
  ['fe80::1%eth0', 'fe80:0:0:0::'],
  ['::1', '0:0:0:0::'],
])('%s is of %s', (address, network) => expect(networkOf(address)).toBe(network))
