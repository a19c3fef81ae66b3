import { expect, test } from 'vitest'
import { state } from './fixtures/web.ts'
import { catalogQuery, GraphAddress, graphHref, impactHref, isFollowed, readState, withoutUsual } from './query.ts'

const read = (search: string) => {
  const address: Record<string, string | string[]> = {}
  for (const [name, value] of new URLSearchParams(search)) address[name] = [address[name] ?? []].flat().concat(value)
  return readState(GraphAddress.parse(address))
}

test.each(['rootEntityRefs=', 'rootEntityRefs[]=', 'rootEntityRefs[0]='])('a list may be written %s', (name) => {
  expect(read(`${name}Component:Default/A&selectedKinds[]=API&selectedKinds[]=api`)).toMatchObject({
    roots: ['component:default/a'],
    kinds: ['api'],
  })
})

test("Backstage's parameters mean what they mean there", () => {
  const search =
    'rootEntityRefs[]=component:default/a&maxDepth=3&selectedKinds[]=api&selectedRelations[]=dependsOn&selectedRelations[]=ownedBy&unidirectional=true&mergeRelations=false&direction=TB&showFilters=false&curve=curveStepBefore'
  expect(read(search)).toEqual({
    roots: ['component:default/a'],
    depth: 3,
    kinds: ['api'],
    relations: ['dependsOn', 'ownedBy'],
    direction: 'TB',
    merged: false,
    simplified: true,
    straight: true,
    size: 'auto',
    filters: false,
  })
  expect(graphHref(read(search))).toBe(
    `/catalog-graph?${search.replace('&unidirectional=true&mergeRelations=false&direction=TB&showFilters=false&curve=curveStepBefore', '&direction=TB&mergeRelations=false&unidirectional=true&curve=curveStepBefore&showFilters=false')}`,
  )
})

test.each(['all', '0', '∞', 'Infinity'])('maxDepth=%s has no end, and stays so in the address', (text) => {
  const read = state({ maxDepth: text })
  expect(read.depth).toBe(Number.POSITIVE_INFINITY)
  expect(graphHref(read)).toBe('/catalog-graph?rootEntityRefs[]=component:default/a&maxDepth=all')
})

test('what is usual is left out of the address', () => {
  expect(graphHref(state({ maxDepth: '2', direction: 'LR', mergeRelations: 'true', curve: 'curveMonotoneX' }))).toBe(
    '/catalog-graph?rootEntityRefs[]=component:default/a',
  )
  expect(graphHref({ roots: [] })).toBe('/catalog-graph')
  expect(impactHref('component:default/a&b', { owner: 'none' })).toBe(
    '/catalog-graph/impact?entity=component:default/a%26b&owner=none',
  )
})

test('ownership is followed where a graph begins at an owner or somebody chose it', () => {
  expect(isFollowed(state(), 'ownedBy')).toBe(false)
  expect(isFollowed(state(), 'dependsOn')).toBe(true)
  expect(isFollowed(state({ rootEntityRefs: 'group:default/a' }), 'ownerOf')).toBe(true)
  expect(isFollowed(state({ selectedRelations: 'ownedBy' }), 'ownedBy')).toBe(true)
  expect(isFollowed(state({ selectedRelations: 'ownedBy' }), 'dependsOn')).toBe(false)
  expect(catalogQuery(state({ rootEntityRefs: 'group:default/a' })).depth).toBe(1)
})

test('a form that says the usual relations has chosen none', () => {
  const known = [
    { type: 'ownerOf', words: '', reverse: 'ownedBy', reverseWords: '' },
    { type: 'dependsOn', words: '', reverse: 'dependencyOf', reverseWords: '' },
  ]
  expect(withoutUsual(state({ selectedRelations: ['dependsOn', 'dependencyOf'] }), known).relations).toBeUndefined()
  expect(withoutUsual(state({ selectedRelations: ['dependsOn'] }), known).relations).toEqual(['dependsOn'])
  const own = state({ selectedRelations: ['dependsOn', 'dependencyOf', 'runsOn'] })
  expect(withoutUsual(own, known).relations).toHaveLength(3)
})

test.each([
  [{ rootEntityRefs: 'cart' }, 'does not say which kind'],
  [{ rootEntityRefs: 'group:' }, 'is not an entity reference'],
  [{ maxDepth: '-1' }, '"-1" is no number of steps'],
  [{ maxDepth: '1e9' }, '"1e9" is no number of steps'],
  [{ direction: 'up' }, '"up" is no direction'],
])('%o is refused', (address, message) => {
  expect(() => state(address)).toThrow(message)
})
