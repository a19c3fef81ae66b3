import { expect, test } from 'vitest'
import { entityPages, filteredLists, permutation, spread, tagFacets, textFilters } from './addresses.mjs'
import { componentNames } from './catalog.mjs'

test.each([
  ['entities', entityPages(componentNames(10_000)), /^\/catalog\/default\/component\/[\w-]+$/],
  ['filters', filteredLists(), /^\/catalog\?type=/],
  ['texts', textFilters(), /^\/catalog\?q=\w+\+\d+$/],
  ['facets', tagFacets(), /^\/catalog\/facets\.json\?facet=metadata\.tags&/],
])('%s: many, and none of them twice', (_what, addresses, form) => {
  expect(addresses.length).toBeGreaterThan(1000)
  expect(new Set(addresses).size).toBe(addresses.length)
  for (const address of addresses) expect(address).toMatch(form)
})

test('a list is spread, whatever its length', () => {
  for (const length of [1, 2, 100, 7919, 2 * 7919]) {
    const list = Array.from({ length }, (_, index) => index)
    expect(spread(list, length).toSorted((a, b) => a - b)).toEqual(list)
    expect(spread(list, 1)).toHaveLength(1)
  }
})

test('every number below the factorial is another permutation', () => {
  const all = Array.from({ length: 24 }, (_, number) => permutation(['a', 'b', 'c', 'd'], number).join(''))
  expect(new Set(all).size).toBe(24)
  expect(permutation(['a', 'b', 'c', 'd'], 24)).toEqual(permutation(['a', 'b', 'c', 'd'], 0))
})
