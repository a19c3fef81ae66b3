import { sql } from 'drizzle-orm'
import { afterEach, expect, test } from 'vitest'
import { organisation, type TestPortal, testPortal } from '../../../testing/index.ts'
import { entity } from '../fixtures/shop.ts'
import { type Group, groups, ListAddress, readQuery } from '../query.ts'
import { entities } from '../schema.ts'
import { catalogService } from '../service.ts'
import type { Counts } from './list.ts'
import { createTally } from './tally.ts'

// What is kept in memory to count by is what a count of the rows themselves comes to, whatever happens to them.

let portal: TestPortal
afterEach(() => portal.close())

interface Row {
  number: number
  ref: string
  tags: string
  errors: number
  warnings: number
  orphaned: number
  haystack: string
  values: Record<Exclude<Group, 'tag'>, string | null>
}

function rows(): Row[] {
  const found = portal.portal.db.read.all(
    'select *, orphaned_at is not null as orphaned from catalog_entities',
  ) as unknown as (Row & Row['values'])[]
  return found.map((row) => ({ ...row, values: row }))
}

const valuesOf = (row: Row, group: Group): string[] =>
  group === 'tag'
    ? (JSON.parse(row.tags) as string[]).map((tag) => tag.toLowerCase())
    : [row.values[group] ?? []].flat()

type Question = Partial<Record<Group, string[]>> & { q?: string; problems?: 'any' | 'error'; orphan?: string }

/** One row after the other, as one reads the rules. */
function recount(question: Question, all = rows()): Counts {
  const fits = (row: Row, without?: Group | 'attention') =>
    groups.every((group) => {
      const chosen = question[group]?.filter((value) => value !== 'all')
      if (group === without || !chosen?.length) return true
      return valuesOf(row, group).some((value) => chosen.includes(value.toLowerCase()))
    }) &&
    (without === 'attention' ||
      !question.problems ||
      row.errors + (question.problems === 'any' ? row.warnings : 0) > 0) &&
    (without === 'attention' || !question.orphan || row.orphaned === 1) &&
    row.haystack.includes(question.q ?? '')
  const found = all.filter((row) => fits(row))
  const countOf = (group: Group) => {
    const sums = new Map<string, number>()
    for (const row of all.filter((row) => fits(row, group))) {
      for (const value of valuesOf(row, group)) sums.set(value, (sums.get(value) ?? 0) + 1)
    }
    const counted = [...sums].map(([value, count]) => ({ value, count }))
    return counted.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  }
  const attention = all.filter((row) => fits(row, 'attention'))
  return {
    total: found.length,
    owners: new Set(found.flatMap((row) => valuesOf(row, 'owner'))).size,
    groups: Object.fromEntries(groups.map((group) => [group, countOf(group)])) as Counts['groups'],
    problems: attention.filter((row) => row.errors + row.warnings > 0).length,
    orphans: attention.filter((row) => row.orphaned === 1).length,
  }
}

const questions: Question[] = [
  { kind: ['all'] },
  { kind: ['component'] },
  { kind: ['component', 'api'], type: ['service'] },
  { kind: ['all'], owner: ['group:default/payments'] },
  { kind: ['component'], tag: ['java', 'go'], lifecycle: ['production'] },
  { kind: ['all'], problems: 'any', owner: ['group:default/payments'] },
  { kind: ['component'], problems: 'error', type: ['website'] },
  { kind: ['all'], orphan: 'true', tag: ['go'] },
  { kind: ['component'], q: 'second' },
  { kind: ['all'], system: ['system:default/shop'], q: 'c', tag: ['java'] },
  { kind: ['nothing'] },
]
const queryOf = (question: Question) => readQuery(ListAddress.parse(question))

/** Asks before and after, so that what is remembered must follow. */
function check(): void {
  const service = portal.portal.services.use(catalogService, 'a test')
  const actor = { id: 'guest', kind: 'guest', name: 'Guest', groups: [] } as const
  for (const question of questions) {
    expect(service.list(actor, queryOf(question)).counts, JSON.stringify(question)).toEqual(recount(question))
  }
}

const component = (name: string, rest: { tags?: string[]; description?: string; spec?: object } = {}) =>
  entity({ name, description: name, tags: ['java'], ...rest })

const files = {
  'org.yaml': organisation,
  'shop.yaml': entity({ kind: 'System', name: 'shop', spec: { owner: 'payments' } }),
  'first.yaml': [
    component('c1', { tags: ['Java', 'go'], spec: { type: 'Service', system: 'shop' } }),
    component('c2', { spec: { type: 'website', owner: 'visitors', system: 'shop' } }),
    component('c3', { tags: [], spec: { lifecycle: 'experimental' } }),
  ].join(''),
  'second.yaml': [
    component('c4', { description: 'The second' }),
    component('c5', { spec: { dependsOn: ['component:gone'] } }),
    component('c1', { description: 'A rival' }),
  ].join(''),
  'api.yaml': entity({
    kind: 'API',
    name: 'cart',
    tags: ['go'],
    spec: { type: 'service', lifecycle: 'production', owner: 'payments', definition: 'x' },
  }),
}

