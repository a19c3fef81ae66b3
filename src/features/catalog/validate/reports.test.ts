import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { builtinKinds, kindMap } from '../model/kinds.ts'
import { type CheckedFile, checkFile, checkText } from './checked-file.ts'
import { excerpt, visible } from './excerpt.ts'
import { githubReport } from './github-report.ts'
import { humanReport } from './human-report.ts'
import { jsonReport } from './json-report.ts'

const folder = mkdtempSync(join(tmpdir(), 'callboard-reports-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function check(text: string, name = 'catalog-info.yaml'): Promise<CheckedFile> {
  const path = join(folder, name)
  writeFileSync(path, text)
  return { ...(await checkFile(path, kindMap(builtinKinds))), file: name }
}

const head = 'apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata:\n'
const group = (metadata: string, spec = '  type: team\n  children: []\n') => `${head}${metadata}spec:\n${spec}`

test('people read severity, code, place, lines, carets, form, remedy, patch and page, and a line that counts', async () => {
  const files = [await check(group('  name: two words\n'))]
  expect(humanReport(files, { colour: false })).toEqual([
    'error bad-name catalog-info.yaml:4:9',
    '  metadata.name is "two words", which is not a legal name',
    '    4 |   name: two words',
    '      |         ^^^^^^^^^',
    '  Expected: 1 to 63 letters, digits, "-", "_" or ".", beginning and ending with a letter or digit',
    '  Hint: Write for example two-words',
    '  Mended:',
    '    @@ -4 +4 @@',
    '    -  name: two words',
    '    +  name: two-words',
    '  See docs/problems.md#bad-name',
    '',
    '1 file, 1 document, 1 error, 0 warnings',
  ])
  const coloured = humanReport(files, { colour: true }).join('\n')
  expect(coloured).toContain('\u001b[31merror\u001b[0m')
  expect(stripVTControlCharacters(coloured)).toBe(humanReport(files, { colour: false }).join('\n'))
})

async function hunksOf(text: string): Promise<string> {
  const lines = humanReport([await check(text)], { colour: false })
  return lines
    .filter((line) => /^ {4}(@@|[-+])/.test(line))
    .map((line) => line.slice(4))
    .join('\n')
}

test('a patch mends values, keys, empty values, items of lists and values of several lines', async () => {
  expect(await hunksOf(group('  name: 12 # twelve\n'))).toBe(
    '@@ -4 +4 @@\n-  name: 12 # twelve\n+  name: "12" # twelve',
  )
  expect(await hunksOf(group('  name: a\n  labels:\n    a b: c\n'))).toBe('@@ -6 +6 @@\n-    a b: c\n+    a-b: c')
  expect(await hunksOf(group('  name: a\n', '  type: team\n  children: # none\n'))).toBe(
    '@@ -7 +7 @@\n-  children: # none\n+  children: [] # none',
  )
  expect(await hunksOf(group('  name: a\n  tags:\n    - PDF\n'))).toBe('@@ -6 +6 @@\n-    - PDF\n+    - pdf')
  expect(await hunksOf(group('  name: a\n', '  type:\n    - team\n  children: []\n'))).toBe(
    '@@ -7 +7 @@\n-    - team\n+    "team"',
  )
})

test('no patch is shown where the mended text is not certain', async () => {
  expect(await hunksOf(group('  name: "?"\n'))).toBe('')
})

test('carets stand below what they mean, past tabs, wide characters and far to the right', () => {
  const at = (line: string, column: number, endColumn: number) =>
    excerpt([line], { line: 1, column, endLine: 1, endColumn })
  expect(at('a:\tb c', 4, 7)).toEqual(['1 | a:\tb c', '  |   \t^^^'])
  expect(at('潮位: x', 5, 6)).toEqual(['1 | 潮位: x', '  |       ^'])
  expect(at('e\u0301: x', 5, 6)).toEqual(['1 | e\u0301: x', '  |    ^'])
  expect(at('a', 2, 2)).toEqual(['1 | a', '  |  ^'])
  const [line = '', carets = ''] = at(`${'x'.repeat(500)}yz${'x'.repeat(500)}`, 501, 503)
  expect(line.length).toBeLessThan(140)
  expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('yz')
  expect(excerpt(['a'], { line: 3, column: 1, endLine: 3, endColumn: 2 })).toEqual([])
  const long = Array.from({ length: 50 }, (_, index) => `line ${index}`)
  expect(excerpt(long, { line: 9, column: 1, endLine: 40, endColumn: 3 })).toHaveLength(8)
})

test('what a file holds cannot steer the terminal', async () => {
  const file = await check(group('  name: "a\\e[31m" # \u001b[31m \u202e\n'), 'es\u001bc.yaml')
  const text = humanReport([file], { colour: false }).join('\n')
  expect(text).not.toContain('\u001b')
  expect(text).not.toContain('\u202e')
  expect(text).toContain('bad-name')
  expect(visible('a\tb\u0000c')).toBe('a\tb·c')
})

test('programs get one item a document, and one for the file if something is to be said about it', async () => {
  const text = `${group('  name: a\n')}---\n${group('  name: b c\n')}`
  const items = JSON.parse(jsonReport([await check(text.replaceAll('\n', '\r\n'))]))
  expect(items.map(({ doc, ref, valid }: { doc: number; ref: string; valid: boolean }) => [doc, ref, valid])).toEqual([
    [0, 'group:default/a', true],
    [1, 'group:default/b c', false],
    [null, null, true],
  ])
  expect(Object.keys(items[1])).toEqual(['file', 'doc', 'ref', 'valid', 'relations', 'problems'])
  expect(items[1].problems).toEqual([
    {
      severity: 'error',
      code: 'bad-name',
      path: 'metadata.name',
      line: 12,
      column: 9,
      endLine: 12,
      endColumn: 12,
      message: 'metadata.name is "b c", which is not a legal name',
      hint: 'Write for example b-c',
    },
  ])
  expect(JSON.parse(jsonReport([]))).toEqual([])
})

test('GitHub gets workflow commands in which nothing of the file can begin another', async () => {
  const file = await check(group('  name: "50%: a,b\\n::error::x"\n'), 'a,b:c%.yaml')
  const [line = '', last, ...more] = githubReport([file])
  expect(line).toMatch(/^::error file=a%2Cb%3Ac%25\.yaml,line=4,col=9,endLine=4,endColumn=31,title=/)
  expect(line).toContain(',title=The name is malformed (bad-name)::metadata.name is "50%25: a,b\\n::error::x"')
  expect(line).toContain('%0AExpected: 1 to 63')
  expect(line).not.toMatch(/[\r\n]/)
  expect([last, ...more]).toEqual(['1 file, 1 document, 1 error, 0 warnings'])
})

test('whatever is in a file, each format can say it', async () => {
  const pieces = [
    'name: ',
    '- ',
    '\t',
    '"',
    '[',
    '{',
    ': ',
    '&a ',
    '*a',
    '\n',
    '\r\n',
    '  ',
    '---\n',
    '\ufeff',
    '💧',
    '#',
  ]
  const piece = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 3 }))
  const metadata = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''))
  const kinds = kindMap(builtinKinds)
  await fc.assert(
    fc.asyncProperty(metadata, async (text) => {
      const file = await checkText('a.yaml', group(`  name: a\n  tags: ${text}`), kinds)
      expect(humanReport([file], { colour: true }).join('')).not.toContain('undefined')
      expect(githubReport([file]).every((line) => !/[\r\n]/.test(line))).toBe(true)
      const items: { doc: number | null; problems: { line: number; endLine: number }[] }[] = JSON.parse(
        jsonReport([file]),
      )
      const places = items.flatMap(({ problems }) => problems)
      const last = file.text.split('\n').length
      expect(places.filter(({ line, endLine }) => line < 1 || endLine < line || endLine > last)).toEqual([])
    }),
    { numRuns: 500 },
  )
})
