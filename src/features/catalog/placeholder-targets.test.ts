import { expect, test } from 'vitest'
import { PortalError } from '../../api/errors.ts'
import type { Provider } from '../../api/provider.ts'
import type { SourceTree, TreeEntry } from '../../api/source-tree.ts'
import { finishDocuments } from './finished-document.ts'
import { createInclusions } from './inclusions.ts'
import { builtinKinds, kindMap } from './model/kinds.ts'
import { placeholdersOf } from './model/placeholders.ts'
import type { ParsedFile } from './parser.ts'
import type { ReadUrl } from './placeholder-targets.ts'

// Where something else fetches addresses, or a source fails: what the parts do that no folder shows.

const kinds = kindMap(builtinKinds)
const address = 'https://example.com/openapi.yaml'
const signal = new AbortController().signal

function tree(files: Record<string, string>, failing?: Error): SourceTree {
  const entries = Object.entries(files).map(([path, text]): TreeEntry => ({ path, blob: text, size: text.length }))
  return {
    revision: '1',
    list: async () => entries,
    stat: async (path) => entries.find((entry) => entry.path === path),
    read: async (path) => {
      if (failing) throw failing
      return Buffer.from(files[path] ?? '')
    },
  }
}

function source(id: string, prefix?: string): Provider {
  return {
    id,
    title: id,
    type: 'test',
    paths: [],
    open: async () => tree({}),
    locationOf: (path) => `url:${prefix}${path}`,
    pathOf: (target) => (prefix && target.startsWith(prefix) ? target.slice(prefix.length) : undefined),
  }
}

interface Given {
  own?: SourceTree
  others?: readonly Provider[]
  treeOf?: (id: string) => Promise<SourceTree | undefined>
  readUrl?: ReadUrl
  maxFileBytes?: number
}

function inclusions({ own = tree({}), others = [], treeOf = async () => undefined, readUrl, ...given }: Given) {
  return createInclusions({
    provider: source('own'),
    tree: own,
    listing: { at: () => undefined, beside: () => [] },
    sources: others,
    treeOf,
    ...(readUrl && { readUrl }),
    kinds,
    maxFileBytes: given.maxFileBytes ?? 1000,
    signal,
    parser: { finish: async ({ documents, contents }) => finishDocuments(documents, contents, kinds) },
  })
}

function file(target: string): ParsedFile {
  const value = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'API',
    metadata: { name: 'a' },
    spec: { type: 'openapi', lifecycle: 'production', owner: 'x', definition: { $text: target } },
  }
  const { placeholders } = placeholdersOf(value)
  const document = { position: 0, ref: 'api:default/a', entity: undefined, problems: [], value, placeholders }
  return {
    path: 'catalog-info.yaml',
    blob: '1',
    parent: undefined,
    documents: [document],
    problems: [],
    unreadable: false,
  }
}

async function finished(given: Given, target: string): Promise<ParsedFile | undefined> {
  for await (const [first] of inclusions(given).finished([file(target)])) return first
  return undefined
}

const outdated = async (given: Given, inclusion: { sourceId: string | null; file: string; blob: string | null }) =>
  (
    await inclusions(given).outdated(
      new Map([
        ['a', { inclusions: [inclusion] }],
        ['b', {}],
      ]),
    )
  ).has('a')

test('an address that no source has is fetched by what is plugged in, within the limit', async () => {
  const asked: unknown[] = []
  const readUrl: ReadUrl = async (url, { maxBytes }) => {
    asked.push([url, maxBytes])
    return Buffer.from('fetched')
  }
  const found = await finished({ readUrl }, `url:${address}`)
  expect(asked).toEqual([[address, 1000]])
  expect(found?.documents[0]).toMatchObject({
    entity: { spec: { definition: 'fetched' } },
    fills: [{ path: ['spec', 'definition'], key: '$text', target: `url:${address}`, sourceId: null, file: address }],
  })
  expect(found?.inclusions).toMatchObject([
    { sourceId: null, file: address, blob: expect.stringMatching(/^[\da-f]{40}$/) },
  ])
})

test('what cannot be fetched is an error with its reason and its remedy', async () => {
  const readUrl: ReadUrl = async () => {
    throw new PortalError('forbidden', 'example.com may not be read', { hint: 'Allow it.' })
  }
  const found = await finished({ readUrl }, address)
  expect(found?.documents[0]).toMatchObject({
    entity: undefined,
    problems: [{ code: 'placeholder-unreadable', severity: 'error', hint: 'Allow it.' }],
  })
  expect(found?.documents[0]?.problems[0]?.message).toContain('example.com may not be read')
})

test('a file that cannot be read just now is an error, and is asked for again at the next reading', async () => {
  const own = tree({ 'x.txt': 'x' }, new Error('The disk is on fire'))
  const found = await finished({ own }, './x.txt')
  expect(found?.documents[0]?.entity).toBeUndefined()
  expect(found?.documents[0]?.problems[0]?.message).toContain('The disk is on fire')
  expect(found?.inclusions).toEqual([{ sourceId: 'own', file: 'x.txt', blob: null }])
  expect(await outdated({ own }, { sourceId: 'own', file: 'x.txt', blob: null })).toBe(true)
})

test('a source that cannot be opened is an error for what is new, and no reason to read again what is known', async () => {
  const others = [source('other', 'https://example.com/')]
  const treeOf = async () => {
    throw new PortalError('upstream', 'The server does not answer')
  }
  const found = await finished({ others, treeOf }, address)
  expect(found?.documents[0]?.problems[0]?.message).toContain('The server does not answer')
  const inclusion = { sourceId: 'other', file: 'openapi.yaml', blob: 'x' }
  expect(await outdated({ others, treeOf }, inclusion)).toBe(false)
  expect(await outdated({ others, treeOf: async () => tree({ 'openapi.yaml': 'x' }) }, inclusion)).toBe(false)
  expect(await outdated({ others, treeOf: async () => tree({ 'openapi.yaml': 'y' }) }, inclusion)).toBe(true)
  expect(await outdated({ others, treeOf: async () => tree({}) }, inclusion)).toBe(true)
})

test('an address that was refused is tried again when a source has it, or when something fetches', async () => {
  const refused = { sourceId: null, file: address, blob: null }
  expect(await outdated({}, refused)).toBe(false)
  expect(await outdated({ others: [source('other', 'https://example.com/')] }, refused)).toBe(true)
  expect(await outdated({ readUrl: async () => Buffer.from('') }, refused)).toBe(true)
  expect(await outdated({ readUrl: async () => Buffer.from('') }, { ...refused, blob: 'x' })).toBe(false)
})

test('what fills much memory comes in portions of a few files; what fills none comes as it is', async () => {
  const large: SourceTree = {
    ...tree({ 'a.txt': 'a' }),
    stat: async (path) => ({ path, blob: '1', size: 7_000_000 }),
  }
  const files = Array.from({ length: 5 }, () => file('./a.txt'))
  const sizes: number[] = []
  for await (const portion of inclusions({ own: large, maxFileBytes: 10_000_000 }).finished(files)) {
    sizes.push(portion.length)
  }
  expect(sizes).toEqual([2, 2, 1])
  const plain = [{ ...file('./a.txt'), documents: [] }]
  for await (const portion of inclusions({}).finished(plain)) expect(portion).toBe(plain)
})
