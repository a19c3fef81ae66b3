import { expect, test } from 'vitest'
import { placeholdersOf } from './placeholders.ts'

test('placeholders are found everywhere, with their path', () => {
  const { placeholders, problems } = placeholdersOf({
    metadata: { labels: { $json: './labels.json' }, tags: ['a', { $text: '/tag' }] },
    spec: { definition: { $text: 'https://x.dev/a' }, more: { deep: [{ $yaml: 'b' }] }, api: { $openapi: './c' } },
  })
  expect(problems).toEqual([])
  expect(placeholders).toEqual([
    { path: ['metadata', 'labels'], key: '$json', target: './labels.json' },
    { path: ['metadata', 'tags', 1], key: '$text', target: '/tag' },
    { path: ['spec', 'definition'], key: '$text', target: 'https://x.dev/a' },
    { path: ['spec', 'more', 'deep', 0], key: '$yaml', target: 'b' },
    { path: ['spec', 'api'], key: '$openapi', target: './c' },
  ])
})

test('a map with further keys, or another key that begins with $, is left alone with all it holds', () => {
  const { placeholders, problems } = placeholdersOf({
    a: { $text: 'x', b: 1 },
    b: { b: 1, $text: 'x' },
    c: { $ref: '#/x' },
    d: { $text: { $text: 'inner' }, e: {} },
    f: {},
    g: { $defs: { inner: { $text: 'x' } } },
    h: { plain: { $text: 'found' }, other: 1 },
  })
  expect(placeholders).toEqual([{ path: ['h', 'plain'], key: '$text', target: 'found' }])
  expect(problems).toEqual([])
})

test('what names no file is an error', () => {
  const { placeholders, problems } = placeholdersOf({ a: { $text: 1 }, b: { $yaml: '' }, c: { $json: null } })
  expect(placeholders).toEqual([])
  expect(problems.map(({ code, path }) => [code, path])).toEqual([
    ['placeholder-not-text', ['a']],
    ['placeholder-not-text', ['b']],
    ['placeholder-not-text', ['c']],
  ])
})
