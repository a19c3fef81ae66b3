import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { people } from '../../testing/people.ts'
import { crowd } from './fixtures/company.ts'
import { searchService } from './service.ts'

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ files: { 'all.yaml': crowd() } })
})
afterAll(() => portal.close())

const search = (text: string) => portal.portal.services.use(searchService, 'a test').search(people.root, { text })

// All 192 have the word in their text, which is more than is looked at to count.
test.each([
  ['kind', 'api'],
  ['tag', 'invoice'],
  ['owner', 'cargo-crew'],
  ['type', 'database'],
] as const)('the counts of another %s are what choosing it gives, also where there are many', (name, value) => {
  const { facets, rows } = search(`${name}:${value} port`)
  expect(facets[name].length).toBeGreaterThan(2)
  const given = facets[name].map(({ value }) => search(`${name}:${value} port`).rows.length)
  expect(facets[name].map(({ count }) => count)).toEqual(given)
  const chosen = facets[name].find((one) => one.value.endsWith(value))
  expect(rows).toHaveLength(chosen?.count ?? 0)
})

test('so are those of another tab', () => {
  const { sections } = search('in:apis port')
  expect(sections.size).toBeGreaterThan(1)
  for (const [id, count] of sections) expect([id, search(`in:${id} port`).rows.length]).toEqual([id, count])
})

test('a filter beside another counts within it', () => {
  const { facets } = search('kind:api tag:invoice port')
  expect(facets.kind).toEqual(['api', 'component', 'resource'].map((value) => ({ value, count: 8 })))
  expect(facets.tag.find(({ value }) => value === 'parcel')).toEqual({ value: 'parcel', count: 8 })
  expect(facets.owner).toEqual([{ value: 'group:default/invoice-crew', count: 8 }])
})
