import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase, type PortalDatabase } from '../../../platform/db/open.ts'
import { createInterned, dropUnused, type Interned } from './interned.ts'

// References and terms are kept once, with a number; and a database from before that loses nothing on its way.

let folder: string
let db: PortalDatabase
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-numbers-'))
  db = await openDatabase({ file: join(folder, 'portal.sqlite') })
  await migrate('0000_create')
  await migrate('0001_inclusions')
})
afterEach(async () => {
  await db.close()
  rmSync(folder, { recursive: true })
})

const migrate = (name: string) =>
  db.write((tx) => {
    const file = new URL(`../../../../migrations/catalog/${name}.sql`, import.meta.url)
    for (const statement of readFileSync(file, 'utf8').split('--> statement-breakpoint')) tx.run(sql.raw(statement))
  })
const all = <T>(statement: string) => db.read.all(sql.raw(statement)) as unknown as T[]
const run = (statement: string) => db.write((tx) => void tx.run(sql.raw(statement)))

const insertEntity = (id: string, ref: string, text: string) =>
  run(`insert into catalog_entities (id, uid, ref, kind, namespace, name, tags, sort_name, haystack, etag, source_id,
    path, position, stale, created_at, changed_at, entity)
    values ('${id}', 'u', '${ref}', 'component', 'default', '${id}', '[]', '', '', '', 's', 'a.yaml', 0, 0, 1, 2, '${text}')`)

test('an older database keeps its entities, relations and facets', async () => {
  await insertEntity('a', 'component:default/a', '{"kind":"Component"}')
  await insertEntity('b', 'component:default/b', '{}')
  await run(`insert into catalog_relations values
    ('component:default/a', 'dependsOn', 'resource:default/gone', 'component:default/a', 1, '["spec","dependsOn",0]'),
    ('resource:default/gone', 'dependencyOf', 'component:default/a', 'component:default/a', 0, '["spec","dependsOn",0]'),
    ('component:default/b', 'derived', 'component:default/a', 'component:default/b', 1, '[]')`)
  await run(`insert into catalog_facets values ('metadata.tags', 'java', 'a', 'Java'), ('metadata.tags', 'java', 'b', 'java'),
    ('spec.definition', char(0) || 'long', 'a', null)`)
  const relations = all('select * from catalog_relations order by 1, 2')

  await migrate('0002_numbers')

  expect(all('select * from catalog_relations order by 1, 2')).toEqual(relations)
  expect(
    all(`select id, entity, changed_at from catalog_entities join catalog_documents using (number) order by id`),
  ).toEqual([
    { id: 'a', entity: '{"kind":"Component"}', changed_at: 2 },
    { id: 'b', entity: '{}', changed_at: 2 },
  ])
  const facets = `select e.id, t.key, t.value, t.display from catalog_facets f
    join catalog_terms t on t.id = f.term join catalog_entities e on e.number = f.entity order by 1, 2`
  expect(all(facets)).toEqual([
    { id: 'a', key: 'metadata.tags', value: 'java', display: 'Java' },
    { id: 'a', key: 'spec.definition', value: '\u0000long', display: null },
    { id: 'b', key: 'metadata.tags', value: 'java', display: 'java' },
  ])
  const listed = `select d.number, t.value from catalog_documents d, json_each(d.terms) t order by 1, 2`
  expect(all(listed)).toEqual(all('select entity as number, term as value from catalog_facets order by 1, 2'))
})

test('the same reference and the same term have the same number, also in another run', async () => {
  await migrate('0002_numbers')
  const term = { key: 'metadata.tags', value: 'java', display: 'Java' }
  const ask = (interned = createInterned()) =>
    db.write((tx) => ({
      numbers: interned.numbersOf(tx, ['group:default/a', 'group:default/b', 'group:default/a']),
      terms: interned.termsOf(tx, [
        [term, { ...term, display: 'java' }],
        [{ ...term, value: null, display: null }, term],
      ]),
    }))
  const first = await ask()
  expect([...first.numbers.values()]).toEqual([1, 2])
  expect(first.terms).toEqual([
    [1, 2],
    [3, 1],
  ])
  expect(await ask()).toEqual(first)
  expect(all('select count(*) as n from catalog_terms')).toEqual([{ n: 3 }])
})

test('what was forgotten after a rollback is stored again', async () => {
  await migrate('0002_numbers')
  const interned = createInterned()
  const failing = db.write((tx) => {
    interned.numbersOf(tx, ['group:default/a'])
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  interned.forget()
  await db.write((tx) => void interned.numbersOf(tx, ['group:default/a']))
  expect(all('select ref from catalog_refs')).toEqual([{ ref: 'group:default/a' }])
})

test('a term that another reading stored meanwhile is found, also by one that began with none', async () => {
  await migrate('0002_numbers')
  const [one, other] = [createInterned(), createInterned()]
  const tag = (value: string) => ({ key: 'metadata.tags', value, display: value })
  const ask = (interned: Interned, ...values: string[]) =>
    db.write((tx) => interned.termsOf(tx, [values.map(tag)]).flat())
  expect(await ask(one, 'java', 'go')).toEqual([1, 2])
  expect(await ask(other, 'rust', 'go')).toEqual([3, 2])
  expect(await ask(one, 'rust', 'java', 'kotlin')).toEqual([3, 1, 4])
  expect(await ask(other, 'kotlin')).toEqual([4])
  expect(all('select display from catalog_terms order by id')).toEqual(
    ['java', 'go', 'rust', 'kotlin'].map((display) => ({ display })),
  )
})

test('a term that was dropped or rolled back is stored again', async () => {
  await migrate('0002_numbers')
  const interned = createInterned()
  const ask = () =>
    db.write((tx) => interned.termsOf(tx, [[{ key: 'metadata.tags', value: 'java', display: 'Java' }]]).flat())
  await ask()
  await db.write((tx) => void dropUnused(tx, 0))
  expect(all('select display from catalog_terms')).toEqual([])
  expect(await ask()).toEqual([1])
  await db.write((tx) => void dropUnused(tx, 0))
  const failing = db.write((tx) => {
    interned.termsOf(tx, [[{ key: 'metadata.tags', value: 'go', display: 'go' }]])
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  interned.forget()
  expect(await ask()).toEqual([1])
  expect(all('select display from catalog_terms')).toEqual([{ display: 'Java' }])
})

test('what nothing holds any more is dropped, batch by batch, and what is held stays', async () => {
  await migrate('0002_numbers')
  const wanted = Array.from({ length: 4_500 }, (_, index) => ({
    key: 'metadata.name',
    value: `n${index}`,
    display: `n${index}`,
  }))
  await db.write((tx) => {
    const interned = createInterned()
    const [terms = []] = interned.termsOf(tx, [wanted])
    const numbers = interned.numbersOf(tx, ['group:default/held', 'group:default/loose'])
    tx.run(sql`insert into catalog_facets values (${terms[4_321]}, 1)`)
    tx.run(sql`insert into catalog_edges values (7, 'ownedBy', ${numbers.get('group:default/held')}, null, '[]')`)
  })
  let steps = 0
  for (let at: number | undefined = 0; at !== undefined; steps++) {
    const from: number = at
    at = await db.write((tx) => dropUnused(tx, from))
  }
  expect(steps).toBe(3)
  expect(all('select value from catalog_terms')).toEqual([{ value: 'n4321' }])
  expect(all('select ref from catalog_refs')).toEqual([{ ref: 'group:default/held' }])
})
