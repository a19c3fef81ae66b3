import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { Entity, JsonObject, JsonValue, Processor } from '../../../api/index.ts'
import { isReadBack } from '../fixtures/read-back.ts'
import { leavesOf } from '../provenance-views.ts'
import { splitDocuments } from './chunks.ts'
import { type DocumentPath, pathText, valueAt } from './json-value.ts'
import { builtinKinds, kindMap } from './kinds.ts'
import { type Lost, type TraceArgs, type Traced, tracer } from './origins.ts'
import { parseDocuments } from './parse.ts'
import { refOf } from './relations.ts'
import { validateEntity } from './validate.ts'
import { writtenDocument } from './written-values.ts'

const kinds = kindMap(builtinKinds)
const from = { location: 'file:/srv/cart.yaml', viewUrl: 'https://git.example/cart.yaml' }

/** The entity as a crawl makes it of the document at that position. */
function read(text: string, processors: TraceArgs['processors'], position = 0): Entity {
  const { value } = parseDocuments(text).documents[position] ?? {}
  const { entity, problems } = value ? validateEntity(value, kinds) : { entity: undefined, problems: [] }
  if (!entity) throw new Error(`The document cannot be used: ${JSON.stringify(problems)}\n${text}`)
  const prepared = processors.reduce((one, { spec }) => spec.prepare?.(one, from) ?? one, entity)
  return JSON.parse(JSON.stringify(prepared)) as Entity
}

/** A file as a text, or why there is none. */
type Given = string | { why: Lost }

function documentOf(text: Given, position: number, entity: Entity): TraceArgs['written'] {
  if (typeof text !== 'string') return text
  return writtenDocument(splitDocuments(text), position, refOf(entity)) ?? { why: 'dropped' }
}

function trace(entity: Entity, text: Given, processors: TraceArgs['processors'] = [], position = 0) {
  const failed = (_: string, error: unknown) => {
    throw error
  }
  return tracer({ written: documentOf(text, position, entity), entity, kinds, processors, from, failed })
}

/** Origins of a document in few words: `4:9`, `default`, `processor x`, or why there is no line. */
function origins(text: string, processors: TraceArgs['processors'] = [], now: Given = text, position = 0) {
  const find = trace(read(text, processors, position), now, processors, position)
  return (...path: DocumentPath) => said(find(path))
}

function said(origin: Traced): string | Lost | null {
  if (origin.by === 'processor') return `processor ${origin.id}`
  if (origin.by === 'default') return `default of ${origin.what}`
  const via = origin.via ? ` ${origin.via.key} ${origin.via.target}` : ''
  return origin.place ? `${origin.place.line}:${origin.place.column}${via}` : origin.why
}

const cart = `# The cart.
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: cart
  annotations: { acme.dev/tier: &tier gold }
  labels:
    tier: *tier
  tags:
    - node
    - pci
  links: [{ url: https://a.example, icon: docs }]
spec:
  type: service
  lifecycle: production
  owner: payments
  note: |
    Two
    lines
`

const marker: Processor = {
  id: 'mark',
  prepare: (entity) => ({
    ...entity,
    metadata: {
      ...entity.metadata,
      annotations: { ...entity.metadata.annotations, 'acme.dev/marked': 'yes', 'acme.dev/tier': 'silver' },
      tags: ['first', ...(entity.metadata.tags ?? [])],
    },
  }),
}
const marking = [{ id: 'acme.mark', spec: marker }]

