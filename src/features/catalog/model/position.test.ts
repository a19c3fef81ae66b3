import { describe, expect, test } from 'vitest'
import { parseDocuments } from './parse.ts'
import { locate, locator } from './position.ts'

const text = `# a note
apiVersion: v1
kind: Component
---
apiVersion: v1
metadata:
  name: My Service
  labels:
    acme.dev/tier: 1
  tags: [a, Bad Tag]
  links:
    - url: x
      title: y
    -
  description: |
    two
    lines

  empty:
spec:
  {}
`

/** The stretch of the text that a place names. */
function cut(...args: Parameters<typeof locate> extends [string, ...infer Rest] ? Rest : never): string {
  const place = locate(text, ...args)
  if (!place) return 'nowhere'
  const lines = text.split('\n')
  const offset = (line: number, column: number) =>
    lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1
  return text.slice(offset(place.line, place.column), offset(place.endLine, place.endColumn))
}

describe('locate', () => {
  test('points at values', () => {
    expect(cut(1, ['metadata', 'name'])).toBe('My Service')
    expect(cut(1, ['metadata', 'labels', 'acme.dev/tier'])).toBe('1')
    expect(cut(1, ['metadata', 'tags', 1])).toBe('Bad Tag')
    expect(cut(1, ['metadata', 'links', 0, 'title'])).toBe('y')
    expect(cut(1, ['metadata', 'description'])).toBe('|\n    two\n    lines')
    expect(cut(0, ['kind'])).toBe('Component')
  })

  test('points at keys when asked to, and where the value is empty', () => {
    expect(cut(1, ['metadata', 'labels', 'acme.dev/tier'], 'key')).toBe('acme.dev/tier')
    expect(cut(1, ['metadata', 'empty'])).toBe('empty')
  })

  test('points at the last key on the way to a missing field', () => {
    expect(cut(1, ['spec', 'owner'])).toBe('spec')
    expect(cut(1, ['metadata', 'links', 0, 'icon'])).toBe('url: x\n      title: y')
    expect(cut(1, ['metadata', 'name', 'x', 'y'])).toBe('name')
    expect(cut(1, ['kind'])).toBe('apiVersion')
  })

  test('counts lines and columns from 1, over the whole file', () => {
    expect(locate(text, 1, ['metadata', 'name'])).toEqual({ line: 7, column: 9, endLine: 7, endColumn: 19 })
    expect(locate(`\uFEFF${text}`, 0, ['apiVersion'])).toEqual({ line: 2, column: 13, endLine: 2, endColumn: 15 })
    expect(locate('a: 1\r\n---\r\nb: 2\r\n', 1, ['b'])).toEqual({ line: 3, column: 4, endLine: 3, endColumn: 5 })
  })

  test('follows aliases', () => {
    expect(locate('a: &x\n  b: 1\nc: *x\n', 0, ['c', 'b'])).toMatchObject({ line: 2, column: 6 })
    expect(locate('a: &x\n  b: 1\nc: *x\n', 0, ['c'])).toMatchObject({ line: 3, column: 4 })
  })

  test('finds keys that are empty, lists, maps or aliases', () => {
    const odd = '{x}: &k [1]\n? [a, {b: *k}]\n: 2\n: 3\n*k : {d: 4}\n&n 7: &s s\n*s : [5]\n'
    const [first] = parseDocuments(odd).documents
    expect(first?.value).toEqual({ '{ x }': [1], '[ a, { b: *k } ]': 2, '': 3, '*k': { d: 4 }, 7: 's', s: [5] })
    expect(locate(odd, 0, ['{ x }', 0])).toMatchObject({ line: 1, column: 10 })
    expect(locate(odd, 0, ['[ a, { b: *k } ]'])).toMatchObject({ line: 3, column: 3 })
    expect(locate(odd, 0, [''])).toMatchObject({ line: 4, column: 3 })
    expect(locate(odd, 0, ['*k', 'd'])).toMatchObject({ line: 5, column: 10 })
    expect(locate(odd, 0, ['s', 0])).toMatchObject({ line: 7, column: 7 })
  })

  test('passes over keys that are too deep to be made a text', () => {
    const deep = `${'? '.repeat(95)}k: 1\n: 1\n`.repeat(250)
    expect(locate(`a: 1\n${deep}`, 0, ['b'])).toMatchObject({ line: 1, column: 1 })
  })

  test('counts documents as parsing does', () => {
    expect(locate('---\n---\n# x\n---\na: 1\n', 0, ['a'])).toMatchObject({ line: 5 })
    expect(locate('a: 1', 1, ['a'])).toBeUndefined()
    expect(locate('', 0, [])).toBeUndefined()
  })

  test('the document as a whole', () => {
    expect(cut(0, [])).toBe('apiVersion: v1\nkind: Component')
  })

  test('a broken or overlong document still has a place', () => {
    expect(locate('a: 1\n---\n\n]', 1, ['b'])).toMatchObject({ line: 4 })
    expect(locate(`# x\na: ${'x'.repeat(3_000_000)}`, 0, ['a'])).toMatchObject({ line: 2, column: 4 })
    expect(locate(`# x\na:\n${'- 1\n'.repeat(40_000)}`, 0, ['a', 1])).toMatchObject({ line: 2, column: 1 })
  })
})

test('a locator answers many times from one reading', () => {
  const find = locator(text, 0)
  expect(find?.(['kind'], 'key')).toMatchObject({ line: 3, column: 1, endColumn: 5 })
  expect(find?.(['kind'])).toMatchObject({ line: 3, column: 7 })
  expect(locator(text, 2)).toBeUndefined()
})
