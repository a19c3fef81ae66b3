import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillPlaceholders } from './placeholder-files.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'callboard-placeholders-')))
const repository = join(folder, 'repository')
const file = join(repository, 'services/cart/catalog-info.yaml')

const files: Record<string, string> = {
  'outside.txt': 'not yours',
  'repository/.git/HEAD': '',
  'repository/shared.txt': 'shared',
  'repository/services/cart/readme.md': 'text with {{ marks }}',
  'repository/services/cart/map.json': '\ufeff{ "a": [1, { "b": null }] }',
  'repository/services/cart/map.yaml': 'a:\n  - 1\n',
  'repository/services/cart/list.yaml': '- 1\n',
  'repository/services/cart/nothing.yaml': '# nothing\n',
  'repository/services/cart/two.yaml': 'a: 1\n---\nb: 2\n',
  'repository/services/cart/deep.json': '['.repeat(5000) + ']'.repeat(5000),
  'repository/services/cart/broken.json': '{\n  "a": [1,\n  2,]\n}',
  'repository/services/cart/broken.yaml': 'a: 1\nb: "zebra\n',
}

beforeAll(() => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  symlinkSync(join(folder, 'outside.txt'), join(repository, 'services/cart/link.txt'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const fill = (placeholder: Record<string, string>) => fillPlaceholders({ spec: { definition: placeholder } }, file)

describe('what is there', () => {
  test.each([
    [{ $text: './readme.md' }, 'text with {{ marks }}'],
    [{ $text: '../../shared.txt' }, 'shared'],
    [{ $text: '/shared.txt' }, 'shared'],
    [{ $json: 'map.json' }, { a: [1, { b: null }] }],
    [{ $yaml: 'map.yaml' }, { a: [1] }],
    [{ $yaml: 'list.yaml' }, [1]],
  ])('%j is filled in', async (placeholder, value) => {
    const filled = await fill(placeholder)
    expect(filled.problems).toEqual([])
    expect(filled.value).toEqual({ spec: { definition: value } })
  })

  test('the given document stays as it is', async () => {
    const document = { spec: { definition: { $text: './readme.md' } } }
    await fillPlaceholders(document, file)
    expect(document).toEqual({ spec: { definition: { $text: './readme.md' } } })
  })
})

describe('what cannot be read is a warning at the placeholder', () => {
  test.each([
    ['none.txt', 'there is no such file'],
    ['.', 'it is not a file'],
    ['../../../outside.txt', 'it lies outside of'],
    ['/../outside.txt', 'it lies outside of'],
    ['/etc/hostname', 'there is no such file'],
    ['link.txt', 'it is a link that leaves'],
    ['https://example.com/a.txt', 'nothing is fetched'],
    ['file:///etc/hostname', 'nothing is fetched'],
    ['a\0b', 'null bytes'],
  ])('%s', async (target, reason) => {
    const { problems, value } = await fill({ $text: target })
    expect(value).toEqual({ spec: { definition: { $text: target } } })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({
      severity: 'warning',
      code: 'placeholder-unreadable',
      path: ['spec', 'definition'],
      message: expect.stringContaining(reason),
    })
  })
})

describe('what is there and malformed is an error with its place, and without a word of the file', () => {
  test.each([
    [{ $json: 'broken.json' }, 'is not legal JSON at line 3, column 5'],
    [{ $json: 'readme.md' }, 'is not legal JSON at line 1, column 1'],
    [{ $json: 'deep.json' }, 'more than 100 levels'],
    [{ $yaml: 'broken.yaml' }, 'is not legal YAML at line 2, column 4'],
    [{ $yaml: 'two.yaml' }, 'holds 2 documents'],
    [{ $yaml: 'nothing.yaml' }, 'is empty'],
  ])('%j', async (placeholder, reason) => {
    const { problems } = await fill(placeholder)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({
      severity: 'error',
      code: 'placeholder-unreadable',
      path: ['spec', 'definition'],
    })
    expect(problems[0]?.message).toContain(reason)
    expect(problems[0]?.message).not.toMatch(/zebra|marks/)
  })
})
