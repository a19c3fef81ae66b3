import { expect, test } from 'vitest'
import { definePlugin } from '../../api/plugin.ts'
import { elements, linksOf, organisation, type TestPortal, testPortal } from '../../testing/index.ts'

const component = (name: string, more = '') => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${name}${more} }
spec: { type: service, lifecycle: production, owner: payments }
`
const files = { 'org.yaml': organisation, 'a.yaml': component('a') + component('b') }

test('counts what there is by kind, each with its list', async () => {
  await using portal = await testPortal({ files, title: 'Acme' })
  const page = await portal.get('/')
  expect(page.status).toBe(200)
  expect(page.region('home-kinds').text).toBe('3 Users 2 Components 2 Groups')
  expect(linksOf(page.region('home-kinds').html).map(({ href }) => href)).toContain('/catalog?kind=component')
  expect(page.region('main').text).toMatch(/^Acme /)
  expect(page.region('home-sources').text).toContain('7 entities from 1 source, last read')
})

test('shows what changed last, one line for each entity, the newest first', async () => {
  let now = new Date('2026-11-21T10:00:00Z')
  await using portal = await testPortal({ files, now: () => now })
  now = new Date('2026-11-21T11:00:00Z')
  portal.write('a.yaml', component('a') + component('b', ', description: New'))
  await portal.crawl()
  now = new Date('2026-11-21T11:05:00Z')
  const recent = (await portal.get('/')).region('home-recent')
  const [all, feed, first, ...others] = linksOf(recent.html)
  expect(all?.href).toBe('/catalog/changes')
  expect(feed?.href).toBe('/catalog/changes.atom')
  expect(first).toEqual({ href: '/catalog/default/component/b', text: 'b' })
  expect(others.map(({ href }) => href)).not.toContain('/catalog/default/component/b')
  expect(recent.text).toContain('Description changed')
  expect(recent.text).toContain('5 min')
})

const recentOf = async (portal: TestPortal, query: string, as?: 'anna' | 'cora') => {
  const page = await portal.get(`/${query}`, as && { as })
  const { html } = page.region('home-recent')
  const rows = elements(html, ({ name }) => name === 'li').map((row) => linksOf(row.html)[0]?.text)
  const [all, feed] = linksOf(html).map(({ href }) => href)
  const chosen = elements(html, ({ name, attributes }) => name === 'option' && 'selected' in attributes)
  return { page, rows, all, feed, chosen: chosen.map(({ attributes }) => attributes.value) }
}

test('what changed last can be chosen by kind and owner, in the address', async () => {
  const more = component('c').replace('payments', 'visitors')
  await using portal = await testPortal({ files: { ...files, 'c.yaml': more } })
  const kind = await recentOf(portal, '?kind=component')
  expect(kind.rows.toSorted()).toEqual(['a', 'b', 'c'])
  expect(kind.chosen).toEqual(['component'])
  expect(kind.all).toBe('/catalog/changes?kind=component')
  expect(kind.feed).toBe('/catalog/changes.atom?kind=component')
  const both = await recentOf(portal, '?kind=component&owner=group:default/visitors')
  expect(both.rows).toEqual(['c'])
  expect(both.chosen).toEqual(['component', 'group:default/visitors'])
  expect(both.feed).toBe('/catalog/changes.atom?kind=component&owner=group%3Adefault%2Fvisitors')
  expect((await recentOf(portal, '?kind=&owner=')).rows).toHaveLength(8)
  const none = await recentOf(portal, '?kind=api&owner=nobody')
  expect(none.rows).toEqual([])
  expect(none.chosen).toEqual(['api', 'group:default/nobody'])
  expect(none.page.region('home-recent').text).toContain('Nothing of these has changed')
  expect((await portal.get('/?owner=group:')).status).toBe(400)
})

test('"mine" is what one owns oneself or through a group, and offered to those who can own something', async () => {
  const own = component('of-anna').replace('payments', 'user:anna')
  await using portal = await testPortal({ files: { ...files, 'own.yaml': own }, access: true })
  const anna = await recentOf(portal, '?owner=mine', 'anna')
  expect(anna.rows.toSorted()).toEqual(['a', 'b', 'of-anna'])
  expect(anna.chosen).toEqual(['mine'])
  expect(anna.feed).toBe('/catalog/changes.atom?owner=user%3Adefault%2Fanna&owner=group%3Adefault%2Fpayments')
  expect((await recentOf(portal, '?owner=mine', 'cora')).rows).toEqual([])
  await using open = await testPortal({ files })
  expect((await open.get('/')).region('home-recent').text).not.toContain('Mine')
})

test('an empty portal says what to add to its configuration', async () => {
  await using portal = await testPortal()
  const { text } = (await portal.get('/')).region('main')
  expect(text).toContain('Nothing in the catalog yet')
  expect(text).toContain("folderProvider({ path: './catalog' })")
})

test('searching leads to the list, with and without a script', async () => {
  await using portal = await testPortal({ files })
  const { html } = (await portal.get('/')).region('main')
  expect(html).toContain('<form class="home-search" role="search" action="/search"')
  expect((await portal.get('/search?query=kind:component+b')).region('search-count').text).toBe('1 result')
})

test('a card of a plugin that fails says whose it is, and the page stands', async () => {
  const plugin = definePlugin({
    name: 'extras',
    apiVersion: 1,
    homeCards: [
      {
        id: 'broken',
        title: 'Broken',
        permission: 'catalog.read',
        view: 'facts',
        load: () => Promise.reject(new Error('no')),
      },
      {
        id: 'good',
        title: 'Good',
        permission: 'catalog.read',
        place: 'side',
        view: 'facts',
        load: () => ({ facts: [{ title: 'Answer', value: 42 }] }),
      },
      { id: 'none', title: 'None', permission: 'catalog.read', view: 'facts', load: () => undefined },
    ],
  })
  await using portal = await testPortal({ files, plugins: [plugin] })
  const page = await portal.get('/')
  expect(page.status).toBe(200)
  expect(page.region('card-extras-broken').text).toContain('The plugin extras could not show this.')
  expect(page.region('card-extras-good').text).toBe('Good Answer 42')
  expect(page.has('card-extras-none')).toBe(false)
})

test('a card is only for those who have its permission', async () => {
  const plugin = definePlugin({
    name: 'extras',
    apiVersion: 1,
    permissions: { 'extras.run': { on: 'portal', description: 'Run.' } },
    homeCards: [
      {
        id: 'x',
        title: 'For root',
        permission: 'extras.run',
        view: 'facts',
        load: () => ({ facts: [{ title: 'A', value: 1 }] }),
      },
    ],
  })
  await using portal = await testPortal({ files, plugins: [plugin], access: true })
  expect((await portal.get('/', { as: 'root' })).has('card-extras-x')).toBe(true)
  expect((await portal.get('/', { as: 'cora' })).has('card-extras-x')).toBe(false)
})

test('an entry of the navigation is only for those who may follow it, and its number is theirs', async () => {
  const plugin = definePlugin({
    name: 'extras',
    apiVersion: 1,
    permissions: { 'extras.run': { on: 'portal', description: 'Run.' } },
    nav: [
      { id: 'x', title: 'Only for root', href: '/x', icon: 'box', permission: 'extras.run' },
      {
        id: 'y',
        title: 'Broken number',
        href: '/y',
        icon: 'box',
        permission: 'catalog.read',
        count: () => {
          throw new Error('no')
        },
      },
    ],
  })
  const secret = component('s', ', namespace: secret').replace('owner: payments', 'owner: group:default/payments')
  await using portal = await testPortal({ files: { ...files, 's.yaml': secret }, plugins: [plugin], access: true })
  const entries = async (as: 'root' | 'cora') => linksOf((await portal.get('/', { as })).body).map(({ text }) => text)
  expect(await entries('root')).toEqual(expect.arrayContaining(['Only for root', 'Broken number', 'Catalog 8']))
  expect(await entries('cora')).toEqual(expect.arrayContaining(['Broken number', 'Catalog 7']))
  expect(await entries('cora')).not.toContain('Only for root')
})
