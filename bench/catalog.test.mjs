import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { countEntities, writeCatalog } from './catalog.mjs'

let folder

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-catalog-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function read(file) {
  return parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS()
  })
}

test('a thousand components make 2 100 entities in files of at most 500, all named by one Location', () => {
  expect(writeCatalog(folder, { components: 1000 })).toBe(2100)
  expect(countEntities(folder)).toBe(2100)
  const files = readdirSync(folder).filter((file) => file !== 'all.yaml')
  const [location] = read('all.yaml')
  expect(location.spec.targets).toEqual(expect.arrayContaining(files.map((file) => `./${file}`)))
  const entities = files.flatMap((file) => {
    const inFile = read(file)
    expect(inFile.length).toBeLessThanOrEqual(500)
    return inFile
  })
  const names = new Set(entities.map((entity) => `${entity.kind}:${entity.metadata.name}`.toLowerCase()))
  expect(names.size).toBe(2100)
  for (const { kind, spec } of entities) {
    for (const [field, target] of [
      ['owner', 'group'],
      ['system', 'system'],
      ['domain', 'domain'],
      ['parent', 'group'],
    ]) {
      if (spec[field] !== undefined) expect(names).toContain(`${target}:${spec[field]}`)
    }
    if (kind === 'Component') for (const ref of spec.dependsOn) expect(names).toContain(ref)
  }
})

test('the same size gives the same files', () => {
  writeCatalog(join(folder, 'a'), { components: 60 })
  writeCatalog(join(folder, 'b'), { components: 60 })
  const files = readdirSync(join(folder, 'a'))
  expect(files.length).toBeGreaterThan(7)
  for (const file of files) {
    expect(readFileSync(join(folder, 'a', file), 'utf8')).toBe(readFileSync(join(folder, 'b', file), 'utf8'))
  }
})

test('a single component makes a catalog too', () => {
  const count = writeCatalog(folder, { components: 1 })
  expect(countEntities(folder)).toBe(count)
})
