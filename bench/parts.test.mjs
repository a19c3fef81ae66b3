import { expect, test } from 'vitest'
import { chosenParts } from './parts.mjs'

test.each([
  [{}, { components: [1000, 10_000], git: true, access: true, rules: true }],
  [{ all: true }, { components: [1000, 10_000, 100_000], git: true, access: true, rules: true }],
  [{ only: '2100' }, { components: [1000], git: false, access: false, rules: false }],
  [{ only: '21000, git' }, { components: [10_000], git: true, access: false, rules: false }],
  [{ only: '210000' }, { components: [100_000], git: false, access: false, rules: false }],
  [{ only: 'access' }, { components: [], git: false, access: true, rules: false }],
  [{ only: 'rules' }, { components: [], git: false, access: false, rules: true }],
  [{ size: 50 }, { components: [50], git: false, access: false, rules: false }],
  [{ catalog: 'somewhere' }, { components: [], git: false, access: false, rules: false }],
])('%j', (asked, parts) => {
  expect(chosenParts(asked)).toEqual(parts)
})

test('a part that is not known is named', () => {
  expect(() => chosenParts({ only: '2100,300' })).toThrow(
    '--only knows 2100, 21000, 210000, git, access and rules, and not "300".',
  )
})
