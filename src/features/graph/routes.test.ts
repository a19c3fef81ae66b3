import { expect, test } from 'vitest'
import {
  elements,
  linksOf,
  organisation,
  rowsOf,
  type TestPortal,
  type TestPortalOptions,
  testPortal,
} from '../../testing/index.ts'
import { graph } from './index.ts'

/** On a busy machine the process that draws takes seconds to start. */
const patientPortal = (options: TestPortalOptions = {}) =>
  testPortal({ plugins: [graph({ timeout: '60s' })], ...options })

const entity = (kind: string, name: string, spec: object = {}, metadata: object = {}) =>
  `---\n${JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { name, ...metadata },
    spec: {
      ...(kind === 'System' || kind === 'Domain' ? {} : { type: 'service', lifecycle: 'production' }),
      owner: 'payments',
      ...spec,
    },
  })}\n`
const component = (name: string, spec: object = {}, metadata: object = {}) => entity('Component', name, spec, metadata)

const files = {
  'org.yaml': organisation,
  'shop.yaml': [
    entity('Domain', 'trade'),
    entity('System', 'shop', { domain: 'trade' }),
    component('cart', {
      system: 'shop',
      dependsOn: ['component:stock', 'resource:cart-db'],
      providesApis: ['cart-api'],
    }),
    component('stock', { system: 'shop', dependencyOf: ['component:cart'] }),
    component('front', { owner: 'visitors', consumesApis: ['cart-api'] }),
    component('lonely'),
    component(
      'vault',
      { owner: 'group:default/payments', dependsOn: ['component:default/cart'] },
      { namespace: 'secret' },
    ),
    component('behind', { dependsOn: ['component:secret/vault'] }),
    entity('Resource', 'cart-db'),
    entity('API', 'cart-api', { type: 'openapi', definition: 'openapi: 3.0.0' }),
  ].join(''),
}
const cart = '/catalog-graph?rootEntityRefs[]=component:default/cart'

const nodesOn = (html: string) =>
  elements(html, ({ attributes }) => attributes.class?.startsWith('graph-node') === true).map((node) => {
    const label = elements(node.html, ({ name }) => name === 'title')[0]?.text ?? ''
    return { class: node.attributes.class, role: node.attributes.role, label }
  })
const titles = (html: string) => nodesOn(html).map(({ label }) => label.split(':')[0] ?? '')
const pictureOf = async (portal: TestPortal, url: string, as?: 'anna' | 'cora') => {
  const page = await portal.get(url, as && { as })
  expect(page.status, page.text).toBe(200)
  return page
}

test('draws what an entity is related to, every node a link, and lists the same', async () => {
  await using portal = await patientPortal({ files })
  const page = await pictureOf(portal, `${cart}&maxDepth=1`)
  const { html } = page.region('graph-drawing')
  expect(titles(html).toSorted()).toEqual(
    ['behind', 'cart', 'cart-api', 'cart-db', 'shop', 'stock', 'vault'].filter((one) => one !== 'behind'),
  )
  expect(linksOf(html).map(({ href }) => href)).toContain('/catalog/default/resource/cart-db')
  expect(nodesOn(html)[0]).toMatchObject({
    class: 'graph-node root',
    label: 'cart: where the graph begins, Component, service, owned by Payments',
  })
  const rows = rowsOf(page.region('graph-list').html)
  expect(rows).toContainEqual(['cart', 'depends on', 'cart-db', 'needed by'])
  expect(rows).toContainEqual(['shop', 'has part', 'cart', 'part of'])
  // Both files state that cart depends on stock.
  expect(rows.filter(([from, , to]) => from === 'cart' && to === 'stock')).toHaveLength(1)
  expect(page.text).toContain('6 entities and 6 relations')
})

test('who may not see an entity sees neither it nor what is behind it', async () => {
  await using portal = await patientPortal({ files, access: true })
  const asked = `${cart}&maxDepth=3`
  const anna = await pictureOf(portal, asked, 'anna')
  expect(titles(anna.body)).toEqual(expect.arrayContaining(['vault', 'behind']))
  const cora = await pictureOf(portal, asked, 'cora')
  expect(titles(cora.body)).toEqual(expect.arrayContaining(['cart', 'stock', 'front']))
  expect(cora.body).not.toMatch(/vault|behind/)
  const absent = await portal.get('/catalog-graph?rootEntityRefs[]=component:secret/vault', { as: 'cora' })
  const nowhere = await portal.get('/catalog-graph?rootEntityRefs[]=component:secret/other', { as: 'cora' })
  expect([absent.status, nowhere.status]).toEqual([404, 404])
  expect(absent.text.replaceAll('vault', 'other').replace(/number: \w+/, '')).toBe(
    nowhere.text.replace(/number: \w+/, ''),
  )
  const found = await portal.get('/catalog-graph?add=vault', { as: 'cora' })
  expect(found.region('graph-found').text).toContain('Nothing has these words')
  const impact = await portal.get('/catalog-graph/impact.json?entity=component:default/cart', { as: 'cora' })
  expect(impact.body).not.toMatch(/vault|behind/)
  const card = await portal.get('/catalog/default/component/cart', { as: 'cora' })
  expect(card.region('graph-relations').html).not.toContain('vault')
  expect(
    (await portal.get('/catalog/default/component/cart', { as: 'anna' })).region('graph-relations').html,
  ).toContain('vault')
})

