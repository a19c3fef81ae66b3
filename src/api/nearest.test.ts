import fc from 'fast-check'
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

/** The textbook's table, whole. */
function plainDistance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i || j))
  const at = (i: number, j: number) => table[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + Number(a[i - 1] !== b[j - 1]))
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      table[i]?.splice(j, 1, isSwap ? Math.min(cost, at(i - 2, j - 2) + 1) : cost)
    }
  }
  return at(a.length, b.length)
}

test('whatever is compared, the distance is that of the textbook, up to the limit', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 })
  const limits = fc.integer({ min: 0, max: 6 })
  fc.assert(
    fc.property(word, word, limits, (a, b, limit) => {
      expect(editDistance(a, b, limit)).toBe(Math.min(plainDistance(a, b), limit + 1))
    }),
    { numRuns: 20_000 },
  )
})
