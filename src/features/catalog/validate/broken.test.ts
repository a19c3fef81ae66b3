import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { builtinKinds, kindMap } from '../model/kinds.ts'
import { problemCodes } from '../model/problem.ts'
import type { CheckedFile } from './checked-file.ts'
import { checkFiles } from './command.ts'

// Files with mistakes, and what must be said about each: document (or the file as a whole), severity, code, and from
// where to where, by line and column.

const expected: Record<string, string[]> = {
  'alias-cycle': ['0 error alias-cycle 6:12-6:18'],
  'anchors-and-aliases': ['0 error bad-name 4:15-4:25', '0 error bad-label-value 7:12-7:17'],
  'at-sign-value': ['0 error yaml-syntax 8:10-8:18'],
  'bad-api-version': ['0 error bad-api-version 1:13-1:35', '0 error unknown-api-version 1:13-1:35'],
  'bad-indent': ['0 error yaml-syntax 5:5-5:22'],
  'bad-kind': ['0 error bad-kind 2:7-2:19', '0 error unknown-kind 2:7-2:19'],
  'bad-labels': [
    '0 error bad-label-key 6:5-6:24',
    '0 error bad-label-key 7:5-7:17',
    '0 error bad-label-value 8:12-8:18',
    '0 error bad-annotation-key 10:5-10:16',
  ],
  'bad-links': [
    '0 error bad-link-url 6:12-6:33',
    '0 error bad-link-text 7:14-7:18',
    '0 warning unsafe-link-url 8:12-8:31',
    '0 error field-missing 9:7-9:24',
  ],
  'bad-names': ['0 error bad-name 4:9-4:22', '0 error bad-namespace 5:14-5:23'],
  'bad-references': [
    '0 error bad-reference 8:10-8:24',
    '0 error bad-reference 9:11-9:17',
    '0 error bad-reference 11:7-11:12',
    '0 error bad-reference 13:7-13:23',
    '0 error bad-reference 14:7-14:12',
    '0 error bad-reference 16:7-16:15',
  ],
  'bad-tags': [
    '0 error bad-tag 6:7-6:12',
    '0 error bad-tag 7:7-7:16',
    '0 error field-empty 8:7-8:9',
    '0 error wrong-type 9:7-9:8',
  ],
  'bare-line': ['0 error yaml-syntax 5:3-5:14'],
  'boolean-labels': ['0 error wrong-type 6:13-6:17', '0 error wrong-type 7:13-7:14'],
  'broken-neighbours': ['0 error yaml-syntax 6:10-6:15', '2 error yaml-syntax 26:10-26:14'],
  'byte-order-mark': ['0 error bad-name 4:9-4:19', 'file info byte-order-mark 1:1-1:1'],
  'colon-in-value': ['0 error yaml-syntax 5:16-5:38'],
  'crlf-byte-order-mark': [
    '0 error yaml-syntax 5:10-5:21',
    'file info byte-order-mark 1:1-1:1',
    'file info crlf-line-endings 1:1-1:1',
  ],
  crlf: ['0 error bad-name 4:9-4:19', 'file info crlf-line-endings 1:1-1:1'],
  'deep-nesting': ['0 error too-deep 5:108-5:212'],
  'defined-again': ['0 error defined-again 4:9-4:19'],
  'duplicate-key-twice': ['0 error duplicate-key 5:3-5:19', '0 error duplicate-key 8:5-8:15'],
  'duplicate-key': ['0 error duplicate-key 6:3-6:24'],
  'field-empty': ['0 error field-empty 8:10-8:12'],
  'foreign-manifest': ['0 info foreign-manifest 1:1-6:14'],
  'foreign-without-kind': ['0 info foreign-manifest 1:1-3:13'],
  'impossible-references': [
    '0 warning impossible-reference 8:10-8:28',
    '0 warning impossible-reference 10:7-10:26',
    '0 warning impossible-reference 11:7-11:13',
  ],
  'invalid-presence': ['0 error invalid-value 7:13-7:20'],
  'json-document': ['0 error bad-name 4:25-4:37', '0 error wrong-type 5:68-5:69'],
  'key-not-allowed': ['0 error key-not-allowed 6:5-6:14'],
  'key-too-long': ['0 error key-too-long 6:5-6:518'],
  'keys-differ-by-case': ['0 warning keys-differ-by-case 7:5-7:8'],
  'list-empty': ['0 error wrong-type 7:3-7:11'],
  'list-in-map': ['0 error yaml-syntax 5:3-5:22'],
  'list-of-entities': ['0 error root-not-object 1:1-4:21'],
  'long-label-key': ['0 error bad-label-key 6:5-6:69'],
  'metadata-list': ['0 error wrong-type 4:3-4:21'],
  'misplaced-fields': ['0 warning misplaced-field 9:3-9:14', '0 warning misplaced-field 11:3-11:8'],
  'missing-fields': ['0 error field-missing 5:1-5:5', '0 error field-missing 5:1-5:5'],
  'missing-separator-neighbours': ['1 error missing-separator 18:1-18:34', '2 error bad-name 30:9-30:18'],
  'missing-separator': ['0 error missing-separator 9:1-9:34'],
  'misspelt-field': ['0 error field-missing 5:1-5:5'],
  'more-problems': [
    ...Array.from({ length: 100 }, (_, index) => `0 error bad-tag ${index + 6}:7-${index + 6}:11`),
    '0 info more-problems 1:1-111:17',
  ],
  'multi-line-plain': ['0 error yaml-syntax 6:3-6:30'],
  'multi-line-text': ['0 error yaml-syntax 7:4-7:15'],
  'no-kind': ['0 error field-missing 1:1-1:11'],
  'no-metadata': ['0 error field-missing 1:1-1:11'],
  'no-remotes': ['0 error too-few-items 9:12-9:14'],
  'no-spec': ['0 error field-missing 1:1-1:11'],
  'number-name': ['0 error wrong-type 4:9-4:13'],
  'number-not-finite': ['0 warning number-not-finite 6:12-6:16'],
  'old-template': ['0 error unknown-api-version 1:13-1:33', '0 error field-missing 8:7-8:16'],
  'open-bracket': ['0 error yaml-syntax 5:9-5:22'],
  'open-quote': ['0 error yaml-syntax 5:10-5:21'],
  'owner-list': ['0 error wrong-type 9:5-9:14'],
  'percent-value': ['0 error yaml-syntax 5:16-5:35'],
  'placeholder-address': ['0 warning placeholder-unreadable 10:5-10:46'],
  'placeholder-broken-json': ['0 warning placeholder-unreadable 10:5-10:41'],
  'placeholder-broken-yaml': ['0 error placeholder-unreadable 10:5-10:37'],
  'placeholder-map': ['0 error wrong-type 10:5-10:32'],
  'placeholder-missing': ['0 warning placeholder-unreadable 10:5-10:31'],
  'placeholder-not-text': ['0 error placeholder-not-text 10:5-10:11'],
  'plain-text': ['0 error root-not-object 1:1-1:40'],
  'several-in-one': [
    '0 error bad-name 5:9-5:19',
    '0 error bad-tag 6:10-6:15',
    '0 error field-missing 7:1-7:5',
    '0 error bad-reference 9:10-9:18',
    '1 error wrong-type 15:20-15:22',
    '1 error bad-reference 19:18-19:28',
  ],
  'skeleton-statement': ['0 info skeleton 5:2-5:22'],
  skeleton: ['0 info skeleton 1:1-8:17'],
  'spec-text': ['0 error wrong-type 5:7-5:11'],
  'tab-after-colon': ['0 error bad-name 4:9-4:19'],
  'tab-indent': ['0 error yaml-syntax 5:1-5:20'],
  'template-without-steps': ['0 error wrong-type 7:3-7:8'],
  'text-for-list': ['0 error wrong-type 9:14-9:43', '0 warning impossible-reference 9:14-9:43'],
  'too-long': ['0 error too-long 9:18-9:519'],
  'too-many-aliases': ['0 error too-many-aliases 1:1-13:49'],
  'uneven-keys': ['0 error yaml-syntax 5:3-5:20'],
  'unicode-name': ['0 error bad-name 4:9-4:12', '0 error bad-tag 6:10-6:13'],
  'unknown-alias': ['0 error unknown-alias 8:10-8:18'],
  'unknown-api-version': ['0 error unknown-api-version 1:13-1:34'],
  'unknown-kind': ['0 error unknown-kind 2:7-2:16'],
  'unknown-root-fields': [
    '0 error unknown-field 9:1-9:5',
    '0 error unknown-field 10:1-10:12',
    '0 error computed-field 11:1-11:10',
  ],
  'unknown-tag': ['0 warning unknown-tag 5:10-5:16'],
  'value-empty': ['0 error wrong-type 8:3-8:8'],
}

