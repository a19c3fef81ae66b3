import { expect, test } from 'vitest'
import { splitDocuments } from './chunks.ts'

const lines = (text: string) => splitDocuments(text).map(({ firstLine, line }) => [firstLine, line])

test('each document knows its lines', () => {
  expect(lines('a: 1\n---\nb: 2\n')).toEqual([
    [1, 1],
    [2, 3],
  ])
  expect(lines('# note\n\n---\n# more\na: 1\n')).toEqual([[1, 5]])
  expect(lines('--- {a: 1}\n--- # x\n\nb: 1')).toEqual([
    [1, 1],
    [2, 4],
  ])
})

test('empty documents, comments and explicit nulls are left out', () => {
  expect(splitDocuments('')).toEqual([])
  expect(splitDocuments('\uFEFF')).toEqual([])
  expect(splitDocuments('---\n---\n# x\n---\n~\n--- null # none\n...\n\r\n')).toEqual([])
  expect(lines('---\n\n---\na: 1\n---\nnull\n---\nb: 1')).toEqual([
    [3, 4],
    [7, 8],
  ])
})

test('a text that only begins like a null is content', () => {
  expect(splitDocuments('null\nvoid')).toHaveLength(1)
  expect(splitDocuments('nullable: 1')).toHaveLength(1)
})

test('directives and the end marker belong to their document', () => {
  const [first, second] = splitDocuments('%YAML 1.2\n---\na: 1\n...\n# next\nb: 2\n')
  expect(first?.text).toBe('%YAML 1.2\n---\na: 1\n...\n')
  expect(second).toEqual({ text: '# next\nb: 2\n', start: 23, firstLine: 5, line: 6 })
})

test('only a marker at the start of a line, with nothing but space behind it, separates', () => {
  expect(splitDocuments('a: |\n  ---\n  x\nb: ---\n----\n')).toHaveLength(1)
  expect(splitDocuments('a: 1\r\n---\r\nb: 2\r\n')).toHaveLength(2)
  expect(splitDocuments('a: "open\n---\nb: 2')).toHaveLength(2)
})

test('white space that YAML does not know stays apart from the document below it', () => {
  for (const blank of ['\u00a0', '\ufeff\ufeff', '\v', '\u0085', '\u2028', '\r&a', '\r\r', '# x\n \r\r']) {
    expect(splitDocuments(`a: 1\n...\n${blank}\n---\nb: 2\n`).at(-1)?.text).toBe('---\nb: 2\n')
  }
})
