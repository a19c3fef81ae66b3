import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../../api/index.ts'
import { exampleDocuments } from '../fixtures/examples.ts'
import { mutatedDocument } from '../fixtures/mutations.ts'
import { splitDocuments } from './chunks.ts'
import type { DocumentPath } from './json-value.ts'
import { parseDocuments } from './parse.ts'
import { plainPlaces } from './plain-places.ts'
import { parsedPlaces } from './written-values.ts'

const usual = `# The cart.
---
apiVersion: backstage.io/v1alpha1   # as ever
kind: Component
metadata:
  name: cart
  description: >-
    Holds what people
    want: to buy.

  annotations:
    github.com/project-slug: acme/cart
    acme.dev/tier: "1"
    acme.dev/since: 2019-04-01
  tags: [java, shop]
  links:
    - url: https://cart.example/#top
      title: 'The cart'
    -   url: https://wiki.example
        title: Wiki
# What it is.
spec:
  type: service
  replicas: 3
  isOpen: true
  owner:
  dependsOn:
  - component:default/stock
  - resource:carts # the database
`

/** The stretch of the text at which the value stands; undefined where that is left to the parser. */
function cut(text: string, ...path: DocumentPath): string | undefined {
  const range = plainPlaces(text)?.rangeOf(path, valueIn(text, path))
  return range && text.slice(...range)
}

function valueIn(text: string, path: DocumentPath): JsonValue | undefined {
  const [document] = parseDocuments(text).documents
  return path.reduce<JsonValue | undefined>(
    (value, segment) => (value as Record<string, JsonValue> | undefined)?.[segment],
    document?.value ?? document?.guess,
  )
}

/** Every path of a value, those of lists and maps included. */
function pathsOf(value: JsonValue, path: DocumentPath = []): DocumentPath[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [
    path,
    ...Object.entries(value).flatMap(([key, one]) => pathsOf(one as JsonValue, [...path, keyOf(value, key)])),
  ]
}

const keyOf = (value: object, key: string) => (Array.isArray(value) ? Number(key) : key)

/** Of those of a hostile document, each of which the parser would compare with all that is in it. */
const mostPaths = 30

/** Where the quick way and the parser do not agree, for each document of a text. */
function disagreements(file: string): { asked: number; answered: number; wrong: unknown[] } {
  const result = { asked: 0, answered: 0, wrong: [] as unknown[] }
  for (const { text } of splitDocuments(file)) {
    const [document] = parseDocuments(text).documents
    const value = document?.value ?? document?.guess
    const plain = plainPlaces(text)
    if (!value) continue
    const parsed = parsedPlaces(text)
    for (const path of pathsOf(value).slice(0, mostPaths)) {
      const wanted = valueIn(text, path)
      const range = plain?.rangeOf(path, wanted)
      result.asked++
      if (!range) continue
      result.answered++
      const expected = parsed(path, wanted)
      const [from, to] = expected ?? [-1, -1]
      const isSame =
        range[0] === from &&
        range[0] + text.slice(...range).trimEnd().length === from + text.slice(from, to).trimEnd().length
      if (!isSame) result.wrong.push({ path, range, expected, text })
    }
  }
  return result
}

describe('in a document as nearly all are', () => {
  test('finds values, quoted and not', () => {
    expect(cut(usual, 'apiVersion')).toBe('backstage.io/v1alpha1')
    expect(cut(usual, 'metadata', 'annotations', 'github.com/project-slug')).toBe('acme/cart')
    expect(cut(usual, 'metadata', 'annotations', 'acme.dev/tier')).toBe('"1"')
    expect(cut(usual, 'metadata', 'annotations', 'acme.dev/since')).toBe('2019-04-01')
    expect(cut(usual, 'spec', 'replicas')).toBe('3')
    expect(cut(usual, 'spec', 'isOpen')).toBe('true')
  })

  test('finds items of lists, whether or not they are indented, and what is in them', () => {
    expect(cut(usual, 'spec', 'dependsOn', 1)).toBe('resource:carts')
    expect(cut(usual, 'metadata', 'links', 0, 'url')).toBe('https://cart.example/#top')
    expect(cut(usual, 'metadata', 'links', 0)).toBe("url: https://cart.example/#top\n      title: 'The cart'")
    expect(cut(usual, 'metadata', 'links', 1, 'title')).toBe('Wiki')
  })

  test('leaves texts of several lines, brackets, empty values and what ends with a comment to the parser', () => {
    expect(cut(usual, 'spec', 'dependsOn')).toBeUndefined()
    expect(cut(usual, 'metadata', 'links', 1)).toBeUndefined()
    expect(cut(usual, 'metadata', 'description')).toBeUndefined()
    expect(cut(usual, 'metadata', 'tags', 0)).toBeUndefined()
    expect(cut(usual, 'spec', 'owner')).toBeUndefined()
  })

  test('tells nothing of a value that is not the one that stands there', () => {
    const places = plainPlaces(usual)
    expect(places?.rangeOf(['spec', 'type'], 'website')).toBeUndefined()
    expect(places?.rangeOf(['spec', 'replicas'], '3x')).toBeUndefined()
    expect(places?.rangeOf(['metadata', 'annotations', 'acme.dev/tier'], 1)).toBeUndefined()
    expect(places?.rangeOf(['spec', 'nothing'], undefined)).toBeUndefined()
  })
})

test.each([
  ['an anchor', 'spec: &spec\n  type: service\n'],
  ['an alias', 'spec:\n  type: *service\n'],
  ['a tag', 'spec:\n  type: !!str service\n'],
  ['an escape', 'spec:\n  type: "serv\\u0069ce"\n'],
  ['a text that goes on', 'spec:\n  type: service\n    and more\n'],
  ['a quoted text that goes on', 'spec:\n  type: "service\n    and more"\n'],
  ['a key twice', 'spec:\n  type: service\n  type: website\n'],
  ['a merge', 'spec:\n  <<: {}\n  type: service\n'],
  ['a quoted key', 'spec:\n  "type": service\n'],
  ['brackets over several lines', 'spec:\n  tags: [a,\n    b]\n'],
  ['an indentation that fits none', 'spec:\n    type: service\n  owner: me\n'],
  ['a tab', 'spec:\n  type:\tservice\n'],
  ['a CRLF', 'spec:\r\n  type: service\r\n'],
  ['a second document', 'spec:\n  type: service\n---\nspec: {}\n'],
  ['a list in a list', 'spec:\n  - - service\n'],
])('%s makes it give up', (_, text) => {
  expect(plainPlaces(text)).toBeUndefined()
})

test('knows nearly every place in documents as people write them', () => {
  const all = exampleDocuments.map(disagreements)
  const sum = (what: 'asked' | 'answered') => all.reduce((total, one) => total + one[what], 0)
  expect(all.flatMap(({ wrong }) => wrong)).toEqual([])
  expect(sum('answered') / sum('asked')).toBeGreaterThan(0.5)
})

test('agrees with the parser wherever it answers, whatever the text', () => {
  fc.assert(
    fc.property(mutatedDocument, (text) => {
      expect(disagreements(text).wrong).toEqual([])
    }),
    { numRuns: 400 },
  )
})
