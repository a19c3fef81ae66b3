import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../platform/db/open.ts'
import { callboard, type Place, place, start, until } from './fixtures/command.ts'

// `kill -9` in the middle of reading: the next start completes what was begun, and nothing is there twice or half.

const entities = 600
const perFile = 10
const tries = 10

const document = (index: number) => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: c-${index}
  description: "${'words that make a file long '.repeat(120)}"
  tags: [t-${index % 7}, t-${index % 11}x]
spec:
  type: type-${index % 5}
  lifecycle: production
  owner: team-${index % 9}
  dependsOn: [component:c-${(index * 7) % entities}, component:c-${(index * 13 + 1) % entities}, resource:missing-${index % 3}]
`
const bad = `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: "not a name" }
`
const files = Object.fromEntries(
  Array.from({ length: entities / perFile }, (_, file) => [
    `catalog/f-${file}.yaml`,
    Array.from({ length: perFile }, (_, at) => document(file * perFile + at)).join('') + (file % 10 === 0 ? bad : ''),
  ]),
)

/** Everything that was read, without what differs between two portals: ids and times. */
async function contents(at: Place): Promise<Record<string, unknown[]>> {
  const db = await openDatabase({ file: join(at.dataDir, 'callboard.sqlite') })
  const all = (statement: string): unknown[] =>
    JSON.parse(JSON.stringify(db.read.all(statement)).replaceAll(new RegExp(at.root, 'gi'), '')) as unknown[]
  try {
    expect(await db.quickCheck()).toEqual([])
    return {
      entities: all(
        'select ref, kind, name, owner, type, path, position, errors, warnings, stale, orphaned_at from catalog_entities order by ref',
      ),
      candidates: all('select ref, path, position, stale from catalog_candidates order by ref, path'),
      relations: all(
        'select source_ref, type, target_ref, holder, declared, field from catalog_relations order by 1, 2, 3, 4',
      ),
      facets: all(
        `select key, value, ref from catalog_facets f join catalog_terms t on t.id = f.term
          join catalog_entities e on e.number = f.entity order by 1, 2, 3`,
      ),
      lostFacets: all(`select * from catalog_facets where entity not in (select number from catalog_entities)
        or term not in (select id from catalog_terms)`),
      changes: all('select ref, action, path, fields from catalog_changes order by ref, action'),
      problems: all(
        'select origin, path, position, ref, severity, code, field, message from catalog_problems order by path, position, code, field',
      ),
      files: all('select path, documents from catalog_files order by path'),
      sources: all('select state, settled, error from catalog_sources'),
    }
  } finally {
    await db.close()
  }
}

const count = (text: string) => Number(/callboard_catalog_entities\{kind="component"\} (\d+)/.exec(text)?.[1] ?? 0)
const isIdle = (text: string) => /^callboard_crawls_running 0$/m.test(text)

async function complete(at: Place): Promise<void> {
  const portal = await start(at)
  await until('every entity', async () => {
    const { text } = await portal.get('/metrics')
    return count(text) === entities && isIdle(text)
  })
  const { text } = await portal.get('/catalog')
  expect(text).toContain(`of ${entities}`)
  portal.child.kill('SIGTERM')
  expect(await portal.ended).toMatchObject({ code: 0 })
}

/** @returns how many entities were there when it was killed; 0 when it had read all of them before */
async function killInTheMiddle(at: Place): Promise<number> {
  const portal = await start(at)
  const seen = await until('some entities', async () => count((await portal.get('/metrics')).text))
  portal.child.kill('SIGKILL')
  expect(await portal.ended).toMatchObject({ signal: 'SIGKILL' })
  const { entities: there = [] } = await contents(at)
  expect(there.length).toBeGreaterThanOrEqual(seen)
  return there.length < entities ? there.length : 0
}

test('what was begun is completed by the next start, and is the same as if nothing had happened', {
  timeout: 180_000,
}, async () => {
  const undisturbed = place(files)
  await complete(undisturbed)
  const expected = await contents(undisturbed)
  expect(expected.entities).toHaveLength(entities)
  expect(expected.changes).toHaveLength(entities)

  let killed: Place | undefined
  for (let attempt = 0; attempt < tries && !killed; attempt++) {
    const at = place(files)
    if ((await killInTheMiddle(at)) > 0) killed = at
  }
  if (!killed) throw new Error(`It was never killed in the middle of reading, in ${tries} tries`)
  await complete(killed)
  expect(await contents(killed)).toEqual(expected)
  expect((await callboard(killed, ['doctor'])).code).toBe(0)
})
