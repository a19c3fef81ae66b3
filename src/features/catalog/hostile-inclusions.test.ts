import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Entity } from '../../api/entity.ts'
import { createLog } from '../../platform/log.ts'
import { type TestPortal, type TestPortalOptions, testPortal } from '../../testing/index.ts'
import type { UnfinishedDocument } from './finished-document.ts'
import { entity } from './fixtures/shop.ts'
import { createParser } from './parser.ts'

// Placeholders are written by strangers: what they may name is bounded, and a bad one costs its document alone.

let portal: TestPortal
const cleanup: (() => unknown)[] = []
const start = async (files: Record<string, string>, options: TestPortalOptions = {}) => {
  portal = await testPortal({ files, paths: ['**/catalog-info.yaml'], ...options })
  cleanup.push(() => portal.close())
}
afterEach(async () => {
  for (const clean of cleanup.splice(0)) await clean()
})

const api = (definition: unknown) =>
  entity({
    kind: 'API',
    name: 'orders',
    spec: { type: 'openapi', lifecycle: 'production', owner: 'payments', definition },
  })
const component = (spec: object) => entity({ name: 'cart', spec })

const all = <T>(statement: string) => portal.portal.db.read.all(statement) as unknown as T[]
const problems = () =>
  all<{ code: string; severity: string; field: string; message: string; hint: string }>(
    `select code, severity, field, message, hint from catalog_problems
      where message not like 'No group is called payments%' order by path, position, field`,
  )
const entities = async () => (await portal.get('/catalog.json?kind=all')).json<Entity[]>()
const spec = async (name: string) => (await entities()).find(({ metadata }) => metadata.name === name)?.spec

