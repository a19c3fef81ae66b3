import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { SourceTree } from '../../api/source-tree.ts'
import { openFolder } from '../../platform/source/folder.ts'
import type { Crawler } from './crawler.ts'
import { cutAgain, cutAt, cutsOf, splitDocuments } from './model/chunks.ts'
import { createPlaces, type Places } from './places.ts'
import { createWrittenDocuments } from './written-documents.ts'

const folder = mkdtempSync(join(tmpdir(), 'callboard-written-'))
afterAll(() => rmSync(folder, { recursive: true }))

const signal = AbortSignal.timeout(60_000)
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const document = (name: string, more = '') =>
  `---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata:\n  name: ${name}\n  description: Zoë ${more}\nspec:\n  memberOf: []\n`
const row = (name: string, position: number) => ({
  ref: `user:default/${name}`,
  sourceId: 's',
  path: 'all.yaml',
  position,
})

/** Counts how often all of a file is read, and lets the last few whole files be forgotten. */
async function reader() {
  const tree: SourceTree = await openFolder(folder)
  const crawler = { tree: async () => tree } as unknown as Crawler
  const places = createPlaces(crawler, quiet)
  let whole = 0
  const counted: Places = {
    ...places,
    text(sourceId, path, signal) {
      whole += 1
      return places.text(sourceId, path, signal)
    },
  }
  const documents = createWrittenDocuments(crawler, counted)
  const line = async (name: string, position: number, blob: string) => {
    const found = await documents.of(row(name, position), blob, signal)
    return 'why' in found ? found.why : found.place(['metadata', 'name'])?.line
  }
  return { line, whole: () => whole }
}

/** A file that is too large to be kept whole. */
function large(count: number): string {
  const filler = 'é'.repeat(10_000)
  return Array.from({ length: count }, (_, index) => document(`u${index}`, filler)).join('')
}

test('a document of a large file is read alone once it is known where it stands', async () => {
  writeFileSync(join(folder, 'all.yaml'), `\ufeff${large(95)}${document('last')}`)
  const { line, whole } = await reader()
  const lines: unknown[] = []
  for (const at of [0, 1, 50]) lines.push(await line(`u${at}`, at, '1'))
  expect([lines, whole()]).toEqual([[5, 13, 405], 1])
  // Others of the same size take its place.
  for (const blob of ['2', '3', '4', '5']) await line('u0', 0, blob)
  const before = whole()
  expect(await line('u94', 94, '1')).toBe(94 * 8 + 5)
  expect(await line('last', 95, '1')).toBe(95 * 8 + 5)
  expect(whole()).toBe(before)
})

test('a file that has changed meanwhile is looked through as a whole', async () => {
  writeFileSync(join(folder, 'all.yaml'), large(95))
  const { line } = await reader()
  for (const blob of ['1', '2', '3', '4', '5']) expect(await line('u7', 7, blob)).toBe(61)
  writeFileSync(join(folder, 'all.yaml'), `# moved\n${large(95)}`)
  expect(await line('u7', 7, '6')).toBe(62)
  rmSync(join(folder, 'all.yaml'))
  expect(await line('u7', 7, '7')).toBe('gone')
})

test('what stands elsewhere when it is read in part is looked for in all of the file', async () => {
  writeFileSync(join(folder, 'all.yaml'), large(95))
  const { line } = await reader()
  for (const blob of ['1', '2', '3', '4', '5']) await line('u7', 7, blob)
  writeFileSync(join(folder, 'all.yaml'), `# written between two looks\n${large(95)}`)
  expect(await line('u7', 7, '1')).toBe(62)
})

test('cuts give the same documents again, whole and one by one', () => {
  const piece = fc.constantFrom(
    '---\n',
    '...\n',
    'a: ü\n',
    'b: "\u{1F600}"\n',
    '# c\n',
    '\n',
    '--- # d\n',
    'null\n',
    '\ufeff',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const file = pieces.join('')
      const chunks = splitDocuments(file)
      const cuts = cutsOf(file, chunks)
      const bytes = Buffer.from(file)
      const alone = chunks.map((_, position) => {
        const at = cutAt(cuts, position)
        return at?.chunk(bytes.subarray(at.from, at.from + at.bytes).toString())
      })
      expect([cutAgain(file, cuts), alone, cutAt(cuts, chunks.length)]).toEqual([chunks, chunks, undefined])
    }),
  )
})
