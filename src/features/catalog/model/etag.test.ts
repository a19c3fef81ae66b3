import { expect, test } from 'vitest'
import type { Entity } from '../../../api/index.ts'
import { canonicalJson, etagOf } from './etag.ts'

const entity: Entity = {
  apiVersion: 'v1',
  kind: 'A',
  metadata: { name: 'x', title: 'T' },
  spec: { a: [1, { b: 2, c: null }] },
}

test('the order of keys does not count', () => {
  const turned: Entity = {
    spec: { a: [1, { c: null, b: 2 }] },
    metadata: { title: 'T', name: 'x' },
    kind: 'A',
    apiVersion: 'v1',
  }
  expect(etagOf(turned)).toBe(etagOf(entity))
  expect(etagOf(entity)).toMatch(/^[0-9a-f]{40}$/)
})

test('what the portal adds does not count', () => {
  const stored = { ...entity, metadata: { ...entity.metadata, uid: 'u', etag: 'e' }, relations: [] }
  expect(etagOf(stored)).toBe(etagOf(entity))
})

test('any other difference counts', () => {
  const { spec: _, ...bare } = entity
  const others: Entity[] = [
    bare,
    { ...entity, kind: 'a' },
    { ...entity, spec: { a: [{ b: 2, c: null }, 1] } },
    { ...entity, spec: { a: [1, { b: 2 }] } },
    { ...entity, metadata: { ...entity.metadata, title: '' } },
  ]
  expect(new Set([entity, ...others].map(etagOf)).size).toBe(others.length + 1)
})

test('canonical JSON is JSON', () => {
  expect(canonicalJson({ b: [true, 'é"', { z: 1, a: undefined }], a: null })).toBe(
    '{"a":null,"b":[true,"é\\"",{"z":1}]}',
  )
})

test('keys that objects do not keep in order are put in order all the same', () => {
  const odd = JSON.parse('{"b":{"10":1,"9":2,"a":{"__proto__":{"z":1,"y":[null,{"d":1,"c":2}]}}},"a":"x\\u2028é"}')
  expect(canonicalJson(odd)).toBe(
    '{"a":"x\u2028é","b":{"10":1,"9":2,"a":{"__proto__":{"y":[null,{"c":2,"d":1}],"z":1}}}}',
  )
  expect(canonicalJson({ b: undefined, a: [undefined, { d: 1, c: null }] })).toBe('{"a":[null,{"c":null,"d":1}]}')
  expect(canonicalJson(undefined)).toBe('null')
})
