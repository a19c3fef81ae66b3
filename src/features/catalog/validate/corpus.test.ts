import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { valueAt } from '../model/json-value.ts'
import { builtinKinds, kindMap } from '../model/kinds.ts'
import { parseDocuments } from '../model/parse.ts'
import { checkFiles } from './command.ts'
import { jsonReport } from './json-report.ts'

// Files that others have published, as far as they lie beside the checkout: what `callboard validate` says of them.

const corpus = resolve(import.meta.dirname, '../../../../../shared/corpus')
const kinds = kindMap(builtinKinds)

interface Expected {
  file: string
  doc: number
  class: 'entity' | 'skeleton' | 'foreign'
  ref: string | null
  valid: boolean
  relations: string[]
}

interface Item extends Omit<Expected, 'doc' | 'class'> {
  doc: number | null
  problems: { severity: string; code: string; line: number; column: number; endLine: number; endColumn: number }[]
}

const yamlIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name))

async function itemsOf(folder: string): Promise<Item[]> {
  return JSON.parse(jsonReport(await checkFiles(yamlIn(folder), kinds)))
}

const isNote = ({ problems: [first, ...more] }: Item) =>
  more.length === 0 && /^(skeleton|foreign-manifest)$/.test(first?.code ?? '')

/** Problems that cannot be found where they are said to be, and items whose validity their problems do not explain. */
function unexplained(items: readonly Item[]): Item[] {
  const lines = new Map<string, string[]>()
  const isIn = (file: string, { line, column, endLine, endColumn }: Item['problems'][number]) => {
    const text =
      lines.get(file) ??
      readFileSync(file, 'utf8')
        .replace(/^\ufeff/, '')
        .split('\n')
    lines.set(file, text)
    const length = (number: number) => (text[number - 1] ?? '').length + 1
    const ordered = endLine > line || (endLine === line && endColumn >= column)
    return (
      line >= 1 &&
      column >= 1 &&
      endLine <= text.length &&
      ordered &&
      column <= length(line) &&
      endColumn <= length(endLine)
    )
  }
  return items.filter((item) => {
    const broken = item.problems.some(({ severity, code }) => severity === 'error' && code !== 'defined-again')
    const explained = item.valid ? !broken : broken || isNote(item)
    return !explained || !item.problems.every((problem) => isIn(item.file, problem))
  })
}

const catalog = join(corpus, 'catalog')
const present = existsSync(join(catalog, 'EXPECTED.json'))

describe.skipIf(!present)(`the public files of ${catalog}${present ? '' : ' (skipped: not there)'}`, () => {
  const all: Expected[] = present ? JSON.parse(readFileSync(join(catalog, 'EXPECTED.json'), 'utf8')) : []
  const items = new Map<string, Item>()
  const key = (file: string, doc: number | null) => `${basename(file)} ${doc}`
  beforeAll(async () => {
    for (const item of await itemsOf(catalog)) items.set(key(item.file, item.doc), item)
  })

  test('the documents of every file are counted as they are expected', () => {
    const counted = [...items.values()].flatMap(({ file, doc }) => (doc === null ? [] : [key(file, doc)]))
    expect(counted.sort()).toEqual(all.map(({ file, doc }) => key(file, doc)).sort())
  })

  test('every entity has the validity, reference and relations that the reference gives it', () => {
    const expected = all.filter((one) => one.class === 'entity' && !isExempt(one))
    const wrong = expected.flatMap(({ file, doc, valid, ref, relations }) => {
      const ours = items.get(key(file, doc))
      const theirs = { valid, ref, relations }
      const same = ours && JSON.stringify({ valid: ours.valid, ref: ours.ref, relations: ours.relations })
      return same === JSON.stringify(theirs) ? [] : [{ at: file, ours, theirs }]
    })
    expect(wrong).toEqual([])
    expect(expected.length).toBeGreaterThan(500)
  })

  test('what is invalid says why, what is valid has no error, and every problem has its place', () => {
    expect(unexplained([...items.values()])).toEqual([])
  })

  test('skeletons and foreign manifests, and nothing else, get one note, or are entities as they stand', () => {
    const noted = (one: Expected) => [items.get(key(one.file, one.doc))].some((item) => item && isNote(item))
    expect(all.filter((one) => one.class !== 'entity' && !one.valid && !noted(one))).toEqual([])
    expect(all.filter((one) => one.class === 'entity' && noted(one))).toEqual([])
  })

  test('AI resources and MCP servers are valid', () => {
    const ours = [...items.values()].filter(({ file }) => /examples__(ai-resources|mcp-server-api)\.yaml$/.test(file))
    expect(ours.length).toBeGreaterThan(1)
    expect(ours.filter(({ valid, problems }) => !valid || problems.length > 0)).toEqual([])
  })

  test('a placeholder whose file is not there is a warning', () => {
    const unread = [...items.values()].filter(({ problems }) =>
      problems.some(({ code }) => code === 'placeholder-unreadable'),
    )
    expect(unread.length).toBeGreaterThan(5)
    expect(unread.filter(({ valid }) => !valid)).toEqual([])
  })

  /** Kinds and placeholders that this portal accepts and the reference does not know by itself. */
  function isExempt({ file, doc }: Expected): boolean {
    const { value = {} } = parseDocuments(readFileSync(join(catalog, file), 'utf8')).documents[doc] ?? {}
    const type = valueAt(value, ['spec', 'type'])
    const foreignPlaceholder = /"\$(?!text|json|yaml|ref)\w+":"/.test(JSON.stringify(value))
    return value.kind === 'AiResource' || (value.kind === 'API' && type === 'mcp-server') || foreignPlaceholder
  }
})

const templates = join(corpus, 'templates')
const there = existsSync(templates)

describe.skipIf(!there)(`the public templates of ${templates}${there ? '' : ' (skipped: not there)'}`, () => {
  let items: Item[] = []
  beforeAll(async () => {
    items = await itemsOf(templates)
  })

  test('every template of the third beta is valid, every skeleton and foreign manifest gets one note', () => {
    const old = (item: Item) => item.problems.some(({ code }) => code === 'unknown-api-version')
    expect(items.filter((item) => !item.valid && !isNote(item) && !old(item))).toEqual([])
    expect(items.filter(({ ref, valid }) => valid && ref?.startsWith('template:')).length).toBeGreaterThan(40)
  })

  test('every file is answered for, and every problem has its place', () => {
    expect(new Set(items.map(({ file }) => file))).toEqual(new Set(yamlIn(templates)))
    expect(unexplained(items)).toEqual([])
  })
})
