import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { cpuTime } from '../../../testing/cpu-time.ts'
import { look } from '../fixtures/scrutiny.ts'
import { parseDocuments } from './parse.ts'

const only = (text: string, limits = {}) => {
  const { documents, problems } = parseDocuments(text, limits)
  expect(documents).toHaveLength(1)
  return { ...documents[0], file: problems }
}

describe('values', () => {
  test('are those of the core schema, by whichever parser', () => {
    const scalars = [
      '2024-01-01 2024-01-01T00:00:00Z yes no on off Yes 0o14 0x1f 014 1_000 ~ null Null true TRUE tRue 1e3 +1 -1',
      '1. .5 0b1 1:30 "" 12345678901234567890 = << 1.10 "1" \'null\' -0 _ Infinity NaN',
    ].join(' ')
    const text = `a:\n${scalars
      .split(' ')
      .map((scalar) => `  - ${scalar}\n`)
      .join('')}`
    const reference: unknown = parseAllDocuments(text)[0]?.toJS()
    expect(only(text).value).toEqual(reference)
    // An unknown tag leaves the document to the slower parser.
    expect(only(`${text}b: !x y\n`).value).toEqual({ ...(reference as object), b: 'y' })
  })

  test('hold no dates, bytes, sets or merged keys, even on request', () => {
    const text =
      '%YAML 1.1\n---\na: 2024-01-01\nb: !!binary aGk=\nc: !!timestamp 2024-01-01\nd: &d {x: 1}\ne:\n  <<: *d\n'
    expect(only(text).value).toEqual({
      a: '2024-01-01',
      b: 'aGk=',
      c: '2024-01-01',
      d: { x: 1 },
      e: { '<<': { x: 1 } },
    })
    expect(only('a: yes\nd: &d {x: 1}\ne:\n  <<: *d\n').value).toEqual({ a: 'yes', d: { x: 1 }, e: { '<<': { x: 1 } } })
  })

  test('of aliases are copies, so that changing one leaves the other alone', () => {
    const { value } = only('a: &x {b: [1]}\nc: *x\n')
    expect(value).toEqual({ a: { b: [1] }, c: { b: [1] } })
    expect(value?.a).not.toBe(value?.c)
  })

  test('JSON is read too', () => {
    expect(only('{\n\t"a": "\\/",\n\t"b": [1, null]\n}').value).toEqual({ a: '/', b: [1, null] })
  })

  test('a number JSON cannot hold becomes empty and is said', () => {
    const { value, problems } = only('a: [.inf, .nan]\n')
    expect(value).toEqual({ a: [null, null] })
    expect(problems?.map(({ code, path }) => [code, path])).toEqual([
      ['number-not-finite', ['a', 0]],
      ['number-not-finite', ['a', 1]],
    ])
  })
})

describe('files', () => {
  test('documents are counted without the empty ones and know their line', () => {
    const { documents } = parseDocuments('---\n---\n# x\na: 1\n---\n~\n---\n\nb: 2\n')
    expect(documents).toEqual([
      { index: 0, line: 4, value: { a: 1 }, problems: [] },
      { index: 1, line: 9, value: { b: 2 }, problems: [] },
    ])
  })

  test('a bad document loses no other, not even one with an open quote', () => {
    const { documents } = parseDocuments('a: 1\n---\nb: "open\nc: [\n---\nd: 2\n---\n- x\n---\ne: 3\n')
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, undefined, { d: 2 }, undefined, { e: 3 }])
    expect(documents[1]?.problems[0]).toMatchObject({ code: 'yaml-syntax', place: { line: 3, column: 4 } })
  })

  test('CRLF and a byte order mark are read over and said', () => {
    const { documents, problems } = parseDocuments('\uFEFFa: |\r\n  x\r\n  y\r\n---\r\nb: 2\r\n')
    expect(documents.map(({ value }) => value)).toEqual([{ a: 'x\ny\n' }, { b: 2 }])
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([
      ['byte-order-mark', 'info'],
      ['crlf-line-endings', 'info'],
    ])
    expect(parseDocuments('a: 1\n').problems).toEqual([])
  })
})

