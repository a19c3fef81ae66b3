import { expect, test } from 'vitest'
import { PortalError } from '../../../api/index.ts'
import { parseFilter } from './filter.ts'

test.each<[string[], ReturnType<typeof parseFilter>]>([
  [[], []],
  [['', ' , ,'], []],
  [['kind'], [[{ key: 'kind' }]]],
  [['kind=Component'], [[{ key: 'kind', values: ['component'] }]]],
  [['kind='], [[{ key: 'kind', values: [''] }]]],
  [
    [' Kind = Component , Spec.Type = A=B '],
    [
      [
        { key: 'kind', values: ['component'] },
        { key: 'spec.type', values: ['a=b'] },
      ],
    ],
  ],
  [['kind=a,kind=B,kind=b'], [[{ key: 'kind', values: ['a', 'b'] }]]],
  [['kind,kind=a'], [[{ key: 'kind', values: ['a'] }]]],
  [['kind=a,kind'], [[{ key: 'kind', values: ['a'] }]]],
  [
    ['kind=a', '', 'metadata.tags.java=true'],
    [[{ key: 'kind', values: ['a'] }], [{ key: 'metadata.tags.java', values: ['true'] }]],
  ],
  [['relations.ownedBy=group:default/A'], [[{ key: 'relations.ownedby', values: ['group:default/a'] }]]],
])('%j', (parameters, expected) => {
  expect(parseFilter(parameters)).toEqual(expected)
})

test.each(['=x', 'kind=a, =b', ' = '])('%j has no key', (parameter) => {
  expect(() => parseFilter([parameter])).toThrow(PortalError)
  expect(() => parseFilter([parameter])).toThrow(/no key/)
})
