import { describe, expect, test } from 'vitest'
import {
  filterExpression,
  isEmpty,
  limits,
  looseExpression,
  matchExpression,
  parseQuery,
  withoutExpression,
} from './query.ts'

test('words begin others, all of them are wanted, and case, accents and signs do not count', () => {
  expect(matchExpression(parseQuery('Über  Pay-ments'))).toBe('"uber"* AND "pay"* AND "ments"*')
  expect(parseQuery('a a A').terms).toHaveLength(1)
})

test('a single letter begins others only where somebody may still be typing', () => {
  expect(matchExpression(parseQuery('a b'))).toBe('"a" AND "b"*')
})

test('filters, phrases and what must not be there are told from words', () => {
  const query = parseQuery(
    'kind:API owner:"group:default/payments" -tag:old tag:pci "refund to card" -test in:apis pay',
  )
  expect(query.filters).toMatchObject({ kind: ['api'], owner: ['group:default/payments'], tag: ['pci'] })
  expect(query.withoutFilters.tag).toEqual(['old'])
  expect(query.section).toBe('apis')
  expect(matchExpression(query)).toBe('"pay"* AND "refund to card"')
  expect(withoutExpression(query)).toBe('"test"')
  expect(filterExpression(query.filters)).toBe(
    '{attributes} : ("api") AND {attributes} : ("payments") AND {attributes} : ("pci")',
  )
})

test('a name in front of a colon that is no filter is told, unless it is a reference or an address', () => {
  expect(parseQuery('color:red').unknown).toEqual(['color'])
  expect(matchExpression(parseQuery('color:red'))).toBe('"color"* AND "red"*')
  expect(parseQuery('component:default/cart https://acme.dev/x').unknown).toEqual([])
})

test('what is written without spaces is looked for by pairs of letters', () => {
  expect(matchExpression(parseQuery('決済'))).toBe('("決済")')
  expect(matchExpression(parseQuery('決'))).toBe('("決"*)')
  expect(matchExpression(parseQuery('決済サービス'))).toBe('("決済" AND "済サ" AND "サー" AND "ーヒ" AND "ヒス")')
})

describe('whatever is typed means something', () => {
  const hostile = [
    '"',
    '""',
    '-',
    '--',
    ':',
    'kind:',
    '*',
    'AND',
    'a" OR "b',
    'NEAR(a b)',
    '{name} : x',
    '\u0000a',
    '\ud800',
    '😀',
    '^a',
    'a*',
    '-"',
    "'; drop table x; --",
  ]
  test.each(hostile)('%j', (typed) => {
    const query = parseQuery(typed)
    for (const expression of [matchExpression(query), looseExpression(query), withoutExpression(query)]) {
      // Nothing but quoted letters and digits, and the words of ours between them.
      expect((expression ?? '').replace(/"[\p{L}\p{N} ]+"\*?/gu, '').replace(/ (AND|OR) |[()]/g, '')).toBe('')
    }
  })

  test('and what is too long is cut', () => {
    const long = parseQuery(Array.from({ length: 50 }, (_, at) => `w${at}`).join(' '))
    expect(long.terms).toHaveLength(limits.terms)
    expect(long.isCut).toBe(true)
    expect(parseQuery('x'.repeat(5000)).typed).toHaveLength(limits.letters)
    expect(parseQuery('cart').isCut).toBe(false)
  })
})

test('only words and filters ask for something', () => {
  expect(isEmpty(parseQuery(' - "" : '))).toBe(true)
  expect(isEmpty(parseQuery('-test'))).toBe(true)
  expect(isEmpty(parseQuery('tag:x'))).toBe(false)
})
