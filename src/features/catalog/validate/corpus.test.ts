import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { valueAt } from '../model/json-value.ts'
import { builtinKinds, kindMap } from '../model/kinds.ts'
import { parseDocuments } from '../model/parse.ts'
import type { CheckedFile } from './checked-file.ts'
import { checkFiles } from './command.ts'
import { jsonReport } from './json-report.ts'

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

type Item = Omit<Expected, 'doc' | 'class'> & { doc: number | null; problems: { severity: string; code: string }[] }

const yamlIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name))

const catalog = join(corpus, 'catalog')
const present = existsSync(join(catalog, 'EXPECTED.json'))

describe.skipIf(!present)(`the public files of ${catalog}${present ? '' : ' (skipped: not there)'}`, () => {
  const all: Expected[] = present ? JSON.parse(readFileSync(join(catalog, 'EXPECTED.json'), 'utf8')) : []
  const items = new Map<string, Item>()
  const key = (file: string, doc: number | null) => `${basename(file)} ${doc}`
  beforeAll(async () => {
    const report: Item[] = JSON.parse(jsonReport(await checkFiles(yamlIn(catalog), kinds)))
    for (const item of report) items.set(key(item.file, item.doc), item)
  })

  test('every entity has the validity, reference and relations that the reference gives it', () => {
    const expected = all.filter((one) => one.class === 'entity' && !isExempt(one))
    const pick = ({ valid, ref, relations }: Pick<Expected, 'valid' | 'ref' | 'relations'>) => ({
      valid,
      ref,
      relations,
    })
    const wrong = expected.flatMap((one) => {
      const ours = items.get(key(one.file, one.doc))
      const theirs = pick(one)
      return ours && JSON.stringify(pick(ours)) === JSON.stringify(theirs) ? [] : [{ at: one.file, ours, theirs }]
    })
    expect(wrong).toEqual([])
    expect(expected.length).toBeGreaterThan(500)
  })

  test('every entity that is invalid says why, and every one that is valid has no error', () => {
    const wrong = all
      .filter((one) => one.class === 'entity')
      .map((one) => items.get(key(one.file, one.doc)))
      .filter((item) => item?.valid === item?.problems.some(({ severity }) => severity === 'error'))
    expect(wrong).toEqual([])
  })

  test('skeletons and foreign manifests get one note, or are entities as they stand', () => {
    const wrong = all
      .filter((one) => one.class !== 'entity' && !one.valid)
      .map((one) => items.get(key(one.file, one.doc)))
      .filter((item) => item?.problems.length !== 1 || !/^(skeleton|foreign)/.test(item.problems[0]?.code ?? ''))
    expect(wrong).toEqual([])
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
  let files: CheckedFile[] = []
  beforeAll(async () => {
    files = await checkFiles(yamlIn(templates), kinds)
  })

  test('every template of the third beta is valid, and every other document says what it is', () => {
    expect(files.length).toBeGreaterThan(60)
    const silent = files.filter(({ documents, problems }) => documents.length === 0 && problems.length === 0)
    expect(silent).toEqual([])
    const invalid = files.flatMap(({ file, documents }) =>
      documents.filter(({ valid }) => !valid).map(({ problems }) => ({ file, problems })),
    )
    const old = /which does not exist for the kind Template/
    const wrong = invalid.filter(({ problems }) => {
      const [first] = problems.filter(({ severity }) => severity === 'error')
      const noted = problems.some(({ code }) => code === 'skeleton' || code === 'foreign-manifest')
      return !noted && !problems.some(({ message }) => old.test(message)) && first !== undefined
    })
    expect(wrong).toEqual([])
    expect(invalid.filter(({ problems }) => problems.length === 0)).toEqual([])
  })
})
