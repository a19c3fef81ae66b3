import { expect, test } from 'vitest'
import { editDistance, nearest } from './nearest.ts'

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'acb', 1],
  ['abc', 'ab', 1],
  ['abc', 'xabc', 1],
  ['abc', 'abd', 1],
  ['kitten', 'sitting', 3],
] as const)('from %j to %j it is %i', (a, b, distance) => {
  expect(editDistance(a, b, 5)).toBe(distance)
  expect(editDistance(b, a, 5)).toBe(distance)
})

test('beyond the limit only that is said', () => {
  expect(editDistance('abcdef', 'uvwxyz', 2)).toBe(3)
  expect(editDistance('a', 'abcdefgh', 2)).toBe(3)
})

test('the nearest is found, the far are not', () => {
  expect(nearest('lifecyle', ['owner', 'lifecycle', 'type'], 1)).toEqual(['lifecycle'])
  expect(nearest('component', ['Component', 'Domain'], 1)).toEqual(['Component'])
  expect(nearest('tpye', ['owner', 'type'], 1)).toEqual(['type'])
  expect(nearest('owner', ['type', 'system'], 1)).toEqual([])
  expect(nearest('payments-api', ['payments', 'payment-api', 'payments-app'], 1)).toEqual(['payment-api'])
  expect(nearest('x'.repeat(101), ['x'.repeat(101)], 1)).toEqual([])
})
