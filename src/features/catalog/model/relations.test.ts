import { expect, test } from 'vitest'
import type { Entity, JsonObject } from '../../../api/index.ts'
import { builtinKinds, kindMap } from './kinds.ts'
import { relationsOf } from './relations.ts'
import { sortReferences } from './sort-references.ts'

const kinds = kindMap(builtinKinds)

function entity(kind: string, spec: JsonObject, namespace?: string): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { name: 'It', ...(namespace && { namespace }) },
    spec,
  }
}

function relations(kind: string, spec: JsonObject, namespace?: string) {
  const found = kinds.get(kind)
  if (!found) throw new Error(kind)
  return relationsOf(entity(kind, spec, namespace), found)
}

const declared = (kind: string, spec: JsonObject) =>
  relations(kind, spec).relations.flatMap((one) => (one.declared ? `${one.type} ${one.targetRef}` : []))

test.each<[string, JsonObject, string, string, string]>([
  ['Component', { owner: 'a' }, 'ownedBy', 'group:default/a', 'ownerOf'],
  ['API', { owner: 'a' }, 'ownedBy', 'group:default/a', 'ownerOf'],
  ['Resource', { owner: 'user:a' }, 'ownedBy', 'user:default/a', 'ownerOf'],
  ['System', { owner: 'a' }, 'ownedBy', 'group:default/a', 'ownerOf'],
  ['Domain', { owner: 'a' }, 'ownedBy', 'group:default/a', 'ownerOf'],
  ['Template', { owner: 'a' }, 'ownedBy', 'group:default/a', 'ownerOf'],
  ['AiResource', { owner: 'a' }, 'ownedBy', 'group:default/a', 'ownerOf'],
  ['Component', { system: 'a' }, 'partOf', 'system:default/a', 'hasPart'],
  ['API', { system: 'a' }, 'partOf', 'system:default/a', 'hasPart'],
  ['Resource', { system: 'a' }, 'partOf', 'system:default/a', 'hasPart'],
  ['AiResource', { system: 'a' }, 'partOf', 'system:default/a', 'hasPart'],
  ['Component', { subcomponentOf: 'a' }, 'partOf', 'component:default/a', 'hasPart'],
  ['Component', { providesApis: ['a'] }, 'providesApi', 'api:default/a', 'apiProvidedBy'],
  ['Component', { consumesApis: ['a'] }, 'consumesApi', 'api:default/a', 'apiConsumedBy'],
  ['Component', { dependsOn: ['resource:a'] }, 'dependsOn', 'resource:default/a', 'dependencyOf'],
  ['Resource', { dependsOn: ['component:a'] }, 'dependsOn', 'component:default/a', 'dependencyOf'],
  ['Component', { dependencyOf: 'component:a' }, 'dependencyOf', 'component:default/a', 'dependsOn'],
  ['Resource', { dependencyOf: ['component:a'] }, 'dependencyOf', 'component:default/a', 'dependsOn'],
  ['System', { domain: 'a' }, 'partOf', 'domain:default/a', 'hasPart'],
  ['Domain', { subdomainOf: 'a' }, 'partOf', 'domain:default/a', 'hasPart'],
  ['User', { memberOf: ['a'] }, 'memberOf', 'group:default/a', 'hasMember'],
  ['Group', { members: ['a'] }, 'hasMember', 'user:default/a', 'memberOf'],
  ['Group', { parent: 'a' }, 'childOf', 'group:default/a', 'parentOf'],
  ['Group', { children: ['a'] }, 'parentOf', 'group:default/a', 'childOf'],
  ['AiResource', { skills: ['a'] }, 'hasPart', 'airesource:default/a', 'partOf'],
  ['AiResource', { plugins: ['a'] }, 'hasPart', 'airesource:default/a', 'partOf'],
])('%s with %j: %s %s, and back %s', (kind, spec, type, targetRef, reverse) => {
  const sourceRef = `${kind.toLowerCase()}:default/it`
  const [field = ''] = Object.keys(spec)
  const path = Array.isArray(spec[field]) ? ['spec', field, 0] : ['spec', field]
  const { relations: found, problems } = relations(kind, spec)
  expect(problems).toEqual([])
  expect(found).toHaveLength(2)
  expect(found).toContainEqual({ sourceRef, type, targetRef, field: path, declared: true })
  expect(found).toContainEqual({
    sourceRef: targetRef,
    type: reverse,
    targetRef: sourceRef,
    field: path,
    declared: false,
  })
})

test('a short reference means the namespace of the entity that holds it', () => {
  const { relations: found } = relations('System', { owner: 'a', domain: 'domain:Other/B' }, 'team')
  expect(found.filter((one) => one.declared).map((one) => one.targetRef)).toEqual(['group:team/a', 'domain:other/b'])
})

test('the odd forms are read as the reference reads them', () => {
  expect(declared('Component', { dependsOn: ['a:b:c', 'k:a/b/c'] })).toEqual([
    'dependsOn a:default/b:c',
    'dependsOn k:a/b/c',
  ])
  expect(declared('System', { owner: 'a/b:c' })).toEqual(['ownedBy group:a/b:c'])
})

test('relations are sorted and none comes twice', () => {
  const { relations: found } = relations('User', { memberOf: ['b', 'group:b', 'Group:Default/B', 'a'] })
  expect(found.map((one) => `${one.sourceRef} ${one.type} ${one.targetRef}`)).toEqual([
    'group:default/a hasMember user:default/it',
    'group:default/b hasMember user:default/it',
    'user:default/it memberOf group:default/a',
    'user:default/it memberOf group:default/b',
  ])
})

test.each([':a', 'a:', '/b', 'a/', 'k:/a'])('%j is no reference', (owner) => {
  const { relations: found, problems } = relations('System', { owner })
  expect(found).toEqual([])
  expect(problems).toMatchObject([{ code: 'bad-reference', severity: 'error', path: ['spec', 'owner'] }])
  expect(problems[0]?.hint).toBeTruthy()
})

test('values of the wrong type are passed over', () => {
  expect(relations('Component', { owner: 1, system: null, dependsOn: [1, '', { $text: 'x' }] })).toEqual({
    relations: [],
    problems: [],
  })
})

test('lists of references are put in order, others and odd ones left alone', () => {
  const before = entity('Component', { dependsOn: ['b', 'a'], members: ['b', 1], tags: ['z', 'y'], owner: 'x' })
  expect(sortReferences(before).spec).toEqual({
    dependsOn: ['a', 'b'],
    members: ['b', 1],
    tags: ['z', 'y'],
    owner: 'x',
  })
  expect(before.spec?.dependsOn).toEqual(['b', 'a'])
  const { spec: _, ...bare } = before
  expect(sortReferences(bare)).toBe(bare)
})