/** What cannot be had from one small file in one folder: sources, several files, or the portal itself are needed. */
const ofPortal = [
  'file-too-hard',
  'target-not-found',
  'target-elsewhere',
  'target-folder',
  'target-outside',
  'kind-not-allowed',
  'defined-twice',
  'reference-not-found',
  'placeholder-elsewhere',
  'processing-failed',
  'many-removed',
]

const folder = join(import.meta.dirname, 'broken')
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => basename(name, '.yaml'))

const kinds = kindMap(builtinKinds)
const checked = new Map<string, CheckedFile>()
const large = mkdtempSync(join(tmpdir(), 'callboard-large-'))

beforeAll(async () => {
  for (const file of await checkFiles(
    names.map((name) => join(folder, `${name}.yaml`)),
    kinds,
  )) {
    checked.set(basename(file.file, '.yaml'), file)
  }
})
afterAll(() => rmSync(large, { recursive: true }))

function rowsOf(file: CheckedFile | undefined): string[] {
  const all = [...(file?.documents ?? []), { doc: 'file', problems: file?.problems ?? [] }]
  return all.flatMap(({ doc, problems }) =>
    problems.map(({ severity, code, place: { line, column, endLine, endColumn } }) => {
      return `${doc} ${severity} ${code} ${line}:${column}-${endLine}:${endColumn}`
    }),
  )
}

