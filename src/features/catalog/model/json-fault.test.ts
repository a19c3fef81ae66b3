import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonFault } from './json-fault.ts'

test.each([
  ['', 1, 1],
  ['{', 1, 2],
  ['{"a"', 1, 5],
  ['{"a":1,}', 1, 8],
  ['[1,\n 2,\n]', 3, 1],
  ['[1 2]', 1, 4],
  ['[1}', 1, 3],
  ['{} {}', 1, 4],
  ["{'a': 1}", 1, 2],
  ['{"a": 01}', 1, 7],
  ['{"a": nul}', 1, 7],
  ['"open', 1, 1],
  ['{"a": "x\\q"}', 1, 7],
])('%j ceases to be JSON at %i:%i', (text, line, column) => {
  expect(() => JSON.parse(text)).toThrow()
  expect(jsonFault(text)).toEqual({ line, column })
})

test('what stands before the fault of a cut text is never at fault', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (text, cut) => {
      const cutText = `${text.slice(0, cut % text.length)}\n§`
      const { line, column } = jsonFault(cutText)
      const rest = cutText.split('\n')[line - 1]?.slice(column - 1) ?? ''
      // The fault is the sign that was added, or the token that the cut has broken.
      return rest.startsWith('§') || /^[^{}[\],:\s]+/.test(rest)
    }),
  )
})
