import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { builtinKinds, kindMap } from '../model/kinds.ts'
import { checkText } from './checked-file.ts'
import { type Mendable, patch, patchFile } from './patch.ts'
import { problemsOf } from './totals.ts'

const folder = mkdtempSync(join(tmpdir(), 'callboard-patches-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The text after `git apply`, which refuses a patch that does not fit. */
function applied(file: string, text: string, patchText: string, ...options: string[]): string {
  writeFileSync(join(folder, file), text)
  execFileSync('git', ['apply', ...options, '-'], { cwd: folder, input: patchText, stdio: ['pipe', 'pipe', 'pipe'] })
  return readFileSync(join(folder, file), 'utf8')
}

const empty = (from: number, to: number): Mendable => ({
  path: ['spec', 'children'],
  mended: '[]',
  place: { line: 1, column: from, endLine: 1, endColumn: to },
  empty: true,
})

test.each([
  ['children:', 'children: []'],
  ['children:   ', 'children: []   '],
  ['children: # none', 'children: [] # none'],
  ['children :', 'children : []'],
  ['children \t: # a: b', 'children \t: [] # a: b'],
])('an empty value is written behind the colon of its key: %j', (line, mended) => {
  expect(patch([line], empty(1, 9))).toEqual(['@@ -1 +1 @@', `-${line}`, `+${mended}`])
})

test('behind the colon of a key in quotes or in a list, and behind no other colon', () => {
  expect(patch(['"children":'], empty(1, 11)).at(-1)).toBe('+"children": []')
  expect(patch(['- children: # x: y'], empty(3, 11)).at(-1)).toBe('+- children: [] # x: y')
  expect(patch(['{ a: b, children: , c: d }'], empty(9, 17)).at(-1)).toBe('+{ a: b, children: [] , c: d }')
})

test('where no colon follows the key, and for an empty item of a list, there is no patch', () => {
  expect(patch(['? children'], empty(3, 11))).toEqual([])
  expect(patch(['{ children, a: b }'], empty(3, 11))).toEqual([])
  expect(patch(['- '], { ...empty(1, 2), path: ['metadata', 'tags', 0] })).toEqual([])
  expect(patch([], empty(1, 9))).toEqual([])
  expect(patchFile('a.yaml', '? children\n', empty(3, 11))).toBeNull()
})

const replace = (line: number, column: number, endColumn: number, mended: string): Mendable => ({
  path: ['metadata', 'name'],
  mended,
  place: { line, column, endLine: line, endColumn },
})

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1}`).join('\n')

test('a patch file holds three lines around the change, and git takes it', () => {
  const text = `${numbered(9)}\n`
  const mend = replace(5, 1, 5, 'five')
  const file = patchFile('shop/a b.yaml', text, mend)
  expect(file?.split('\n').slice(0, 4)).toEqual([
    '--- a/shop/a b.yaml',
    '+++ b/shop/a b.yaml',
    '@@ -2,7 +2,7 @@',
    ' line 2',
  ])
  const here = patchFile('a.yaml', text, mend) ?? ''
  expect(applied('a.yaml', text, here)).toBe(text.replace('line 5', 'five 5'))
})

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('at line %i of nine, with and without an end of the last line', (line) => {
  for (const text of [`${numbered(9)}\n`, numbered(9)]) {
    const file = patchFile('a.yaml', text, replace(line, 1, 5, 'mended')) ?? ''
    expect(applied('a.yaml', text, file)).toBe(text.replace(`line ${line}`, `mended ${line}`))
  }
})

test('of a file that begins with a byte order mark', () => {
  for (const line of [1, 2, 4, 5]) {
    const text = `\ufeff${numbered(9)}\n`
    const file = patchFile('a.yaml', text, replace(line, 1, 5, 'mended')) ?? ''
    expect(applied('a.yaml', text, file)).toBe(text.replace(`line ${line}`, `mended ${line}`))
  }
})

test('of a file with one line, and where one line becomes two', () => {
  for (const text of ['a: b\n', 'a: b']) {
    const file = patchFile('a.yaml', text, replace(1, 4, 5, 'c\nd: e')) ?? ''
    expect(applied('a.yaml', text, file)).toBe(text.replace('b', 'c\nd: e'))
  }
})

const broken = new URL('./broken/', import.meta.url)
const names = readdirSync(broken).filter((name) => name.endsWith('.yaml'))
const kinds = kindMap(builtinKinds)

test('every patch that is offered for the broken files fits, and takes its problem away', async () => {
  const seen: string[] = []
  for (const name of names) {
    const text = readFileSync(new URL(name, broken), 'utf8')
    const before = problemsOf(await checkText(name, text, kinds))
    for (const problem of before) {
      const file = patchFile(name, text, problem)
      if (file === null) continue
      const options = name.startsWith('crlf') ? ['--ignore-whitespace'] : []
      const after = problemsOf(await checkText(name, applied(name, text, file, ...options), kinds))
      const same = after.filter(({ code, path }) => code === problem.code && path.join() === problem.path.join())
      expect(same, `${name}: ${problem.code}\n${file}`).toEqual([])
      seen.push(problem.code)
    }
  }
  expect(new Set(seen).size).toBeGreaterThan(5)
})