describe('a value of an entity', () => {
  test('is followed to its line and column', () => {
    const at = origins(cart)
    expect(at('kind')).toBe('3:7')
    expect(at('metadata', 'name')).toBe('5:9')
    expect(at('metadata', 'annotations', 'acme.dev/tier')).toMatch(/^6:/)
    expect(at('metadata', 'labels', 'tier')).toBe('8:11')
    expect(at('metadata', 'tags', 1)).toBe('11:7')
    expect(at('metadata', 'links', 0, 'icon')).toBe('12:43')
    expect(at('spec', 'note')).toBe('17:9')
  })

  test('that no file says is a default', () => {
    expect(origins(cart)('metadata', 'namespace')).toBe('default of metadata.namespace')
    expect(origins(cart.replace('  name: cart', '  namespace: default\n  name: cart'))('metadata', 'namespace')).toBe(
      '5:14',
    )
  })

  test('that a processor added or changed is its own; what it moved is followed', () => {
    const at = origins(cart, marking)
    expect(at('metadata', 'annotations', 'acme.dev/marked')).toBe('processor acme.mark')
    expect(at('metadata', 'annotations', 'acme.dev/tier')).toBe('processor acme.mark')
    expect(at('metadata', 'tags', 0)).toBe('processor acme.mark')
    expect(at('metadata', 'tags', 1)).toBe('10:7')
    expect(at('metadata', 'tags', 2)).toBe('11:7')
  })

  test('that stands below spec by mistake is found there', () => {
    const misplaced = cart.replace(
      '  type: service',
      `  type: service
  annotations: { acme.dev/other: x, acme.dev/tier: other }
  links: [{ url: https://a.example }, { url: https://b.example, title: B, odd: 1 }]`,
    )
    const at = origins(misplaced, marking)
    expect(at('metadata', 'annotations', 'acme.dev/other')).toBe('15:34')
    expect(at('metadata', 'links', 0, 'url')).toMatch(/^12:/)
    expect(at('metadata', 'links', 1, 'title')).toBe('16:72')
    expect(at('metadata', 'links', 1)).toMatch(/^16:/)
    expect(at('spec', 'annotations', 'acme.dev/tier')).toMatch(/^15:/)
    const find = trace(read(misplaced, []), misplaced)
    expect(find(['metadata', 'annotations', 'acme.dev/other'])).toMatchObject({ misplaced: true })
    expect(find(['spec', 'annotations', 'acme.dev/other'])).toMatchObject({ misplaced: false })
  })

  test('that is taken from another file is the line that names the file', () => {
    const api = cart.replace('note: |\n    Two\n    lines', 'note:\n    $text: ./note.md')
    expect(origins(api)('spec', 'note', '$text')).toBe('18:5 $text ./note.md')
    const filled = read(api, [])
    const find = trace({ ...filled, spec: { ...filled.spec, note: 'what the file says' } }, api)
    expect(said(find(['spec', 'note']))).toBe('18:5 $text ./note.md')
  })

  test('is found in the document that describes the entity, wherever that stands by now', () => {
    const other = cart.replace('name: cart', 'name: other')
    const at = origins(cart, [], `${other}---\n${cart}`)
    expect(at('metadata', 'name')).toBe(`${other.split('\n').length + 5}:9`)
    expect(origins(`${cart}---\n${cart.replace('name: cart', 'name: other')}`, [], cart, 1)('kind')).toBe('dropped')
  })

  test('has no line where the file says something else by now', () => {
    const now = cart
      .replace('owner: payments', 'owner: visitors')
      .replace('- node', '- java')
      .replace('# The cart.\n', '')
    const at = origins(cart, [], now)
    expect(at('spec', 'owner')).toBe('changed')
    expect(at('metadata', 'tags', 0)).toBe('changed')
    expect(at('metadata', 'tags', 1)).toBe('10:7')
    expect(at('spec', 'type')).toBe('13:9')
    const reordered = cart.replace('    - node\n    - pci', '    - java\n    - pci\n    - node')
    expect(origins(cart, [], reordered)('metadata', 'tags', 0)).toBe('12:7')
  })

  test('keeps its line where the newest version of the document cannot be used', () => {
    const at = origins(cart, marking, cart.replace('  type: service\n', ''))
    expect(at('spec', 'owner')).toBe('15:10')
    expect(at('spec', 'type')).toBe('changed')
    expect(at('metadata', 'namespace')).toBe('default of metadata.namespace')
    expect(at('metadata', 'annotations', 'acme.dev/marked')).toBe('processor acme.mark')
    const twice = origins(cart, [], cart.replace('  owner: payments', '  owner: nobody\n  owner: payments'))
    expect(twice('spec', 'owner')).toBe('17:10')
  })

  test.each<[string, Given, Lost]>([
    ['is gone', { why: 'gone' }, 'gone'],
    ['cannot be read', { why: 'unread' }, 'unread'],
    ['is broken', 'kind: [', 'dropped'],
    ['is empty', '', 'dropped'],
  ])('without a file that %s says so, and still tells what processors added', (_, now, why) => {
    const at = origins(cart, marking, now)
    expect(at('spec', 'owner')).toBe(why)
    expect(at('metadata', 'namespace')).toBe(why)
    expect(at('metadata', 'annotations', 'acme.dev/marked')).toBe('processor acme.mark')
  })

  test('is traced without a processor that fails, which is told', () => {
    const failing = { id: 'acme.broken', spec: { id: 'broken', prepare: () => JSON.parse('{') as never } }
    const told: string[] = []
    const entity = read(cart, [])
    const failed = (id: string) => void told.push(id)
    const find = tracer({
      written: documentOf(cart, 0, entity),
      entity,
      kinds,
      processors: [failing],
      from,
      failed,
    })
    expect(said(find(['spec', 'owner']))).toBe('16:10')
    // Only what the file does not say is followed through the processors.
    expect(said(find(['metadata', 'namespace']))).toBe('default of metadata.namespace')
    expect(told).toEqual(['acme.broken'])
  })
})

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/)
const text = fc.oneof(
  word,
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((one) => one.replace(/[\p{C}\p{Z}]/gu, ' ').trimStart()),
  fc.constantFrom('yes', '1', 'null', '- a', 'a: b', '# no', '*x', 'two\nlines\n', 'x'.repeat(120), "it's", '"'),
)
const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value
const optional = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })
const link = fc.record({
  url: word.map((path) => `https://${path}.example/`),
  title: optional(word.map((one) => `T ${one}`)),
})

