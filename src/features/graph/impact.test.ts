import { expect, test } from 'vitest'
import {
  elements,
  linksOf,
  organisation,
  type TestPortal,
  type TestPortalOptions,
  testPortal,
} from '../../testing/index.ts'
import { graph } from './index.ts'

/** On a busy machine the process that draws takes seconds to start. */
const patientPortal = (options: TestPortalOptions = {}) =>
  testPortal({ plugins: [graph({ timeout: '60s' })], ...options })

const entity = (kind: string, name: string, spec: object = {}) =>
  `---\n${JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { name },
    spec: {
      ...(kind === 'System' || kind === 'Domain' ? {} : { type: 'service', lifecycle: 'production' }),
      owner: 'payments',
      ...spec,
    },
  })}\n`

const files = {
  'org.yaml': organisation,
  'shop.yaml': [
    entity('Domain', 'trade'),
    entity('System', 'shop', { domain: 'trade' }),
    entity('Component', 'cart', { system: 'shop', dependsOn: ['resource:db'], providesApis: ['cart-api'] }),
    entity('Component', 'sibling', { system: 'shop' }),
    entity('Component', 'front', { owner: 'visitors', consumesApis: ['cart-api'] }),
    entity('Component', 'kiosk', { owner: 'visitors', dependsOn: ['component:front'] }),
    entity('Component', 'apart', { dependsOn: ['resource:other'] }),
    entity('Resource', 'db'),
    entity('API', 'cart-api', { type: 'openapi', definition: 'openapi: 3.0.0' }),
  ].join(''),
}

interface Json {
  count: number
  complete: boolean
  affected: { ref: string; relation: string; steps: number; way: string[]; owner: string }[]
}
const impactOf = async (portal: TestPortal, entity: string) => {
  return (await portal.get(`/catalog-graph/impact.json?entity=${entity}`)).json<Json>()
}
const names = ({ affected }: Json) => affected.map(({ ref }) => ref.split('/')[1]).toSorted()

test('everything that depends on it, through others too, each by the shortest way', async () => {
  await using portal = await patientPortal({ files })
  const impact = await impactOf(portal, 'resource:default/db')
  expect(names(impact)).toEqual(['cart', 'cart-api', 'front', 'kiosk', 'shop', 'trade'])
  expect(impact).toMatchObject({ count: 6, complete: true })
  expect(impact.affected.map(({ steps }) => steps)).toEqual([1, 2, 2, 3, 3, 4])
  expect(impact.affected.find(({ ref }) => ref.endsWith('/kiosk'))).toEqual({
    ref: 'component:default/kiosk',
    title: 'kiosk',
    kind: 'Component',
    type: 'service',
    owner: 'group:default/visitors',
    relation: 'dependsOn',
    steps: 4,
    way: ['resource:default/db', 'component:default/cart', 'api:default/cart-api', 'component:default/front'],
  })
})

test('a system fails with all its parts; from a part its whole does not carry on to the others', async () => {
  await using portal = await patientPortal({ files })
  expect(names(await impactOf(portal, 'system:default/shop'))).toEqual([
    'cart',
    'cart-api',
    'front',
    'kiosk',
    'sibling',
    'trade',
  ])
  expect(names(await impactOf(portal, 'component:default/cart'))).not.toContain('sibling')
  expect(names(await impactOf(portal, 'component:default/kiosk'))).toEqual([])
})

test('the page groups it by owner and says what leads to each', async () => {
  await using portal = await patientPortal({ files })
  const page = await portal.get('/catalog-graph/impact?entity=resource:default/db')
  expect(page.text).toContain('6 entities of 2 owners depend on it, 1 of them directly')
  const visitors = page.region('graph-owner-group_3adefault_2fvisitors')
  expect(visitors.text).toMatch(/^Visitors 2 entities|VI Visitors 2 entities/)
  expect(visitors.text).toContain('kiosk Component · service depends on front , through cart-api ‹ cart')
  expect(linksOf(page.body).map(({ href }) => href)).toContain('/catalog-graph/impact.json?entity=resource:default/db')
  const picture = linksOf(page.body).find(({ text }) => text === 'As a picture')?.href ?? ''
  const drawn = elements(
    (await portal.get(picture)).body,
    ({ attributes }) => attributes.class?.startsWith('graph-node') === true,
  )
  expect(drawn.length).toBeGreaterThanOrEqual(7)
})

test('of many each owner shows the nearest, and a page of its own shows all', async () => {
  const users = Array.from({ length: 230 }, (_, at) =>
    entity('Component', `u-${at}`, { owner: at % 2 ? 'payments' : 'visitors', dependsOn: ['resource:db'] }),
  )
  await using portal = await patientPortal({
    files: { 'org.yaml': organisation, 'a.yaml': [entity('Resource', 'db'), ...users].join('') },
  })
  const page = await portal.get('/catalog-graph/impact?entity=resource:default/db')
  const rows = (html: string) => elements(html, ({ attributes }) => attributes.class === 'graph-row')
  expect(rows(page.body)).toHaveLength(20)
  const all = linksOf(page.body).find(({ text }) => text === 'Show all 115')?.href ?? ''
  const one = await portal.get(all)
  expect(rows(one.body)).toHaveLength(115)
  expect(one.text).toContain('Show every owner')
})

test('what nothing depends on says so; ownership is no dependence', async () => {
  await using portal = await patientPortal({ files })
  expect((await portal.get('/catalog-graph/impact?entity=component:default/apart')).text).toContain(
    'Nothing depends on it',
  )
  expect((await portal.get('/catalog-graph/impact?entity=group:default/payments')).text).toContain(
    'Owning is not depending',
  )
})

test('what is not there is a 404, what is no reference a 400', async () => {
  await using portal = await patientPortal({ files })
  for (const path of ['impact', 'impact.json']) {
    expect((await portal.get(`/catalog-graph/${path}?entity=component:default/gone`)).status).toBe(404)
    expect((await portal.get(`/catalog-graph/${path}?entity=gone`)).status).toBe(400)
    expect((await portal.get(`/catalog-graph/${path}`)).status).toBe(400)
  }
})
