import { expect, test } from 'vitest'
import { chosenParts } from './parts.mjs'

test.each([
  [{}, { components: [1000, 10_000], git: true }],
  [{ all: true }, { components: [1000, 10_000, 100_000], git: true }],
  [{ only: '2100' }, { components: [1000], git: false }],
  [{ only: '21000, git' }, { components: [10_000], git: true }],
  [{ only: '210000' }, { components: [100_000], git: false }],
  [{ size: 50 }, { components: [50], git: false }],
  [{ catalog: 'somewhere' }, { components: [], git: false }],
])('%j', (asked, parts) => {
  expect(chosenParts(asked)).toEqual(parts)
})

test('a part that is not known is named', () => {
  expect(() => chosenParts({ only: '2100,300' })).toThrow('--only knows 2100, 21000, 210000 and git, and not "300".')
})