describe('faults', () => {
  test.each<[string, string, string, number, number]>([
    ['a tab', 'a:\n\tb: 1\n', 'yaml-syntax', 2, 1],
    ['a colon in a value', 'x: 1\na: b: c\n', 'yaml-syntax', 2, 4],
    ['an at sign', 'x: 1\na: @foo\n', 'yaml-syntax', 2, 4],
    ['an open quote', 'x: 1\na: "foo\nb: 2\n', 'yaml-syntax', 2, 4],
    ['indentation', 'a:\n   b: 1\n  c: 2\n', 'yaml-syntax', 3, 3],
    ['an open bracket', 'a: [1, 2\nb: 3\n', 'yaml-syntax', 1, 4],
    ['an open brace', 'a:\n  b: {c: 1\n  d: 2\n', 'yaml-syntax', 2, 6],
    ['a line that is too deep', 'a:\n  b: 1\n    c: 2\n', 'yaml-syntax', 3, 5],
    ['an item among keys', 'a: 1\n- b\n', 'yaml-syntax', 2, 1],
    ['a line that is no pair', 'a: 1\nfoo\nb: 2\n', 'yaml-syntax', 2, 1],
    ['a double key', 'a: 1\nb:\n  c: 1\n  c: 2\n', 'duplicate-key', 4, 3],
    ['a missing separator', 'kind: A\nspec: 1\n\nkind: B\nspec: 2\n', 'missing-separator', 4, 1],
    ['an alias without anchor', 'a: *.yaml\n', 'unknown-alias', 1, 4],
    ['a lone carriage return', 'a: 1\rb: 2\r', 'yaml-syntax', 1, 4],
  ])('%s has its code and place', (_, text, code, line, column) => {
    const { documents } = parseDocuments(`first: 1\n---\n${text}`)
    expect(documents[1]?.value).toBeUndefined()
    expect(documents[1]?.problems[0]).toMatchObject({ severity: 'error', code, place: { line: line + 2, column } })
    expect(documents[1]?.problems[0]?.hint).toBeTruthy()
  })

  test('double keys are all reported, with a guess at what is meant', () => {
    const { value, guess, problems } = only('metadata:\n  a: 1\n  a: 2\nspec:\n  b: 1\n  b: 2\n')
    expect(value).toBeUndefined()
    expect(guess).toEqual({ metadata: { a: 2 }, spec: { b: 2 } })
    expect(problems?.map(({ path }) => path)).toEqual([
      ['metadata', 'a'],
      ['spec', 'b'],
    ])
  })

  test('a second entity without a separator is one problem, not many', () => {
    const entity = 'apiVersion: v1\nkind: A\nmetadata: {}\nspec: {}\n'
    expect(only(entity + entity).problems?.map(({ code, path }) => [code, path])).toEqual([
      ['missing-separator', ['apiVersion']],
    ])
  })

  test('a root that is no map', () => {
    for (const text of ['hello', '- a\n- b\n', '42', 'true']) {
      expect(only(text).problems).toMatchObject([{ code: 'root-not-object', severity: 'error' }])
    }
  })

  test('an unknown tag is a warning', () => {
    const { value, problems } = only('a: !secret x\n')
    expect(value).toEqual({ a: 'x' })
    expect(problems).toMatchObject([{ code: 'unknown-tag', severity: 'warning', place: { line: 1, column: 4 } }])
  })
})

describe('skeletons', () => {
  test.each([
    '{% if values.x %}\nkind: Component\n{% endif %}\n',
    'kind: Component\nmetadata:\n  {%- if x %}\n  name: a\n  {%- endif %}\n',
    'metadata:\n  name: {{cookiecutter.name}}-x\n',
    `metadata:\n  name: \${{ values.name }}: x\n`,
  ])('%j is one note', (text) => {
    expect(only(text).problems).toMatchObject([{ code: 'skeleton', severity: 'info' }])
  })

  test('a Template is full of placeholders, and its faults are faults', () => {
    const text = `kind: Template\nspec:\n  a: \${{ parameters.x }}\n  b: "open\n`
    expect(only(text).problems).toMatchObject([{ code: 'yaml-syntax' }])
  })
})

