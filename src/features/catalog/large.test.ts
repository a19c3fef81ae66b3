import { afterEach, expect, test } from 'vitest'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'

// A catalog that is written, compared and counted in many portions, as if it were in one.

let portal: TestPortal
afterEach(() => portal.close())

const all = <T>(statement: string) => portal.portal.db.read.all(statement) as unknown as T[]
const warned = () =>
  all<{ ref: string }>('select ref from catalog_entities where warnings > 0 order by ref').map(({ ref }) => ref)

const count = 1300
const name = (number: number) => `c-${String(number).padStart(4, '0')}`
const ref = (number: number) => `component:default/${name(number)}`
const numbers = Array.from({ length: count }, (_, number) => number)
const group =
  'apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: { name: payments }\nspec: { type: team, children: [] }\n'

/** Each depends on the one behind it, the last on nothing that there is; every tenth also on what is gone. */
const one = (number: number, description = 'As it was') => {
  const dependsOn = [`component:${name(number + 1)}`, ...(number % 10 === 0 ? ['component:gone'] : [])]
  return entity({ name: name(number), description, spec: { dependsOn } })
}
const files = (description?: string) => ({
  'group.yaml': group,
  'long.yaml': numbers
    .slice(0, 700)
    .map((number) => one(number, description))
    .join('---\n'),
  ...Object.fromEntries(numbers.slice(700).map((number) => [`short/${name(number)}.yaml`, one(number, description)])),
})

test('every problem is found and counted, and goes when its cause has gone', async () => {
  portal = await testPortal({ files: files() })
  const tenths = numbers.filter((number) => number % 10 === 0).map(ref)
  expect(warned()).toEqual([...tenths, ref(count - 1)])
  expect((await portal.get('/catalog?kind=all')).region('catalog-count').text).toContain('1,301 entities')

  // What they name comes.
  portal.write('gone.yaml', entity({ name: 'gone' }))
  portal.write('last.yaml', entity({ name: name(count) }))
  await portal.crawl()
  expect(warned()).toEqual([])
})

test('a reading of all that changed writes one line of history for each, and counts nothing twice', async () => {
  portal = await testPortal({ files: files() })
  for (const [path, text] of Object.entries(files('As it is now'))) portal.write(path, text)
  await portal.crawl()
  const lines = all<{ action: string; n: number }>(
    'select action, count(*) as n from catalog_changes group by action order by action',
  )
  expect(lines).toEqual([
    { action: 'created', n: count + 1 },
    { action: 'updated', n: count },
  ])
  expect(warned()).toHaveLength(count / 10 + 1)
})
