import { expect, test } from 'vitest'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { elements, linksOf, organisation, type Person, type TestPortal, testPortal } from '../../testing/index.ts'

interface Made {
  owner?: string
  more?: string
  kind?: string
  namespace?: string
  spec?: string
}

const entity = (
  name: string,
  { owner = 'group:default/payments', more = '', kind = 'Component', namespace, spec = '' }: Made = {},
) => `---
apiVersion: backstage.io/v1alpha1
kind: ${kind}
metadata: { name: ${name}${namespace ? `, namespace: ${namespace}` : ''}${more} }
spec: { type: service, lifecycle: production, owner: '${owner}'${spec} }
`
const broken = ', dependsOn: [component:nothing-like-it]'
const home = (portal: TestPortal, as?: Person) => portal.get('/', as && { as })
const entityLinks = (html: string) =>
  linksOf(html).flatMap(({ href, text }) => (href.startsWith('/catalog/default/') ? text : []))

test('an owner of one thing sees that one, and that nothing waits', async () => {
  const files = { 'org.yaml': organisation, 'a.yaml': entity('a') + entity('z', { owner: 'group:default/visitors' }) }
  await using portal = await testPortal({ files, access: true })
  const page = await home(portal, 'anna')
  expect(page.region('home-waiting').text).toContain('Nothing waits for you')
  const mine = page.region('catalog-mine')
  expect(mine.text).toMatch(/^1 Component that you or your groups own a All 1/)
  expect(entityLinks(mine.html)).toEqual(['a'])
  const owners = 'owner=user%3Adefault%2Fanna&owner=group%3Adefault%2Fpayments'
  expect(linksOf(mine.html).map(({ href }) => href)).toEqual([
    `/catalog?kind=component&${owners}`,
    '/catalog/default/component/a',
    `/catalog?kind=all&${owners}`,
  ])
  const list = await portal.get(`/catalog?kind=all&${owners}`, { as: 'anna' })
  expect(list.region('catalog-list').text).toContain('a')
  expect(list.region('catalog-list').text).not.toContain('visitors')
  expect(page.region('home-kinds').text).toContain('2 Components')
})

test('what one owns oneself and what the groups own is counted apart and leads to each list', async () => {
  const own = entity('of-anna', { owner: 'user:default/anna' })
  await using portal = await testPortal({
    files: { 'org.yaml': organisation, 'a.yaml': entity('a') + entity('b') + entity('c', { kind: 'Resource' }) + own },
    access: true,
  })
  const mine = (await home(portal, 'anna')).region('catalog-mine')
  expect(mine.text).toMatch(/3 Components.* a b of-anna 1 Resource.* c All 4.* Payments 3 Anna Owner 1$/)
  expect(linksOf(mine.html).slice(-2)).toEqual([
    { href: '/catalog?kind=all&owner=group%3Adefault%2Fpayments', text: 'Payments' },
    { href: '/catalog?kind=all&owner=user%3Adefault%2Fanna', text: 'Anna Owner' },
  ])
})

test('who owns nothing is told what to write, and nothing more', async () => {
  await using portal = await testPortal({ files: { 'org.yaml': organisation, 'a.yaml': entity('a') }, access: true })
  const page = await home(portal, 'cora')
  expect(page.region('catalog-mine').text).toContain('You own nothing yet')
  expect(page.region('catalog-mine').text).toContain('owner: user:default/cora')
  expect(page.has('catalog-own-problems')).toBe(false)
})

test('an owner of 400 sees counts and the ten worst, in lists that end', async () => {
  const names = Array.from({ length: 400 }, (_one, at) => `c${String(at).padStart(3, '0')}`)
  const twice = ', dependsOn: [component:nothing-like-it, component:nor-that]'
  const files = {
    'org.yaml': organisation,
    'all.yaml': names
      .map((name, at) => entity(name, { spec: at === 399 ? twice : at % 20 === 0 ? broken : '' }))
      .join(''),
  }
  await using portal = await testPortal({ files, access: true })
  const page = await home(portal, 'anna')
  const worst = page.region('catalog-own-problems')
  expect(worst.text).toMatch(/^22 warnings in 21 entities/)
  const rows = linksOf(worst.html).filter(({ href }) => href.startsWith('/catalog/default/component/'))
  expect(rows.map(({ text }) => text)).toEqual(['c399', ...names.filter((_name, at) => at % 20 === 0).slice(0, 9)])
  expect(linksOf(worst.html)[0]?.href).toBe(
    '/catalog/problems?owner=user%3Adefault%2Fanna&owner=group%3Adefault%2Fpayments',
  )
  const all = linksOf(worst.html).at(-1)
  expect(all?.text).toBe('Show all 21')
  expect((await portal.get(all?.href ?? '', { as: 'anna' })).text).toContain('21 entities')
  expect((await portal.get(linksOf(worst.html)[0]?.href ?? '', { as: 'anna' })).text).toContain('22 warnings')
  const mine = page.region('catalog-mine')
  expect(mine.text).toMatch(/^400 Components/)
  expect(entityLinks(mine.html)).toEqual(names.slice(0, 6).map((name) => expect.stringContaining(name)))
  expect(mine.text).toContain('and 394 more')
  expect(elements(page.region('catalog-around').html, ({ name }) => name === 'li')).toHaveLength(8)
  expect(page.body.length).toBeLessThan(100_000)
})

