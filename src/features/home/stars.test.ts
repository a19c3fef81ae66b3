import { expect, test } from 'vitest'
import type { Plugin } from '../../api/plugin.ts'
import { definePlugin } from '../../api/plugin.ts'
import { policySeam } from '../../platform/permissions/policy.ts'
import {
  elements,
  linksOf,
  organisation,
  type Person,
  people,
  type TestPortal,
  testPortal,
} from '../../testing/index.ts'
import { starsChanged } from './contract.ts'
import { createStarService, starService } from './star-service.ts'

const component = (name: string, more = '') => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${name}${more} }
spec: { type: service, lifecycle: production, owner: group:default/payments }
`
const files = {
  'org.yaml': organisation,
  'a.yaml': component('a') + component('b') + component('s', ', namespace: secret'),
}
const refOf = (name: string, namespace = 'default') => `component:${namespace}/${name}`

const form = (name: string, more: Record<string, string> = {}) => ({
  kind: 'entity',
  key: refOf(name),
  title: name,
  starred: 'yes',
  back: `/catalog/default/component/${name}`,
  ...more,
})
const star = (portal: TestPortal, name: string, as?: Person, more?: Record<string, string>) =>
  portal.post('/home/stars', form(name, more), as && { as })
const starredOf = async (portal: TestPortal, as?: Person, path = '/') => {
  const { html } = (await portal.get(path, as && { as })).region('home-starred')
  return linksOf(html).flatMap(({ href, text }) => (href.startsWith('/catalog/') ? text : []))
}
const pressed = (html: string) =>
  elements(html, ({ attributes }) => 'aria-pressed' in attributes).map(({ attributes }) => attributes['aria-pressed'])

test('starring leads back to the page it came from, which then says so; once more takes it away', async () => {
  await using portal = await testPortal({ files, access: true })
  const page = '/catalog/default/component/a'
  const head = async () => (await portal.get(page, { as: 'anna' })).region('catalog-head').html
  expect(pressed(await head())).toEqual(['false'])
  const answer = await star(portal, 'a', 'anna')
  expect([answer.status, answer.headers.location]).toEqual([303, page])
  expect(pressed(await head())).toEqual(['true'])
  expect(await head()).toContain('name="starred" value="no"')
  await star(portal, 'b', 'anna')
  expect(await starredOf(portal, 'anna')).toEqual(['b', 'a'])
  // Once more is not twice, and does not bring it to the top.
  await star(portal, 'a', 'anna')
  expect(await starredOf(portal, 'anna')).toEqual(['b', 'a'])
  expect(await starredOf(portal, 'ben')).toEqual([])
  expect((await star(portal, 'a', 'anna', { starred: 'no' })).status).toBe(303)
  expect(await starredOf(portal, 'anna')).toEqual(['b'])
  expect(pressed(await head())).toEqual(['false'])
})

test('htmx gets the button alone, pressed, under the same id', async () => {
  await using portal = await testPortal({ files })
  const before = (await portal.get('/catalog/default/component/a')).region('catalog-head').html
  const id = 'home-star-entity_20component_3adefault_2fa'
  expect(before).toContain(`id="${id}"`)
  const answer = await portal.post('/home/stars', form('a'), { htmx: true })
  expect(answer.status).toBe(200)
  expect(answer.body).not.toContain('<html')
  expect(answer.body.trimStart()).toMatch(/^<form class="star"/)
  expect(answer.has(id)).toBe(true)
  expect(pressed(answer.body)).toEqual(['true'])
  const off = await portal.post('/home/stars', form('a', { starred: 'no' }), { htmx: true })
  expect(pressed(off.body)).toEqual(['false'])
})

test('nobody who is not signed in stars anything', async () => {
  await using portal = await testPortal({ files, access: true })
  for (const url of ['/home/stars', '/home/stars/removal', '/home/visits/removal']) {
    expect((await portal.post(url, form('a'))).status, url).toBe(401)
  }
  expect((await portal.get('/home/stars')).status).toBe(401)
})

test('it needs the permission of the home page', async () => {
  const denying: Plugin = definePlugin({
    name: 'access',
    apiVersion: 1,
    setup: (ctx) =>
      ctx.provide(policySeam, {
        check: (_actor, permission) =>
          permission.startsWith('home.') ? { allow: false, reason: 'Not today' } : { allow: true },
        scope: () => ({ kind: 'all' }),
      }),
  })
  await using portal = await testPortal({ files, plugins: [denying] })
  for (const url of ['/home/stars', '/home/stars/removal', '/home/visits/removal']) {
    const answer = await portal.post(url, form('a'))
    expect(answer.status, url).toBe(403)
    expect(answer.text).toContain('Not today')
  }
  // Who cannot keep one is not offered one.
  expect(pressed((await portal.get('/catalog/default/component/a')).region('catalog-head').html)).toEqual([])
})

test('what a stranger may not see is not there to be starred', async () => {
  await using portal = await testPortal({ files, access: true })
  const secret = { key: refOf('s', 'secret'), title: 'Secret', back: '/' }
  const hidden = await star(portal, 's', 'cora', secret)
  const absent = await star(portal, 'nothing', 'cora')
  expect([hidden.status, absent.status]).toEqual([404, 404])
  expect((await star(portal, 'a', 'cora', { kind: 'dragon' })).status).toBe(404)
  expect((await star(portal, 's', 'anna', secret)).status).toBe(303)
  expect(await starredOf(portal, 'anna')).toEqual(['s'])
})

test('what goes out of sight or away is not shown, is named as it was only to who sees everything, and can be removed', async () => {
  let at = new Date('2026-01-01T00:00:00Z')
  const files = {
    'org.yaml': organisation,
    'a.yaml': component('a'),
    'b.yaml': component('b', ', title: The other'),
  }
  await using portal = await testPortal({
    files,
    catalog: { keepOrphans: '1h' },
    access: true,
    now: () => at,
  })
  for (const person of ['cora', 'root'] as const) {
    await star(portal, 'a', person)
    await star(portal, 'b', person)
  }
  portal.write('b.yaml', component('b', ', title: Now hidden, namespace: secret'))
  await portal.crawl()
  at = new Date('2026-01-02T00:00:00Z')
  await portal.portal.db.write((tx) => portal.portal.jobs.enqueue(tx, 'catalog.sweep'))
  await portal.settled()
  const cora = (await portal.get('/home/stars', { as: 'cora' })).region('home-starred')
  expect(linksOf(cora.html).map(({ text }) => text)).toContain('a')
  expect(cora.text).not.toMatch(/No longer there|The other|Now hidden/)
  const region = (await portal.get('/home/stars', { as: 'root' })).region('home-starred')
  expect(linksOf(region.html).map(({ text }) => text)).toContain('a')
  expect(region.text).toContain('No longer there, or not for you: The other.')
  expect(region.text).not.toContain('Now hidden')
  expect((await portal.post('/home/stars/removal', {}, { as: 'root' })).headers.location).toBe('/home/stars')
  const after = (await portal.get('/home/stars', { as: 'root' })).region('home-starred')
  expect(after.text).not.toContain('No longer there')
  expect(await starredOf(portal, 'root')).toEqual(['a'])
})

test('an address elsewhere to go back to, and a form that is none, are refused', async () => {
  await using portal = await testPortal({ files })
  for (const back of ['https://evil.example/', '//evil.example', '/\\evil.example', 'catalog']) {
    expect((await star(portal, 'a', undefined, { back })).status, back).toBe(400)
  }
  expect((await star(portal, 'a', undefined, { starred: 'perhaps' })).status).toBe(400)
  expect((await star(portal, 'a', undefined, { key: 'x'.repeat(2000) })).status).toBe(400)
  expect(await starredOf(portal)).toEqual([])
})

test('the home page shows eight and leads to all, which come by pages', async () => {
  const names = Array.from({ length: 120 }, (_one, at) => `c${at}`)
  await using portal = await testPortal({ files: { 'all.yaml': names.map((name) => component(name)).join('') } })
  for (const name of names) await star(portal, name)
  expect(await starredOf(portal)).toEqual(names.slice(-8).reverse())
  const home = (await portal.get('/')).region('home-starred')
  expect(linksOf(home.html)[0]).toEqual({ href: '/home/stars', text: 'All 120 starred' })
  const first = await portal.get('/home/stars')
  expect(await starredOf(portal, undefined, '/home/stars')).toEqual(names.toReversed().slice(0, 100))
  expect(linksOf(first.body).map(({ href }) => href)).toContain('/home/stars?page=2')
  expect(await starredOf(portal, undefined, '/home/stars?page=2')).toEqual(names.toReversed().slice(100))
  expect((await portal.get('/home/stars?page=9')).text).toContain('There are no more on this page')
})

test('there is a most, and what is starred already is not one more', async () => {
  const changes: string[] = []
  let few: ReturnType<typeof createStarService> | undefined
  const plugin = definePlugin({
    name: 'few',
    apiVersion: 1,
    setup(ctx) {
      few = createStarService(ctx, { most: 2 })
      ctx.on(starsChanged, ({ actorId }) => void changes.push(actorId))
    },
  })
  await using portal = await testPortal({ files, plugins: [plugin] })
  const thing = (name: string) => ({ kind: 'entity', key: refOf(name) })
  await few?.star(people.anna, thing('a'))
  await few?.star(people.anna, thing('b'))
  await few?.star(people.anna, thing('b'))
  await expect(few?.star(people.anna, { kind: 'entity', key: 'component:secret/s' })).rejects.toThrow(
    'You have starred 2 things, and there can be no more',
  )
  expect(few?.starred(people.anna).map(({ key }) => key)).toEqual([refOf('b'), refOf('a')])
  await few?.unstar(people.anna, thing('a'))
  await few?.star(people.anna, { kind: 'entity', key: 'component:secret/s' })
  await portal.settled()
  expect(new Set(changes)).toEqual(new Set(['anna']))
  expect(changes).toHaveLength(5)
})

test('programs that ask the API keep no stars', async () => {
  await using portal = await testPortal({ files })
  const stars = portal.portal.services.use(starService, 'a test')
  const robot = { id: 'robot', kind: 'service', name: 'Robot', groups: [] } as const
  expect(stars.toggle(robot, { ...form('a'), href: '/' })).toBeUndefined()
  await expect(stars.star(robot, { kind: 'entity', key: refOf('a') })).rejects.toThrow('There is no')
})
