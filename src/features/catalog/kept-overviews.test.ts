import { afterEach, beforeEach, expect, test } from 'vitest'
import { definePlugin, type EntityCard } from '../../api/plugin.ts'
import { organisation, type TestPortal, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'

// A page of an entity is put together anew when something that it is made of is another, and else sent as it was.

const page = '/catalog/default/component/cart'
const path = 'cart.yaml'
const cart = (description: string) => entity({ name: 'cart', description })

let portal: TestPortal
let now: Date
let loads: string[]
/** What the card says that it shows; undefined where it cannot say. */
let version: string | undefined

const card: EntityCard = {
  ...{ id: 'price', title: 'Price', permission: 'catalog.read', view: 'facts' },
  load: ({ actor }) => {
    loads.push(actor.id)
    return { facts: [{ title: 'Price', value: version ?? 'unsaid' }] }
  },
  version: () => version,
}

beforeEach(async () => {
  now = new Date('2026-11-21T12:00:00Z')
  loads = []
  version = '1'
  const plugins = [definePlugin({ name: 'prices', apiVersion: 1, entityCards: [card] })]
  const files = { 'org.yaml': organisation, [path]: cart('First') }
  portal = await testPortal({ plugins, files, access: true, now: () => now })
})
afterEach(() => portal.close())

const look = async (as: 'cora' | 'root' = 'cora') => (await portal.get(page, { as })).text

test('as long as nothing changes its cards are loaded once', async () => {
  expect(await look()).toContain('Price 1')
  expect(await look()).toContain('Price 1')
  expect(loads).toEqual(['cora'])
})

test('a card with another version, or with none, is loaded again', async () => {
  await look()
  version = '2'
  expect(await look()).toContain('Price 2')
  expect(loads).toHaveLength(2)
  version = undefined
  expect(await look()).toContain('Price unsaid')
  await look()
  expect(loads).toHaveLength(4)
})

test('a page that others were asked for in between is made again once, and then kept', async () => {
  const others = ['group/shop', 'user/cora'].map((name) => `/catalog/default/${name}`)
  const among = async () => {
    expect(await look()).toContain('Price 1')
    for (const other of others) await portal.get(other, { as: 'cora' })
    return loads.length
  }
  const first = await among()
  const second = await among()
  expect(second).toBeGreaterThan(first)
  expect(await among()).toBe(second)
})

test('the entity, its file, a star and the minute are each another page', async () => {
  await look()
  portal.write(path, cart('Second'))
  await portal.crawl()
  expect(await look()).toContain('Second')
  expect(loads).toHaveLength(2)
  const star = { kind: 'entity', key: 'component:default/cart', title: 'cart', starred: 'yes', back: page }
  expect((await portal.post('/home/stars', star, { as: 'cora' })).status).toBe(303)
  expect((await portal.get(page, { as: 'cora' })).body).toMatch(/aria-pressed="true" title="Starred/)
  expect(loads).toHaveLength(3)
  now = new Date(now.getTime() + 60_000)
  await look()
  expect(loads).toHaveLength(4)
})

test('what one reader may see is not shown to another', async () => {
  await look('root')
  await look('cora')
  expect(loads).toEqual(['root', 'cora'])
})
