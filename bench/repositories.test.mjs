import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import {
  changeRepository,
  commitsOf,
  entityOf,
  importStream,
  repositoryNames,
  writeRepositories,
} from './repositories.mjs'

let folder

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-repositories-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const git = (root, name, ...args) => execFileSync('git', [`--git-dir=${join(root, name)}.git`, ...args]).toString()
const entitiesIn = (root, name) =>
  parseAllDocuments(git(root, name, 'show', 'main:catalog-info.yaml')).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS()
  })

test('each repository is sound, has several commits, and its entities; together as many as is said', async () => {
  const { names, entities } = await writeRepositories(folder, { count: 14 })
  expect(names).toHaveLength(14)
  const found = names.flatMap((name) => {
    git(folder, name, 'fsck', '--strict')
    expect(Number(git(folder, name, 'rev-list', '--count', 'main'))).toBeGreaterThanOrEqual(3)
    expect(git(folder, name, 'ls-tree', '-r', '--name-only', 'main')).toContain('README.md')
    return entitiesIn(folder, name)
  })
  expect(found).toHaveLength(entities)
  const refs = new Set(found.map(({ kind, metadata }) => `${kind}:${metadata.name}`.toLowerCase()))
  expect(refs.size).toBe(entities)
  for (const { spec } of found) {
    if (spec.owner) expect(refs).toContain(`group:${spec.owner}`)
    for (const ref of spec.dependsOn ?? []) expect(refs).toContain(ref)
    for (const name of spec.providesApis ?? []) expect(refs).toContain(`api:${name}`)
  }
  const owned = names.filter((name) => git(folder, name, 'ls-tree', '-r', 'main').includes('CODEOWNERS'))
  expect(owned.length).toBeGreaterThan(0)
  expect(owned.length).toBeLessThan(names.length)
})

test('the same number gives the same commits', async () => {
  const { names } = await writeRepositories(join(folder, 'a'), { count: 5 })
  await writeRepositories(join(folder, 'b'), { count: 5 })
  const heads = (root) => names.map((name) => git(join(folder, root), name, 'rev-parse', 'main'))
  expect(heads('b')).toEqual(heads('a'))
  expect(new Set(heads('a')).size).toBe(5)
})

test('a change is one more commit, which touches the description alone', async () => {
  const { names } = await writeRepositories(folder, { count: 3 })
  const [before] = entitiesIn(folder, names[1])
  const commits = git(folder, names[1], 'rev-list', '--count', 'main')
  const description = await changeRepository(folder, names, names[1], 7)
  const [after] = entitiesIn(folder, names[1])
  expect(after).toEqual({ ...before, metadata: { ...before.metadata, description } })
  expect(Number(git(folder, names[1], 'rev-list', '--count', 'main'))).toBe(Number(commits) + 1)
  expect(git(folder, names[1], 'diff', '--name-only', 'main~1', 'main').trim()).toBe('catalog-info.yaml')
  expect(entityOf(names[1])).toBe(`/catalog/default/component/${after.metadata.name}`)
})

test('repositories are in groups of a hundred, and not all alike', () => {
  const names = repositoryNames(250)
  expect(names.filter((name) => name.startsWith('area-1/'))).toHaveLength(100)
  expect(new Set(names).size).toBe(250)
  const lengths = new Set(names.map((_, index) => commitsOf(names, index, 1).length))
  expect(lengths.size).toBeGreaterThan(3)
})

test('what git reads counts bytes, not letters', () => {
  const commit = { message: 'Größe', author: 'Anna Ahrens', at: 1, files: { 'a.md': 'é' } }
  expect(importStream([commit])).toContain('data 7\nGröße\n')
  expect(importStream([commit])).toContain('M 100644 inline a.md\ndata 2\né\n')
  expect(importStream([commit], { onto: 'refs/heads/main^0' })).toContain('from refs/heads/main^0\n')
})
