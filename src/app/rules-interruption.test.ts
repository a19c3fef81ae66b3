import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Entity } from '../api/entity.ts'
import { openDatabase } from '../platform/db/open.ts'
import { type Place, place, type Running, start, until } from './fixtures/command.ts'
import { components } from './fixtures/contents.ts'

// `kill -9` in the middle of reading, and other rules at the next start: what lists look into is right at every moment.

const entities = 600
const perFile = 10
const document = (index: number) => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: c-${index}
  description: "${'words that make a file long '.repeat(60)}"
  tags: [t-${index % 7}]
spec: { type: service, lifecycle: production, owner: team-${index % 9} }
`
const files = Object.fromEntries(
  Array.from({ length: entities / perFile }, (_, file) => [
    `catalog/f-${file}.yaml`,
    Array.from({ length: perFile }, (_, at) => document(file * perFile + at)).join(''),
  ]),
)

function rule(at: Place, hidden: string): void {
  at.write(
    'portal.config.ts',
    `import { defineConfig } from 'callboard'
import { access, allow, catalog, deny, folderProvider } from 'callboard/features'
export default defineConfig({ plugins: [
  catalog({ providers: [folderProvider({ path: './catalog', paths: ['**/*.yaml'] })] }),
  access({ admit: true, proxy: { header: 'x-user', from: ['127.0.0.1'] }, rules: [
    deny('catalog.read', { to: 'everyone', where: { tag: '${hidden}' } }),
    allow('metrics.read', { to: 'everyone' }),
  ] }),
] })`,
  )
}

const ask = async (portal: Running, path: string) =>
  (await fetch(portal.address + path, { headers: { 'x-user': 'somebody' } })).text()

/** How many entities of each tag there are, and for how many of them the one condition is said to hold. */
async function kept({ dataDir }: Place): Promise<Record<string, { there: number; held: number }>> {
  const db = await openDatabase({ file: join(dataDir, 'callboard.sqlite') })
  try {
    const rows = db.read.all(`select json_extract(tags, '$[0]') as tag, count(*) as there, count(m.entity_id) as held
      from catalog_entities e left join access_matches m on m.entity_id = e.id group by 1`) as unknown as {
      tag: string
      there: number
      held: number
    }[]
    return Object.fromEntries(rows.map(({ tag, ...row }) => [tag, row]))
  } finally {
    await db.close()
  }
}

test('rows are those of the entities that were written, and a start with other rules shows nothing by the old ones', {
  timeout: 180_000,
}, async () => {
  const at = place(files)
  rule(at, 't-3')
  const first = await start(at)
  await until('some entities', async () => components(await ask(first, '/metrics')))
  first.child.kill('SIGKILL')
  await first.ended
  const left = await kept(at)
  expect(left['t-3']?.there).toBeGreaterThan(0)
  for (const [tag, { there, held }] of Object.entries(left))
    expect([tag, held]).toEqual([tag, tag === 't-3' ? there : 0])

  rule(at, 't-5')
  const second = await start(at)
  const shown = JSON.parse(await ask(second, '/catalog.json?kind=all')) as Entity[]
  const tags = new Set(shown.flatMap(({ metadata }) => metadata.tags ?? []))
  expect([...tags].sort()).toEqual(['t-0', 't-1', 't-2', 't-3', 't-4', 't-6'])
  second.child.kill('SIGTERM')
  await second.ended
})