describe('limits', () => {
  test('bytes', () => {
    expect(parseDocuments('a: é\n', { bytes: 5 })).toMatchObject({
      documents: [],
      problems: [{ code: 'file-too-large', severity: 'error' }],
    })
    expect(parseDocuments('a: é\n', { bytes: 6 }).problems).toEqual([])
  })

  test('documents: the first ones are read', () => {
    const { documents, problems } = parseDocuments('a: 1\n---\n---\nb: 1\n---\nc: 1\n', { documents: 2 })
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, { b: 1 }])
    expect(problems).toMatchObject([{ code: 'too-many-documents' }])
  })

  test('depth, in both parsers and through aliases', () => {
    const nested = (depth: number) => `a: ${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}\n`
    expect(only(nested(100)).problems).toEqual([])
    expect(only(nested(101)).problems).toMatchObject([{ code: 'too-deep', place: { line: 1 } }])
    expect(only(`x: !t 1\n${nested(101)}`).problems?.map(({ code }) => code)).toContain('too-deep')
    expect(only(`x: @\na: ${'['.repeat(50_000)}`).problems).toHaveLength(1)
    const chain = Array.from({ length: 200 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]\n`).join('')
    expect(only(`a0: &a0 1\n${chain}`).problems).toMatchObject([{ code: 'too-deep' }])
  })

  test('aliases that expand to too much, in both parsers', () => {
    const laughs = Array.from(
      { length: 30 },
      (_, i) =>
        `a${i}: &a${i} [${
          i
            ? Array(9)
                .fill(`*a${i - 1}`)
                .join(',')
            : '1'
        }]\n`,
    ).join('')
    expect(only(laughs).problems).toMatchObject([{ code: 'too-many-aliases' }])
    expect(only(`z: !t 1\n${laughs}`).problems?.map(({ code }) => code)).toContain('too-many-aliases')
  })

  test('an alias within what it stands for', () => {
    expect(only('a: &x [1, *x]\n').problems).toMatchObject([{ code: 'alias-cycle', path: ['a', 1] }])
    expect(only('z: !t 1\na: &x [1, *x]\n').problems?.map(({ code }) => code)).toContain('alias-cycle')
  })

  test('key length, and the key that would change a prototype', () => {
    expect(only(`${'k'.repeat(513)}: 1\n`).problems).toMatchObject([{ code: 'key-too-long', at: 'key' }])
    expect(only(`${'k'.repeat(512)}: 1\n`).problems).toEqual([])
    expect(only('a:\n  __proto__: {x: 1}\n').problems).toMatchObject([
      { code: 'key-not-allowed', path: ['a', '__proto__'] },
    ])
  })

  test('levels of a key', () => {
    expect(only('a:\n  {{{{{{x}}}}}}: 1\n').problems).toEqual([])
    expect(only('a:\n  {{{{{{{x}}}}}}}: 1\nb: 1\n').problems).toMatchObject([
      { code: 'key-not-allowed', path: ['a'], place: { line: 2, column: 3 } },
    ])
    expect(only('? [[[[[[[]]]]]]]\n: 1\n').problems).toMatchObject([{ code: 'key-not-allowed', path: [] }])
  })

  test('problems', () => {
    const { problems } = only(`${'a: 1\n'.repeat(200)}`)
    expect(problems).toHaveLength(101)
    expect(problems?.at(-1)).toMatchObject({ code: 'more-problems', severity: 'info' })
  })

  const keys = Array.from({ length: 8000 }, (_, index) => `k${index}: 1`).join('\n')
  const lists = Array.from({ length: 5000 }, (_, index) => `? [${index}]\n: 1`).join('\n')

  test.each<[string, string]>([
    ['double keys', 'a: 1\n'.repeat(20_000)],
    ['distinct keys and one fault', `${keys}\nx: @\n`],
    ['lists as keys', `apiVersion: x\nkind: X\n${lists}\n`],
    ['deep keys', Array.from({ length: 250 }, (_, index) => `${'? '.repeat(95)}k${index}: 1\n: 1\n`).join('')],
    ['deep lists as keys', `? ${'['.repeat(90)}x${']'.repeat(90)}\n: 1\n`.repeat(290)],
    ['lists in keys in lists', `${'[? '.repeat(95)}x${']'.repeat(95)}`],
    ['maps as keys of maps', `${'{'.repeat(95)}x${'}'.repeat(95)}`],
    ['anchors and aliases', `z: !t 1\na: &a 1\nb:\n${' - *a\n'.repeat(15_000)}`],
    ['open braces', `a: @\n${'{{'.repeat(30_000)}`],
    ['closed braces', '}'.repeat(60_000)],
    ['open brackets', `a: @\n${'['.repeat(100_000)}`],
    ['steps', `z: !t 1\n${'- '.repeat(60_000)}`],
    ['keys of keys', `z: !t 1\n${'? '.repeat(60_000)}`],
    ['open quotes', `a: b\n${'\n"'.repeat(60_000)}`],
    ['commas', `a: [${','.repeat(120_000)}]`],
    ['items that stand too far left', `a: [${'\n- 1'.repeat(30_000)}]`],
    ['broken documents', 'a: [\n---\n'.repeat(5_000)],
    ['blanks before a word', `a: "${' '.repeat(200_000)}x`],
    ['blank lines before a word', `a: [${'\n'.repeat(200_000)}x`],
    ['blank lines', '\n'.repeat(2_000_000)],
  ])('no hang on many %s', (_, text) => {
    expect(cpuTime(() => look(text), 1000)).toBeLessThan(1000)
  })

  test('nesting without end is refused before it is followed', () => {
    for (const open of ['[', '{a: ', '- ', '? ', '[? ', '&a [', '!t [', '- a: ']) {
      const { documents } = parseDocuments(`first: 1\n---\nz: !t 1\n---\n!t\n${open.repeat(20_000)}x\n---\nlast: 1\n`)
      expect(documents.map(({ value }) => value)).toEqual([{ first: 1 }, { z: '1' }, undefined, { last: 1 }])
      expect(documents[2]?.problems).toMatchObject([{ severity: 'error', place: { line: 6 } }])
    }
    expect(only(`x: @\n${'['.repeat(20_000)}`).problems).toMatchObject([
      { code: 'too-deep', place: { line: 2, column: 200 } },
    ])
  })

  test('a long text costs little and is read with care, many values are not', () => {
    expect(only(`a: "${'x '.repeat(500_000)}\n`).problems).toMatchObject([
      { code: 'yaml-syntax', message: 'A quote is opened and never closed', place: { line: 1, column: 4 } },
    ])
    expect(only(`a: [${'1,'.repeat(100_000)}\n`).problems).toMatchObject([
      { code: 'yaml-syntax', message: expect.stringContaining('not readable as YAML'), place: { line: 2 } },
    ])
  })
})

test('a file is read no other way than its documents one by one', () => {
  const example = readFileSync(new URL('../../../../package-lock.json', import.meta.url), 'utf8')
  expect(parseDocuments(example).documents[0]?.value).toEqual(JSON.parse(example))
})