test('there are at least sixty broken files, each with its row', () => {
  expect(names.length).toBeGreaterThanOrEqual(60)
  expect(Object.keys(expected).sort()).toEqual([...names].sort())
})

test.each(Object.keys(expected))('%s', (name) => {
  expect(rowsOf(checked.get(name))).toEqual(expected[name])
})

test('every problem says what to do, and an error keeps its document out unless only its neighbour is to blame', () => {
  const documents = [...checked.values()].flatMap((file) => file.documents)
  const without = documents.flatMap(({ problems }) => problems).filter(({ message, hint }) => !message || !hint)
  expect(without).toEqual([])
  const wrong = documents.filter(({ valid, problems }) => {
    return valid === problems.some(({ severity, code }) => severity === 'error' && code !== 'defined-again')
  })
  expect(wrong.filter(({ problems }) => problems[0]?.severity !== 'info')).toEqual([])
})

test('limits of a whole file have their problems too', async () => {
  const files = {
    'long.yaml': `title: ${'x'.repeat(10 * 1024 * 1024)}\n`,
    'many.yaml': 'site_name: a\n---\n'.repeat(10_001),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(large, name), text)
  const [long, many, none, folderless] = await checkFiles(
    ['long.yaml', 'many.yaml', 'none.yaml', '.'].map((name) => join(large, name)),
    kinds,
  )
  expect(rowsOf(long)).toEqual(['file error file-too-large 1:1-1:1'])
  expect(rowsOf(many).filter((row) => row.startsWith('file'))).toEqual(['file error too-many-documents 1:1-1:1'])
  expect(many?.documents).toHaveLength(10_000)
  expect(rowsOf(none)).toEqual(['file error file-unreadable 1:1-1:1'])
  expect(rowsOf(folderless)).toEqual(['file error file-unreadable 1:1-1:1'])
})

test('every code that a file alone can have occurs', () => {
  const seen = new Set(Object.values(expected).flatMap((rows) => rows.map((row) => row.split(' ')[2])))
  const elsewhere = ['file-too-large', 'too-many-documents', 'file-unreadable', ...ofPortal]
  expect(Object.keys(problemCodes).filter((code) => !seen.has(code))).toEqual(
    Object.keys(problemCodes).filter((code) => elsewhere.includes(code)),
  )
})