const described = fc
  .record({
    name: word,
    namespace: optional(fc.constantFrom('default', 'lab')),
    annotations: optional(fc.dictionary(word, text, { maxKeys: 4, noNullPrototype: true })),
    tags: optional(fc.array(word, { maxLength: 4 })),
    links: optional(fc.array(link, { maxLength: 3 })),
    more: value,
    spec: fc.record({
      type: word,
      owner: word,
      lifecycle: word,
      annotations: optional(fc.dictionary(word, text, { maxKeys: 3, noNullPrototype: true })),
      links: optional(fc.array(link, { maxLength: 3 })),
      extra: value,
    }),
  })
  .map(({ spec, ...metadata }) => ({ apiVersion: 'backstage.io/v1alpha1', kind: 'Component', metadata, spec }))

const style = fc.record({
  indent: fc.constantFrom(1, 2, 4),
  defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
  collectionStyle: fc.constantFrom('any', 'flow', 'block'),
  lineWidth: fc.constantFrom(0, 40, 80),
  nullStr: fc.constantFrom('null', '~', ''),
  blockQuote: fc.constantFrom(true, false),
} as const)

const written = fc
  .record({ document: described, style, before: fc.constantFrom('', '# a comment\n\n', '---\n'), crlf: fc.boolean() })
  .map(({ document, style, before, crlf }) => {
    const plain = JSON.parse(JSON.stringify(document)) as JsonObject
    const yaml = before + stringify(plain, { ...style, schema: 'core', aliasDuplicateObjects: false })
    return crlf ? yaml.replaceAll('\n', '\r\n') : yaml
  })
  .filter((yaml) => {
    const [document, ...more] = parseDocuments(yaml).documents
    return (
      more.length === 0 && document?.value !== undefined && validateEntity(document.value, kinds).entity !== undefined
    )
  })

const runs = { numRuns: 400 }

/** What is wrong with the origins of a whole entity against a text; its lines must hold the very values. */
function faults(entity: Entity, text: string, processors: TraceArgs['processors']): string[] {
  const find = trace(entity, text, processors)
  return leavesOf(entity).flatMap((path) => {
    const origin = find(path)
    if (origin.by !== 'file' || !origin.place) return []
    const value = valueAt(entity as unknown as JsonObject, path)
    return isReadBack(text, origin.place, value) ? [] : [`${pathText(path)} is not at ${said(origin)}`]
  })
}

test('every leaf of any entity has an origin, and the line of a file holds that value', () => {
  fc.assert(
    fc.property(written, fc.boolean(), (yaml, marked) => {
      const processors = marked ? marking : []
      const entity = read(yaml, processors)
      expect(faults(entity, yaml, processors)).toEqual([])
      const find = trace(entity, yaml, processors)
      const document = parseDocuments(yaml).documents[0]?.value
      for (const path of leavesOf(entity)) {
        const origin = find(path)
        const kept = JSON.stringify(valueAt(document, path)) === JSON.stringify(valueAt(entity as never, path))
        if (origin.by === 'file') expect({ path, place: origin.place }).toEqual({ path, place: expect.anything() })
        // What the document says in the same place is the document's.
        if (kept) expect({ path, by: origin.by }).toEqual({ path, by: 'file' })
      }
    }),
    runs,
  )
})

test('whatever becomes of the file, a line that is told holds the value', () => {
  const edits = fc.record({
    next: written,
    cut: fc.nat(400),
    insert: fc.constantFrom('', '\n', '# x\n', 'zz', ': ', '"'),
  })
  fc.assert(
    fc.property(written, edits, fc.boolean(), (yaml, { next, cut, insert }, isOther) => {
      const entity = read(yaml, marking)
      const same = next.replace(/^(\s*"?name"?: *)("?)[^\s,"]*("?)/m, `$1$2${entity.metadata.name}$3`)
      const at = cut % (yaml.length + 1)
      const now = isOther ? same : yaml.slice(0, at) + insert + yaml.slice(at + (cut % 7))
      expect(faults(entity, now, marking)).toEqual([])
    }),
    runs,
  )
})