test('counts follow what comes, changes, fails, is mended, moves and goes', async () => {
  let now = new Date('2026-11-21T10:00:00Z')
  portal = await testPortal({ files, now: () => now, catalog: { keepOrphans: '1d' } })
  check()
  const read = async () => {
    await portal.crawl()
    check()
  }
  portal.write('new.yaml', component('c6', { tags: ['rust'], spec: { type: 'tool', owner: 'user:ada' } }))
  await read()
  portal.write('new.yaml', component('c6', { tags: ['rust', 'go'], spec: { type: 'website', owner: 'visitors' } }))
  await read()
  portal.write('gone.yaml', component('gone'))
  await read()
  portal.write('api.yaml', 'kind: [')
  await read()
  portal.write('api.yaml', files['api.yaml'])
  await read()
  portal.remove('first.yaml')
  await read()
  now = new Date('2026-11-23T10:00:00Z')
  await read()
  expect(rows().map(({ ref }) => ref)).not.toContain('component:default/c3')
  portal.write('back.yaml', component('c3'))
  await read()
})

test('more than can be followed one by one is counted anew', async () => {
  portal = await testPortal({ files })
  check()
  const many = Array.from({ length: 2_100 }, (_, index) => component(`n${index}`, { tags: [`t${index % 7}`] }))
  portal.write('many.yaml', many.join(''))
  await portal.crawl()
  check()
  portal.write('many.yaml', component('n1'))
  await portal.crawl()
  check()
})

test('a scope leaves out what lies outside, and is told from others', async () => {
  portal = await testPortal({ files })
  const tally = createTally(portal.portal.db.read)
  const owned = (owner: string) => sql`${entities.owner} = ${owner}`
  for (const question of questions) {
    for (const owner of ['group:default/payments', 'group:default/visitors', 'group:default/nobody']) {
      const { counts, numbers } = tally.count(queryOf(question), owned(owner), owner)
      const seen = rows().filter((row) => row.values.owner === owner)
      expect(counts).toEqual(recount(question, seen))
      expect(numbers).toHaveLength(counts.total)
    }
  }
})

test('a change of which nothing was said is not seen, one that was is', async () => {
  portal = await testPortal({ files })
  const tally = createTally(portal.portal.db.read)
  const total = () => tally.count(queryOf({ kind: ['all'] }), undefined, '').counts.total
  const before = total()
  await portal.portal.db.write((tx) => tx.run(sql`delete from catalog_entities where ref = 'component:default/c4'`))
  expect(total()).toBe(before)
  tally.changed(['component:default/c4'])
  expect(total()).toBe(before - 1)
  // Its reference has gone as well: it cannot be told any more what that was.
  await portal.portal.db.write((tx) => {
    tx.run(sql`delete from catalog_entities where ref = 'component:default/c5'`)
    tx.run(sql`delete from catalog_refs where ref = 'component:default/c5'`)
  })
  tally.changed(['component:default/c5'])
  expect(total()).toBe(before - 2)
})

test('what is read ahead in pieces is the same, also where the catalog changes between two of them', async () => {
  const many = Array.from({ length: 3_500 }, (_, index) => component(`n${index}`, { tags: [`t${index % 7}`] }))
  portal = await testPortal({ files: { ...files, 'many.yaml': many.join('') } })
  const { db } = portal.portal
  const tally = createTally(db.read)
  let pauses = 0
  await tally.prepare(async () => {
    pauses++
    // One that was read already, and one that comes later.
    for (const name of [`n${pauses}`, `n${3_499 - pauses}`]) {
      await db.write((tx) => tx.run(sql`delete from catalog_entities where ref = ${`component:default/${name}`}`))
      tally.changed([`component:default/${name}`])
    }
  })
  expect(pauses).toBe(2)
  for (const question of questions) {
    expect(tally.count(queryOf(question), undefined, '').counts, JSON.stringify(question)).toEqual(recount(question))
  }
  await tally.prepare(() => Promise.reject(new Error('It is there already')))
})

test('who counts while it is being read ahead waits for none of it', async () => {
  const many = Array.from({ length: 2_000 }, (_, index) => component(`n${index}`))
  portal = await testPortal({ files: { ...files, 'many.yaml': many.join('') } })
  const tally = createTally(portal.portal.db.read)
  const question = { kind: ['component'] }
  let counted: Counts | undefined
  await tally.prepare(async () => {
    counted = tally.count(queryOf(question), undefined, '').counts
  })
  expect(counted).toEqual(recount(question))
})