test('nobody signed in is asked to sign in', async () => {
  await using portal = await patientPortal({ files, access: true })
  for (const url of [
    cart,
    '/catalog-graph',
    '/catalog-graph/impact?entity=component:default/cart',
    '/catalog-graph/impact.json?entity=component:default/cart',
  ]) {
    expect((await portal.get(url)).status, url).toBe(401)
  }
})

test('steps, kinds and relations narrow it, and relations are followed the way they are called', async () => {
  await using portal = await patientPortal({ files })
  const shown = async (query: string) => titles((await pictureOf(portal, `${cart}&${query}`)).body).toSorted()
  expect(await shown('maxDepth=2&selectedKinds[]=api')).toEqual(['cart', 'cart-api'])
  expect(await shown('maxDepth=3&selectedRelations[]=dependsOn')).toEqual(['cart', 'cart-db', 'stock'])
  expect(await shown('maxDepth=all&selectedRelations[]=dependencyOf')).toEqual(['behind', 'cart', 'vault'])
  expect(await shown('maxDepth=1&selectedRelations[]=ownedBy')).toEqual(['Payments', 'cart'])
  expect(await shown('maxDepth=1')).not.toContain('Payments')
})

test('the form shows the state, and what is usual leaves the address', async () => {
  await using portal = await patientPortal({ files })
  const page = await pictureOf(portal, `${cart}&maxDepth=3&direction=TB&selectedKinds=api&mergeRelations=false`)
  const { html } = page.region('graph-form')
  const chosen = elements(html, ({ name, attributes }) => name === 'option' && 'selected' in attributes)
  expect(chosen.map(({ attributes }) => attributes.value)).toEqual(['3', 'TB', 'false', 'false', 'curveMonotoneX'])
  const checked = elements(html, ({ attributes }) => 'checked' in attributes).map(({ attributes }) => attributes.value)
  expect(checked).toEqual(expect.arrayContaining(['api', 'dependsOn', 'partOf']))
  expect(checked).not.toContain('ownedBy')
  expect(page.headers['hx-push-url']).toBe(`${cart}&maxDepth=3&selectedKinds[]=api&direction=TB&mergeRelations=false`)
  const usual = elements(html, ({ attributes }) => attributes.name === 'selectedRelations[]' && 'checked' in attributes)
  const sent = usual.map(({ attributes }) => `selectedRelations[]=${attributes.value}`).join('&')
  expect((await portal.get(`${cart}&maxDepth=2&direction=LR&add=&${sent}`)).headers['hx-push-url']).toBe(cart)
})

test('several roots are one graph, and one that is not there is named', async () => {
  await using portal = await patientPortal({ files })
  const url = `${cart}&rootEntityRefs[]=component:default/lonely&rootEntityRefs[]=component:default/gone&maxDepth=1`
  const page = await pictureOf(portal, url)
  expect(nodesOn(page.body).filter((one) => one.class === 'graph-node root')).toHaveLength(2)
  expect(page.text).toContain('component:default/gone is not in the catalog')
  expect(page.text).toContain('Relations of cart and 1 other')
})

test('a further root is found by its name, and among several one chooses', async () => {
  await using portal = await patientPortal({ files })
  const one = await portal.get(`${cart}&add=lonely`)
  expect(one.headers['hx-push-url']).toBe(`${cart}&rootEntityRefs[]=component:default/lonely`)
  const several = (await portal.get(`${cart}&add=cart`)).region('graph-found')
  expect(linksOf(several.html).map(({ href }) => href)).toContain(`${cart}&rootEntityRefs[]=resource:default/cart-db`)
  expect((await portal.get(`${cart}&add=no+such+words`)).region('graph-found').text).toContain('no such words')
})

test('without a root it offers domains and systems to begin at', async () => {
  await using portal = await patientPortal({ files })
  const page = await pictureOf(portal, '/catalog-graph')
  expect(page.text).toContain('Where shall it begin? trade shop')
  await using empty = await patientPortal()
  expect((await empty.get('/catalog-graph')).text).toContain('Nothing in the catalog yet')
})

test('an entity without relations says so and shows the lines to add; a filter that leaves nothing has a way out', async () => {
  await using portal = await patientPortal({ files })
  const alone = (await pictureOf(portal, '/catalog-graph?rootEntityRefs[]=component:default/lonely')).region(
    'graph-figure',
  )
  expect(alone.text).toContain('Nothing is related to it yet')
  expect(alone.text).toContain('consumesApis:')
  const filtered = (await pictureOf(portal, `${cart}&selectedKinds=user`)).region('graph-figure')
  expect(linksOf(filtered.html)).toContainEqual({ href: cart, text: 'Show every kind and relation' })
})

