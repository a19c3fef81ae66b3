import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { elements, organisation, type Person, people, type TestPortal, testPortal } from '../../testing/index.ts'
import { visitService } from './visit-service.ts'

const component = (name: string, more = '') => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${name}${more} }
spec: { type: service, lifecycle: production, owner: group:default/payments }
`
const files = {
  'org.yaml': organisation,
  'a.yaml': component('a') + component('b') + component('c') + component('s', ', namespace: secret'),
}
const page = (name: string) => `/catalog/default/component/${name}`
const visitsOf = async (portal: TestPortal, as?: Person) => {
  const { html } = (await portal.get('/', as && { as })).region('home-visits')
  return elements(html, ({ name, attributes }) => name === 'a' && attributes.title !== undefined).map(
    ({ attributes }) => attributes.title?.replace(/^component:default\//, ''),
  )
}
const service = ({ portal }: TestPortal) => portal.services.use(visitService, 'a test')
const keysOf = (portal: TestPortal, as: Person) =>
  service(portal)
    .visited(people[as])
    .map(({ key }) => key)

test('each thing stands once, what was seen last first, for whoever saw it', async () => {
  await using portal = await testPortal({ files, access: true })
  for (const path of [page('a'), page('b'), `${page('c')}/source`, `${page('a')}/relations`]) {
    expect((await portal.get(path, { as: 'anna' })).status).toBe(200)
  }
  await portal.get(page('b'), { as: 'ben' })
  expect(await visitsOf(portal, 'anna')).toEqual(['a', 'c', 'b'])
  expect(await visitsOf(portal, 'ben')).toEqual(['b'])
  await service(portal).flush()
  expect(await visitsOf(portal, 'anna')).toEqual(['a', 'c', 'b'])
  await portal.get(page('b'), { as: 'anna' })
  expect(await visitsOf(portal, 'anna')).toEqual(['b', 'a', 'c'])
})

test('parts of pages, pages that fetch themselves again or in advance, and what is not there are no visits', async () => {
  await using portal = await testPortal({ files })
  await portal.get(page('a'), { htmx: true })
  await portal.get(page('a'), { headers: { 'callboard-live': 'again' } })
  await portal.get(page('a'), { headers: { 'sec-purpose': 'prefetch;prerender' } })
  await portal.get(page('a'), { headers: { 'hx-request': 'true', 'hx-preloaded': 'true' } })
  await portal.get(`${page('a')}?at=2099-12-31`)
  expect((await portal.get(page('nothing'))).status).toBe(404)
  expect((await portal.get(`${page('a')}/nothing`)).status).toBe(404)
  expect(await visitsOf(portal)).toEqual([])
  await portal.get(page('a'), { headers: { 'hx-request': 'true', 'hx-request-type': 'full', 'hx-boosted': 'true' } })
  expect(await visitsOf(portal)).toEqual(['a'])
})

test('what goes out of sight is not shown', async () => {
  await using portal = await testPortal({ files, access: true })
  await portal.get('/catalog/secret/component/s', { as: 'anna' })
  await portal.get('/catalog/secret/component/s', { as: 'cora' })
  expect(await visitsOf(portal, 'anna')).toEqual(['component:secret/s'])
  expect(await visitsOf(portal, 'cora')).toEqual([])
  service(portal).note(people.cora, { kind: 'entity', key: 'component:secret/s' }, { method: 'GET', headers: {} })
  expect(keysOf(portal, 'cora')).toEqual(['component:secret/s'])
  expect(await visitsOf(portal, 'cora')).toEqual([])
})

test('they are written seconds later by themselves, at the close, and are there after a restart', async () => {
  const first = await testPortal({ files })
  await first.get(page('a'))
  const visits = service(first)
  const guest = { id: 'guest', kind: 'guest', name: 'Guest', groups: [] } as const
  const rows = () => first.portal.db.read.all('select key from home_visits')
  expect(rows()).toEqual([])
  await expect.poll(rows, { timeout: 15_000, interval: 100 }).toHaveLength(1)
  await first.get(page('b'))
  expect(visits.visited(guest).map(({ key }) => key)).toEqual(['component:default/b', 'component:default/a'])
  await first.portal.close()
  const second = await testPortal({ files, dataDir: first.dataDir })
  expect(await visitsOf(second)).toEqual(['b', 'a'])
  await second.close()
  await first.close()
  rmSync(first.dataDir, { recursive: true, force: true })
})

test('of each person the last fifty stay, also while none is written', async () => {
  await using portal = await testPortal({ files, access: true })
  const visits = service(portal)
  const note = (at: number) =>
    visits.note(people.anna, { kind: 'entity', key: `component:default/x${at}` }, { method: 'GET', headers: {} })
  for (let at = 0; at < 40; at++) note(at)
  await visits.flush()
  for (let at = 30; at < 120; at++) note(at)
  const newest = Array.from({ length: 50 }, (_one, at) => `component:default/x${119 - at}`)
  expect(keysOf(portal, 'anna')).toEqual(newest)
  await visits.flush()
  expect(keysOf(portal, 'anna')).toEqual(newest)
  expect(portal.portal.db.read.all('select key from home_visits')).toHaveLength(50)
})

test('what cannot be written is tried again', async () => {
  await using portal = await testPortal({ files, access: true })
  const visits = service(portal)
  await portal.portal.db.write((tx) => void tx.run('alter table home_visits rename to away'))
  visits.note(people.anna, { kind: 'entity', key: 'component:default/a' }, { method: 'GET', headers: {} })
  await visits.flush()
  await portal.portal.db.write((tx) => void tx.run('alter table away rename to home_visits'))
  expect(keysOf(portal, 'anna')).toEqual(['component:default/a'])
  await visits.flush()
  expect(portal.portal.db.read.all('select key from home_visits')).toHaveLength(1)
})

test('one can forget them, those not written yet too, and those of others stay', async () => {
  await using portal = await testPortal({ files, access: true })
  await portal.get(page('a'), { as: 'anna' })
  await service(portal).flush()
  await portal.get(page('b'), { as: 'anna' })
  await portal.get(page('b'), { as: 'ben' })
  const answer = await portal.post('/home/visits/removal', {}, { as: 'anna' })
  expect([answer.status, answer.headers.location]).toEqual([303, '/'])
  expect(await visitsOf(portal, 'anna')).toEqual([])
  expect(await visitsOf(portal, 'ben')).toEqual(['b'])
  await service(portal).flush()
  expect(await visitsOf(portal, 'anna')).toEqual([])
})
