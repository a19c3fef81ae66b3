import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { builtinKinds, kindMap } from './kinds.ts'
import { parseDocuments } from './parse.ts'
import { locator } from './position.ts'
import { validateEntity } from './validate.ts'

const corpus = resolve(import.meta.dirname, '../../../../../shared/corpus')
const kinds = kindMap(builtinKinds)

interface Expected {
  file: string
  doc: number
  class: 'entity' | 'skeleton' | 'foreign'
  kind: string | null
  ref: string | null
  valid: boolean
  stage: string
  relations: string[]
}

function read(path: string) {
  const text = readFileSync(path, 'utf8')
  const { documents } = parseDocuments(text)
  return documents.map(({ index, value, problems }) => {
    const validation = value ? validateEntity(value, kinds) : undefined
    return { index, text, value, validation, problems: [...problems, ...(validation?.problems ?? [])] }
  })
}

/** Kinds and placeholders that this portal accepts and the reference does not. */
function isExempt(value: unknown): boolean {
  const { kind, spec } = (value ?? {}) as { kind?: string; spec?: { type?: string } }
  const foreignPlaceholder = /"\$(?!text|json|yaml|ref)\w+":"/.test(JSON.stringify(value ?? null))
  return kind === 'AiResource' || (kind === 'API' && spec?.type === 'mcp-server') || foreignPlaceholder
}

const catalog = resolve(corpus, 'catalog')
const missing = existsSync(resolve(catalog, 'EXPECTED.json')) ? false : `no corpus in ${catalog}`

describe('the corpus of public catalog files', () => {
  if (missing) {
    test.skip(`skipped: ${missing}`, () => undefined)
    return
  }
  const expected: Expected[] = JSON.parse(readFileSync(resolve(catalog, 'EXPECTED.json'), 'utf8'))
  const files = new Map<string, Expected[]>()
  for (const item of expected) files.set(item.file, [...(files.get(item.file) ?? []), item])

  test('validity, reference and relations agree for every entity', () => {
    const wrong: unknown[] = []
    let compared = 0
    for (const [file, items] of files) {
      const documents = read(resolve(catalog, file))
      if (documents.length !== items.length) wrong.push({ file, documents: documents.length, expected: items.length })
      for (const item of items.filter((one) => one.class === 'entity')) {
        const document = documents[item.doc]
        if (isExempt(document?.value)) continue
        compared += 1
        const { entity, ref, relations = [] } = document?.validation ?? {}
        const ours = {
          valid: entity !== undefined,
          ref: ref ?? null,
          relations: [...relations.map((r) => `${r.sourceRef} ${r.type} ${r.targetRef}`)].sort(),
        }
        const theirs = { valid: item.valid, ref: item.ref, relations: [...new Set(item.relations)].sort() }
        if (JSON.stringify(ours) !== JSON.stringify(theirs)) wrong.push({ file, doc: item.doc, ours, theirs })
      }
    }
    expect(wrong).toEqual([])
    expect(compared).toBeGreaterThan(500)
  })

  test('what is invalid has an error, and every problem has a place', () => {
    const without: unknown[] = []
    for (const file of files.keys()) {
      for (const { index, text, validation, problems } of read(resolve(catalog, file))) {
        const invalid = !validation?.entity && !validation?.recognised && !problems.some((p) => p.code === 'skeleton')
        if (invalid && !problems.some((problem) => problem.severity === 'error')) without.push({ file, index })
        const find = locator(text, index)
        for (const problem of problems) {
          const place = problem.place ?? find?.(problem.path, problem.at)
          if (!place || place.line < 1 || place.endLine < place.line) without.push({ file, index, problem })
        }
      }
    }
    expect(without).toEqual([])
  })

  test('skeletons and foreign manifests get one note and no error', () => {
    const wrong: unknown[] = []
    for (const [file, items] of files) {
      const documents = read(resolve(catalog, file))
      for (const item of items) {
        const problems = documents[item.doc]?.problems ?? []
        const codes = problems.map((problem) => problem.code)
        const noted = codes.includes('skeleton') || codes.includes('foreign-manifest')
        const right = item.class === 'entity' ? !noted : item.valid || (noted && codes.length === 1)
        if (!right) wrong.push({ file, doc: item.doc, class: item.class, codes })
      }
    }
    expect(wrong).toEqual([])
  })

  test('AI resources and MCP servers are valid', () => {
    for (const file of [
      'backstage__demo__examples__ai-resources.yaml',
      'backstage__demo__examples__mcp-server-api.yaml',
    ]) {
      if (!files.has(file)) continue
      for (const { validation } of read(resolve(catalog, file))) {
        expect(validation?.problems).toEqual([])
        expect(validation?.entity?.metadata.name).toBeTypeOf('string')
      }
    }
  })
})

describe('the corpus of public templates', () => {
  const folder = resolve(corpus, 'templates')
  if (!existsSync(folder)) {
    test.skip(`skipped: no corpus in ${folder}`, () => undefined)
    return
  }
  test('every template of the third beta is valid', () => {
    const wrong: unknown[] = []
    let templates = 0
    for (const file of readdirSync(folder).filter((name) => /\.ya?ml$/.test(name))) {
      for (const { index, value, validation, problems } of read(resolve(folder, file))) {
        if (value && (value.kind !== 'Template' || value.apiVersion !== 'scaffolder.backstage.io/v1beta3')) continue
        templates += 1
        if (!validation?.entity && !problems.some((problem) => problem.code === 'skeleton'))
          wrong.push({ file, index, problems })
      }
    }
    expect(wrong).toEqual([])
    expect(templates).toBeGreaterThan(40)
  })
})
