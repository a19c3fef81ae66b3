import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entity, JsonObject } from '../../../api/index.ts'
import { diffEntity, undoChanges } from './changes.ts'

const entity = (spec: JsonObject, metadata: object = {}): Entity => ({
  apiVersion: 'v1',
  kind: 'A',
  metadata: { name: 'x', ...metadata },
  spec,
})

describe('diffEntity', () => {
  test('names the fields that differ, and nothing else', () => {
    const before = entity({ owner: 'a', gone: { x: 1 }, same: [1, { y: 2 }], list: [1, { z: 1 }] })
    const after = entity(
      { owner: 'b', same: [1, { y: 2 }], list: [1, { z: 2 }], new: null },
      { annotations: { 'a.b/c~d': 'e' } },
    )
    expect(diffEntity(before, after)).toEqual([
      { path: '/metadata/annotations', after: { 'a.b/c~d': 'e' } },
      { path: '/spec/gone', before: { x: 1 } },
      { path: '/spec/list/1/z', before: 1, after: 2 },
      { path: '/spec/new', after: null },
      { path: '/spec/owner', before: 'a', after: 'b' },
    ])
  })

  test('escapes keys, and takes a list of another length as a whole', () => {
    expect(diffEntity(entity({ 'a/b~c': 1 }), entity({ 'a/b~c': 2 }))).toEqual([
      { path: '/spec/a~1b~0c', before: 1, after: 2 },
    ])
    expect(diffEntity(entity({ a: [1] }), entity({ a: [1, 2] }))).toEqual([
      { path: '/spec/a', before: [1], after: [1, 2] },
    ])
  })

  test('the order of keys is no change', () => {
    expect(diffEntity(entity({ a: 1, b: 2 }), entity({ b: 2, a: 1 }))).toEqual([])
  })

  test('without a spec on one side', () => {
    const { spec: _, ...bare } = entity({})
    expect(diffEntity(bare, entity({}))).toEqual([{ path: '/spec', after: {} }])
    expect(undoChanges(entity({}), diffEntity(bare, entity({})))).toEqual(bare)
  })
})

describe('undoChanges', () => {
  test('leaves what it was given alone', () => {
    const before = entity({ a: { b: 1 } })
    const after = entity({ a: { b: 2 } })
    undoChanges(after, diffEntity(before, after))
    expect(after.spec).toEqual({ a: { b: 2 } })
  })

  test('refuses changes of another version', () => {
    expect(() => undoChanges(entity({}), [{ path: '/spec/a/b', before: 1 }])).toThrow(/spec\/a\/b/)
  })

  test('is the exact inverse, for any two versions', () => {
    const key = fc.oneof(
      fc.constantFrom('a', 'b', 'a/b', '~', '~1', '', '__proto__', 'constructor'),
      fc.string({ maxLength: 3 }),
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, false, 0, -0, 1, '', 'x'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }))
    const spec = fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true }) as fc.Arbitrary<JsonObject>
    fc.assert(
      fc.property(spec, spec, (a, b) => {
        const [before, after] = [entity(a, { m: b }), entity(b, { m: a })]
        const changes = diffEntity(before, after)
        expect(isDeepStrictEqual(undoChanges(after, changes), before)).toBe(true)
        expect(diffEntity(before, structuredClone(before))).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })
})