test.each([
  ['rootEntityRefs[]=cart', 'does not say which kind'],
  ['rootEntityRefs[]=component:default/cart&maxDepth=two', 'is no number of steps'],
  ['rootEntityRefs[]=component:default/cart&direction=up', 'is no direction'],
])('%s is refused with the reason', async (query, reason) => {
  await using portal = await patientPortal({ files })
  const page = await portal.get(`/catalog-graph?${query}`)
  expect(page.status).toBe(400)
  expect(page.text).toContain(reason)
})

test('hostile names stay text, in the picture and in what Graphviz is told', async () => {
  const title = `"];} digraph{</title><script>alert(1)</script>\\" onload="x`
  const hostile = component('odd', { dependsOn: ['component:cart'] }, { title })
  await using portal = await patientPortal({ files: { ...files, 'odd.yaml': hostile } })
  const page = await pictureOf(portal, '/catalog-graph?rootEntityRefs[]=component:default/odd&maxDepth=1')
  expect(page.region('graph-drawing').text).toContain('cart')
  expect(page.body).not.toContain('<script>alert')
  expect(page.body).not.toMatch(/\sonload="x/)
  expect(nodesOn(page.body)[0]?.label).toContain(title)
  const shown = await portal.get('/catalog/default/component/odd')
  expect(shown.region('graph-relations').html).not.toContain('<script>')
})

test('a circle ends', async () => {
  const ring = ['a', 'b', 'c'].map((name, at, all) =>
    component(name, { dependsOn: [`component:${all[(at + 1) % 3]}`, `component:${name}`] }),
  )
  await using portal = await patientPortal({ files: { 'org.yaml': organisation, 'ring.yaml': ring.join('') } })
  const page = await pictureOf(portal, '/catalog-graph?rootEntityRefs[]=component:default/a&maxDepth=all')
  expect(titles(page.body).toSorted()).toEqual(['a', 'b', 'c'])
  const { affected } = (await portal.get('/catalog-graph/impact.json?entity=component:default/a')).json<{
    affected: { ref: string }[]
  }>()
  expect(affected.map(({ ref }) => ref).toSorted()).toEqual(['component:default/b', 'component:default/c'])
})

test('beyond 500 nodes the nearest are drawn and the others counted', async () => {
  const near = Array.from({ length: 300 }, (_, at) => component(`near-${at}`, { dependsOn: ['component:hub'] }))
  const far = Array.from({ length: 400 }, (_, at) =>
    component(`far-${at}`, { dependsOn: [`component:near-${at % 300}`] }),
  )
  await using portal = await patientPortal({ files: { 'hub.yaml': [component('hub'), ...near, ...far].join('') } })
  const page = await pictureOf(portal, '/catalog-graph?rootEntityRefs[]=component:default/hub')
  const drawn = titles(page.body)
  expect(drawn).toHaveLength(500)
  expect(drawn.filter((title) => title.startsWith('near-'))).toHaveLength(300)
  expect(page.text).toContain('The nearest are shown; 201 entities further away are left out')
  expect(page.text).toContain('Draw only the shortest way to each')
  const card = (await portal.get('/catalog/default/component/hub')).region('graph-relations')
  expect(card.text).toContain('294 more')
})

test('without a picture the list stands, open, and says why there is none', async () => {
  await using portal = await patientPortal({ files, plugins: [graph({ timeout: '1ms' })] })
  const page = await pictureOf(portal, `${cart}&maxDepth=1`)
  expect(page.has('graph-drawing')).toBe(false)
  expect(page.region('graph-figure').text).toContain('There is no picture: it took longer than 0.001 s.')
  expect(page.region('graph-list').html).toMatch(/^<details[^>]* open/)
  expect(rowsOf(page.region('graph-list').html)).toHaveLength(6)
  // The picture on the entity's page needs no Graphviz.
  expect((await portal.get('/catalog/default/component/cart')).region('graph-drawing').text).toContain('cart-api')
})

test('what nothing defines is drawn, and leads nowhere', async () => {
  const ghostly = component('cart', { dependsOn: ['component:ghost'] })
  await using portal = await patientPortal({ files: { 'a.yaml': ghostly } })
  const page = await pictureOf(portal, `${cart}&maxDepth=1`)
  expect(nodesOn(page.body).find((one) => one.label.startsWith('ghost'))).toMatchObject({
    class: 'graph-node unknown',
    role: 'img',
  })
  expect(linksOf(page.region('graph-drawing').html).map(({ href }) => href)).not.toContain(
    '/catalog/default/component/ghost',
  )
})

test('the page of a group leads to its graph, that of a component shows its neighbours', async () => {
  await using portal = await patientPortal({ files })
  const group = (await portal.get('/catalog/default/group/payments')).region('graph-owner')
  expect(linksOf(group.html).map(({ href }) => href)).toEqual([
    '/catalog-graph?rootEntityRefs[]=group:default/payments',
  ])
  const links = linksOf((await portal.get('/catalog/default/component/cart')).region('graph-relations').html).map(
    ({ href }) => href,
  )
  expect(links).toEqual(
    expect.arrayContaining([
      '/catalog/default/api/cart-api',
      cart,
      '/catalog-graph/impact?entity=component:default/cart',
    ]),
  )
})
