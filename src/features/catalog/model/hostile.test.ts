import fc from 'fast-check'
import { expect, test } from 'vitest'
import { facetRows } from './facets.ts'
import { builtinKinds, kindMap } from './kinds.ts'
import { parseDocuments } from './parse.ts'
import { locator } from './position.ts'
import { problemCodes } from './problem.ts'
import { validateEntity } from './validate.ts'

const kinds = kindMap(builtinKinds)

const seeds = [
  `# a service
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: payments
  labels: {tier: "1"}
  annotations:
    backstage.io/techdocs-ref: dir:.
  tags: [java, spring]
  links:
    - url: https://example.com
      title: "Docs"
spec: &spec
  type: service
  lifecycle: production
  owner: group:default/payments
  dependsOn:
    - resource:orders-db
  notes: |
    two
    lines
`,
  `apiVersion: backstage.io/v1alpha1
kind: API
metadata: &m
  name: orders
  extra: [1, 2.5, null, true, 2024-01-01]
spec:
  type: openapi
  lifecycle: experimental
  owner: orders
  definition:
    $text: ./openapi.yaml
`,
  `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: new-service}
spec:
  type: service
  parameters: [{title: One, properties: {name: {type: string}}}]
  steps:
    - action: fetch:template
      input: {url: ./skeleton, values: {name: "\${{ parameters.name }}"}}
`,
]

const scraps = [
  ...[
    '\t',
    '  ',
    '\n',
    ': ',
    '- ',
    '"',
    "'",
    '|',
    '>',
    '&a ',
    '*a',
    '{',
    '}',
    '[',
    ']',
    '#',
    '---\n',
    '...\n',
    '%',
    '@',
    '!t ',
  ],
  ...[
    '? ',
    '~',
    '\r\n',
    '\r',
    '\u0000',
    '\u2028',
    '\ufeff',
    '😀',
    '\ud800',
    '<<: *m',
    '.nan',
    '__proto__: 1',
    `\${{ x }}`,
    '{% x %}',
  ],
]

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.nat({ max: 12 }),
  put: fc.oneof(fc.constantFrom(...scraps), fc.string({ unit: 'binary', maxLength: 4 })),
})

const mutated = fc
  .record({ seed: fc.constantFrom(...seeds), edits: fc.array(edit, { maxLength: 6 }) })
  .map(({ seed, edits }) =>
    edits.reduce((text, { at, drop, put }) => {
      const offset = Math.floor(at * text.length)
      return text.slice(0, offset) + put + text.slice(offset + drop)
    }, seed),
  )

test('no text makes reading, checking or finding places throw, and every problem is known and has a place', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const { documents, problems } = parseDocuments(text)
      for (const document of documents) {
        const validation = document.value && validateEntity(document.value, kinds)
        if (validation?.entity) facetRows(validation.entity)
        const find = locator(text, document.index)
        for (const problem of [...document.problems, ...(validation?.problems ?? [])]) {
          expect(problemCodes).toHaveProperty(problem.code)
          const place = problem.place ?? find?.(problem.path, problem.at)
          expect(place?.line).toBeGreaterThanOrEqual(1)
          expect(place?.column).toBeGreaterThanOrEqual(1)
          expect(place?.line).toBeLessThanOrEqual(text.split('\n').length)
        }
        const invalid = !validation?.entity && !validation?.recognised
        const all = [...document.problems, ...(validation?.problems ?? [])]
        if (invalid) expect(all.some((one) => one.severity === 'error' || one.code === 'skeleton')).toBe(true)
        expect(JSON.parse(JSON.stringify(document.value ?? null))).toEqual(document.value ?? null)
      }
      expect(problems.every((problem) => problem.severity === 'info')).toBe(true)
    }),
    { numRuns: 1500 },
  )
})

test('a broken document never takes its neighbours with it', () => {
  const before = 'first: {a: 1}\n'
  const after = 'last: {b: 2}\n'
  fc.assert(
    fc.property(mutated, (text) => {
      const { documents } = parseDocuments(`${before}---\n${text}\n---\n${after}`)
      expect(documents[0]?.value).toEqual({ first: { a: 1 } })
      expect(documents.at(-1)?.value).toEqual({ last: { b: 2 } })
    }),
    { numRuns: 1000 },
  )
})