test('what a problem is stands beside its entity, and it goes when it is mended', async () => {
  await using portal = await testPortal({
    files: { 'org.yaml': organisation, 'a.yaml': entity('a', { spec: broken }) },
    access: true,
  })
  expect((await home(portal, 'anna')).region('catalog-own-problems').text).toContain(
    'No component is called nothing-like-it',
  )
  expect((await home(portal, 'cora')).has('catalog-own-problems')).toBe(false)
  portal.write('a.yaml', entity('a'))
  await portal.crawl()
  expect((await home(portal, 'anna')).region('home-waiting').text).toContain('Nothing waits for you')
})

test('near is what one owns, what one starred, and their neighbours, as far as one may see them', async () => {
  let now = new Date('2026-11-21T10:00:00Z')
  const files = {
    'org.yaml': organisation,
    'a.yaml': entity('mine', { spec: ', dependsOn: [component:used]' }),
    'b.yaml': ['used', 'far', 'other', 'beside-other']
      .map((name) =>
        entity(name, {
          owner: 'group:default/visitors',
          spec: name === 'beside-other' ? ', dependsOn: [component:other, component:secret/hidden]' : '',
        }),
      )
      .join(''),
    's.yaml': entity('hidden', {
      owner: 'group:default/visitors',
      namespace: 'secret',
      spec: ', dependsOn: [component:default/mine]',
    }),
  }
  await using portal = await testPortal({ files, access: true, now: () => now })
  now = new Date('2026-11-21T11:00:00Z')
  for (const path of ['b.yaml', 's.yaml'] as const) {
    portal.write(path, files[path].replaceAll('metadata: { name', 'metadata: { description: New, name'))
  }
  await portal.crawl()
  const changed = async () => {
    const { html } = (await home(portal, 'anna')).region('catalog-around')
    return linksOf(html).flatMap(({ href, text }) => (href.includes('/component/') ? text : []))
  }
  expect(await changed()).toEqual(['used', 'mine'])
  const key = 'component:default/other'
  await portal.post('/home/stars', { kind: 'entity', key, title: 'other', starred: 'yes', back: '/' }, { as: 'anna' })
  expect(await changed()).toEqual(['beside-other', 'other', 'used', 'mine'])
})

test('the guest, who owns nothing, sees what there is, with stars and visits of their own', async () => {
  await using portal = await testPortal({
    files: { 'org.yaml': organisation, 'a.yaml': entity('a', { spec: broken }) },
  })
  const page = await home(portal)
  for (const id of ['home-waiting', 'catalog-mine', 'catalog-around', 'catalog-own-problems']) {
    expect(page.has(id), id).toBe(false)
  }
  for (const id of [
    'home-kinds',
    'home-recent',
    'home-sources',
    'home-starred',
    'home-visits',
    'card-catalog-attention',
  ]) {
    expect(page.has(id), id).toBe(true)
  }
  const key = 'component:default/a'
  await portal.post('/home/stars', { kind: 'entity', key, title: 'a', starred: 'yes', back: '/' })
  const after = await home(portal)
  expect(entityLinks(after.region('home-starred').html)).toEqual(['a'])
  // What is near a star is near the guest.
  expect(entityLinks(after.region('catalog-around').html)).toContain('a')
})

test('somebody whom no entity stands for is told so', async () => {
  await using portal = await testPortal({ files: { 'org.yaml': organisation }, access: true })
  expect((await home(portal, 'root')).text).not.toContain('No User entity')
  const { people } = await import('../../testing/index.ts')
  const { identitySeam } = await import('../../platform/auth/identity.ts')
  const { openPolicy, policySeam } = await import('../../platform/permissions/policy.ts')
  const { ref: _ref, ...nobody } = people.root
  const unmatched: Plugin = definePlugin({
    name: 'access',
    apiVersion: 1,
    setup(ctx) {
      ctx.provide(identitySeam, () => nobody)
      ctx.provide(policySeam, openPolicy)
    },
  })
  await using other = await testPortal({ files: { 'org.yaml': organisation }, plugins: [unmatched] })
  const page = await home(other)
  expect(page.text).toContain('No User entity of the catalog stands for you')
  expect(page.has('home-waiting')).toBe(false)
})

test('what plugins have waiting comes with the rest, and also to those who own nothing', async () => {
  const waiting = (id: string, place: 'waiting' | 'organisation', load: () => object | undefined): Plugin =>
    definePlugin({
      name: id,
      apiVersion: 1,
      homeCards: [{ id: 'x', title: `Of ${id}`, permission: 'catalog.read', place, view: 'facts', load }],
    })
  const facts = () => ({ facts: [{ title: 'Approvals', value: 2 }] })
  const plugins = [
    waiting('some', 'waiting', facts),
    waiting('none', 'waiting', () => undefined),
    waiting('all', 'organisation', facts),
  ]
  await using portal = await testPortal({ files: { 'org.yaml': organisation, 'a.yaml': entity('a') }, plugins })
  const page = await home(portal)
  expect(page.region('home-waiting').text).toBe('Waiting for you Of some Approvals 2')
  expect(page.body.indexOf('card-all-x')).toBeGreaterThan(page.body.indexOf('id="home-kinds"'))
})