describe('what an author may not have', () => {
  const neighbour = entity({ name: 'neighbour' })
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
    .split('')
    .map((name, at) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[at]}`).join(',')}]\n`)
    .join('')}`

  const hostile: [key: string, target: string, reason: string][] = [
    ['$text', '../../etc/passwd', 'leads out of this source'],
    ['$text', 'a/../../../../../../etc/passwd', 'leads out of this source'],
    ['$text', '/etc/passwd', 'there is no file etc/passwd in its source'],
    ['$text', '//etc/passwd', 'there is no file etc/passwd in its source'],
    ['$text', '/../../etc/passwd', 'leads out of this source'],
    ['$text', '/link.txt', 'leads out of the source'],
    ['$text', '/linked/secret.txt', 'leads out of the source'],
    ['$text', '/folder', 'there is no file folder'],
    ['$text', '.', 'there is no file'],
    ['$text', '..', 'cannot be read'],
    ['$text', '/.git/config', 'there is no file .git/config'],
    ['$text', 'a\u0000b', 'cannot be read'],
    ['$text', '/large.txt', 'is larger than 10000000 bytes'],
    ['$yaml', '/large.txt', 'is larger than 10000000 bytes'],
    ['$json', '/deep.json', 'more than 100 levels'],
    ['$yaml', '/deep.json', 'more than 100 levels'],
    ['$yaml', '/bomb.yaml', 'more than 100000 values'],
    ['$yaml', '/cycle.yaml', 'is an alias of a value that contains it'],
    ['$json', '/proto.json', 'not allowed'],
    ['$json', '/broken.json', 'is not legal JSON at line 2, column 3'],
    ['$yaml', '/broken.yaml', 'is not legal YAML at line 1, column 4'],
    ['$yaml', '/two.yaml', 'holds 2 documents'],
    ['$yaml', '/empty.yaml', 'is empty'],
  ]

  test('is told at its place with a hint, never shown, and harms no neighbour', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'callboard-outside-'))
    cleanup.push(() => rmSync(outside, { recursive: true }))
    writeFileSync(join(outside, 'secret.txt'), 'SECRET')
    const documents = hostile.map(([key, target], at) => entity({ name: `n${at}`, spec: { extra: { [key]: target } } }))
    await start(
      {
        'x/catalog-info.yaml': neighbour + documents.join('') + api('inline'),
        'deep.json': '['.repeat(20_000) + ']'.repeat(20_000),
        'bomb.yaml': bomb,
        'cycle.yaml': 'a: &a\n  b: *a\n',
        'proto.json': '{"__proto__":{"a":1}}',
        'broken.json': '{\n  zebra\n}',
        'broken.yaml': 'a: "zebra\n',
        'two.yaml': 'a: 1\n---\nb: 2\n',
        'empty.yaml': '# nothing\n',
        'folder/x': '',
      },
      { begin: false },
    )
    writeFileSync(join(portal.folder, 'large.txt'), 'a: 1\n')
    truncateSync(join(portal.folder, 'large.txt'), 50_000_000)
    symlinkSync(join(outside, 'secret.txt'), join(portal.folder, 'link.txt'))
    symlinkSync(outside, join(portal.folder, 'linked'))
    mkdirSync(join(portal.folder, '.git'))
    writeFileSync(join(portal.folder, '.git/config'), 'SECRET')
    await portal.portal.begin()
    await portal.settled()
    expect((await entities()).map(({ metadata }) => metadata.name).sort()).toEqual(['neighbour', 'orders'])
    const found = problems()
    expect(found).toHaveLength(hostile.length)
    for (const [at, [key, target, reason]] of hostile.entries()) {
      const { message, ...problem } = found[at] ?? { message: '', hint: '' }
      expect([key, target, message]).toEqual([key, target, expect.stringContaining(reason)])
      expect(problem).toMatchObject({ code: 'placeholder-unreadable', severity: 'error', field: '["spec","extra"]' })
      expect(problem.hint).toMatch(/^[A-Z].{10,}[.?]$/)
      expect(message + problem.hint).not.toMatch(/zebra|SECRET/)
    }
    expect((await portal.get('/catalog/problems')).text).toContain('x/catalog-info.yaml:4')
  })

  test('more files than a document may name are one problem, and none is read', async () => {
    const many = Array.from({ length: 101 }, () => ({ $text: './a.txt' }))
    await start({ 'catalog-info.yaml': neighbour + component({ many }), 'a.txt': 'a' })
    expect(problems()).toMatchObject([{ code: 'placeholder-unreadable', field: '["spec","many",0]' }])
    expect(problems()[0]?.message).toContain('names more than 100 files')
    expect(await spec('neighbour')).toBeDefined()
    portal.write('catalog-info.yaml', component({ many: many.slice(1) }))
    await portal.crawl()
    expect(problems()).toEqual([])
    expect((await spec('cart'))?.many).toEqual(many.slice(1).map(() => 'a'))
  })

  test('a file that is named again and again fills a document only so far', async () => {
    const files = { 'catalog-info.yaml': '', 'big.txt': 'x'.repeat(400) }
    const twice = [{ $text: './big.txt' }, { $text: './big.txt' }]
    const four = [
      entity({ name: 'a', spec: { twice } }),
      ...'bcd'.split('').map((name) => entity({ name, spec: { twice } })),
    ]
    await start({ ...files, 'catalog-info.yaml': four.join('') }, { catalog: { maxFileBytes: 1000 } })
    expect((await entities()).map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c'])
    expect(problems()[0]?.message).toContain('this file would take more than 3000 bytes')
    portal.write('catalog-info.yaml', entity({ name: 'a', spec: { thrice: [...twice, { $text: './big.txt' }] } }))
    await portal.crawl()
    expect(
      problems().map(({ field, message }) => [
        field,
        message.includes('this document would take more than 1000 bytes'),
      ]),
    ).toEqual([['["spec","thrice",2]', true]])
  })

  test('large files of many documents come in portions, each with its own content', async () => {
    const names = Array.from({ length: 8 }, (_, at) => `n${at}`)
    const files = names.flatMap((name) => [
      [`${name}/catalog-info.yaml`, entity({ name, spec: { text: { $text: './big.txt' } } })],
      [`${name}/big.txt`, `${name} ${'x'.repeat(5_000_000)}`],
    ])
    await start(Object.fromEntries(files))
    expect(problems()).toEqual([])
    const found = all<{ name: string; text: string }>(
      "select name, substr(json_extract(entity, '$.spec.text'), 1, 2) as text from catalog_entities join catalog_documents using (number) order by name",
    )
    expect(found).toEqual(names.map((name) => ({ name, text: name })))
  })
})

test('content that takes too much memory to parse costs the documents that name it, and no others', async () => {
  const parser = createParser({ log: createLog('silent'), memory: 64 })
  cleanup.push(() => parser.close())
  const document = (name: string, use: number, key: string): UnfinishedDocument => ({
    position: 0,
    ref: `component:default/${name}`,
    value: {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: { name },
      spec: { type: 'service', lifecycle: 'production', owner: 'payments', extra: { [key]: './x' } },
    },
    problems: [],
    uses: [use],
  })
  const contents = [`[${'[],'.repeat(3_000_000)}[]]`, '{"a":1}'].map((text) => Buffer.from(text))
  const documents = [document('a', 1, '$json'), document('b', 0, '$json'), document('c', 1, '$text')]
  const found = await parser.finish({ documents, contents }, new AbortController().signal)
  expect(found.map(({ ref, entity }) => [ref, entity?.spec?.extra])).toEqual([
    ['component:default/a', { a: 1 }],
    ['component:default/b', undefined],
    ['component:default/c', '{"a":1}'],
  ])
  expect(found[1]?.problems).toMatchObject([{ code: 'file-too-hard', severity: 'error', path: ['spec', 'extra'] }])
})
