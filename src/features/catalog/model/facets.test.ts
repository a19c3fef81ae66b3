import { expect, test } from 'vitest'
import type { Entity } from '../../../api/index.ts'
import { clashingKeys, facetRows } from './facets.ts'

const entity = (rest: Partial<Entity> = {}): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'Payments' },
  ...rest,
})

const rows = (given: Entity) => facetRows(given).map(({ key, value, display }) => [key, value, display])

test('every scalar is a row, in lower case, with what was written beside it', () => {
  expect(rows(entity({ spec: { Type: 'Service', n: 1, yes: true, none: null, deep: { A: { b: '' } } } }))).toEqual([
    ['apiversion', 'backstage.io/v1alpha1', 'backstage.io/v1alpha1'],
    ['kind', 'component', 'Component'],
    ['spec.type', 'service', 'Service'],
    ['spec.n', '1', '1'],
    ['spec.yes', 'true', 'true'],
    ['spec.none', null, null],
    ['spec.deep.a.b', '', ''],
    ['metadata.name', 'payments', 'Payments'],
    ['metadata.namespace', 'default', 'default'],
  ])
})

test('lists give a row for each item and one that asks for the item; maps in lists have no index', () => {
  const found = rows(
    entity({ metadata: { name: 'x', tags: ['Java', 'b'] }, spec: { list: [1, { a: 'x' }, { a: 'y' }] } }),
  )
  expect(found).toContainEqual(['metadata.tags', 'java', 'Java'])
  expect(found).toContainEqual(['metadata.tags.java', 'true', 'true'])
  expect(found).toContainEqual(['metadata.tags.b', 'true', 'true'])
  expect(found).toContainEqual(['spec.list', '1', '1'])
  expect(found).not.toContainEqual(['spec.list.1', 'true', 'true'])
  expect(found).toContainEqual(['spec.list.a', 'x', 'x'])
  expect(found).toContainEqual(['spec.list.a', 'y', 'y'])
})

test('what is kept elsewhere is skipped; name, namespace and uid come back', () => {
  const found = rows(
    entity({
      metadata: { name: 'A', namespace: 'Ns', uid: 'U-1', etag: 'e', annotations: { 'a.b/c-D': 'E' } },
      relations: [{ type: 'ownedBy', targetRef: 'group:default/a' }],
    }),
  )
  expect(found.map(([key]) => key)).toEqual([
    'apiversion',
    'kind',
    'metadata.annotations.a.b/c-d',
    'metadata.name',
    'metadata.namespace',
    'metadata.uid',
  ])
  expect(found).toContainEqual(['metadata.uid', 'u-1', 'U-1'])
})

test('a long value keeps its key, a long key is left out', () => {
  const spec = { ok: 'v'.repeat(200), long: 'v'.repeat(201), ['k'.repeat(195)]: 'x', ['k'.repeat(196)]: 'y' }
  const found = rows(entity({ spec }))
  expect(found).toContainEqual(['spec.ok', 'v'.repeat(200), 'v'.repeat(200)])
  expect(found).toContainEqual(['spec.long', null, null])
  expect(found).toContainEqual([`spec.${'k'.repeat(195)}`, 'x', 'x'])
  expect(found.some(([, value]) => value === 'y')).toBe(false)
})

test('no row comes twice; spellings count apart', () => {
  const found = rows(entity({ spec: { a: ['x', 'x', 'X', null, null] } })).filter(([key]) => key?.startsWith('spec'))
  expect(found).toEqual([
    ['spec.a', 'x', 'x'],
    ['spec.a.x', 'true', 'true'],
    ['spec.a', 'x', 'X'],
    ['spec.a', null, null],
  ])
})

test('keys that clash are named with their like', () => {
  expect(clashingKeys(entity({ spec: { a: [{ Key: 1, key: 2 }], b: {}, B: 1 } }))).toEqual([
    [['spec', 'a', 0, 'key'], 'Key'],
    [['spec', 'B'], 'b'],
  ])
  expect(clashingKeys(entity())).toEqual([])
})
