import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entity } from '../../../api/entity.ts'
import { elements, linksOf, type TestPortal, testPortal } from '../../../testing/index.ts'
import { catalog } from '../index.ts'
import { checkoutsProvider } from '../providers/checkouts.ts'
import { tenCheckouts, writeCheckouts } from './fixtures/checkouts.ts'

let root: string
let portal: TestPortal
let text: Map<string, string>
let entities: Map<string, Entity>

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'callboard-ten-'))
  writeCheckouts(root, tenCheckouts)
  const provider = checkoutsProvider({ from: [root] })
  portal = await testPortal({ plugins: [catalog({ providers: [{ ...provider, watch: async () => async () => {} }] })] })
  const tree = await provider.open(new AbortController().signal, { data: root, offline: false })
  const files = await tree.list([...provider.paths])
  const read = async (path: string) => Buffer.from(await tree.read(path)).toString()
  text = new Map(await Promise.all(files.map(async ({ path }) => [path, await read(path)] as const)))
  const all = (await portal.get('/catalog.json?kind=all')).json<Entity[]>()
  entities = new Map(all.map((one) => [`${one.kind} ${one.metadata.name}`.toLowerCase(), one]))
})
afterAll(async () => {
  await portal.close()
  rmSync(root, { recursive: true, force: true })
})

interface Expected {
  type: string
  lifecycle: string
  owner: string
  tags: string[]
  dependsOn?: string[]
  apis?: Record<string, string>
  docs?: true
  description?: string
  title?: string
  system?: string
}

const expected: Record<string, Expected> = {
  cart: {
    title: 'Cart service',
    description: 'Holds what people want to buy',
    type: 'service',
    lifecycle: 'production',
    owner: 'group:checkout',
    tags: ['typescript', 'express'],
    dependsOn: ['component:money'],
    apis: { 'cart-api': 'openapi' },
    docs: true,
  },
  shop: {
    type: 'website',
    lifecycle: 'experimental',
    owner: 'group:web',
    tags: ['typescript', 'nextjs', 'react'],
    dependsOn: ['component:money'],
    system: 'storefront',
  },
  money: {
    description: 'Sums that do not lose cents',
    type: 'library',
    lifecycle: 'production',
    owner: 'group:checkout',
    tags: ['typescript'],
    system: 'storefront',
  },
  ledger: {
    description: 'Books every payment twice.',
    type: 'service',
    lifecycle: 'production',
    owner: 'group:payments',
    tags: ['go', 'grpc'],
    apis: { 'ledger-api': 'grpc' },
    docs: true,
  },
  acmectl: {
    type: 'cli',
    lifecycle: 'experimental',
    owner: 'user:bolind',
    tags: ['go', 'cobra'],
    dependsOn: ['component:ledger'],
  },
  'acme-pricing': {
    description: 'Says what things cost',
    type: 'service',
    lifecycle: 'production',
    owner: 'user:nora',
    tags: ['python', 'fastapi'],
    dependsOn: ['component:acme-rates'],
    apis: { 'acme-pricing-api': 'openapi' },
  },
  'acme-rates': {
    description: 'Exchange rates.',
    type: 'library',
    lifecycle: 'deprecated',
    owner: 'user:bolind',
    tags: ['python'],
    docs: true,
  },
  tokens: {
    description: 'Signed tokens',
    type: 'library',
    lifecycle: 'experimental',
    owner: 'user:anna',
    tags: ['rust'],
  },
  orders: {
    title: 'Order desk',
    description: 'Takes orders & keeps them',
    type: 'service',
    lifecycle: 'production',
    owner: 'group:orders',
    tags: ['java', 'spring-boot'],
    apis: { 'orders-api': 'asyncapi' },
  },
  mail: {
    description: 'Sends letters to people.',
    type: 'service',
    lifecycle: 'experimental',
    owner: 'user:anna',
    tags: ['ruby', 'sinatra'],
    apis: { 'mail-api': 'graphql' },
    docs: true,
  },
  'acme.invoices': {
    type: 'service',
    lifecycle: 'production',
    owner: 'user:bolind',
    tags: ['csharp', 'aspnetcore'],
  },
}

describe('what is inferred of ten repositories in seven languages', () => {
  test.each(Object.entries(expected))('%s', (name, facts) => {
    const entity = entities.get(`component ${name}`)
    const { metadata, spec } = entity ?? { metadata: undefined, spec: undefined }
    expect({
      ...(metadata?.title !== undefined && { title: metadata.title }),
      ...(metadata?.description !== undefined && { description: metadata.description }),
      type: spec?.type,
      lifecycle: spec?.lifecycle,
      owner: spec?.owner,
      tags: metadata?.tags,
      ...(spec?.dependsOn !== undefined && { dependsOn: spec.dependsOn }),
      ...(spec?.system !== undefined && { system: spec.system }),
      ...(spec?.providesApis !== undefined && { apis: apisOf(spec.providesApis) }),
      ...(metadata?.annotations?.['backstage.io/techdocs-ref'] === 'dir:.' && { docs: true }),
    }).toEqual(facts)
    expect(metadata?.annotations?.['callboard.dev/inferred']).toBe('true')
  })

  const apisOf = (names: unknown) =>
    Object.fromEntries((names as string[]).map((name) => [name, entities.get(`api ${name}`)?.spec?.type]))

  test('and nothing else, with owners that are there and no problem', async () => {
    const names = [...entities.keys()].filter((key) => key.startsWith('component ')).sort()
    expect(names).toEqual(
      Object.keys(expected)
        .map((name) => `component ${name}`)
        .sort(),
    )
    const others = [...entities.keys()].filter((key) => !/^(component|api) /.test(key)).sort()
    const groups = ['checkout', 'orders', 'payments', 'web'].map((name) => `group ${name}`)
    const users = ['anna', 'bolind', 'nora'].map((name) => `user ${name}`)
    expect(others).toEqual([...groups, 'system storefront', ...users])
    expect((await portal.get('/metrics')).body).toMatch(/callboard_catalog_problems 0\n/)
  })

  test('an API has the text of its definition, and a person what commits say', () => {
    expect(entities.get('api cart-api')?.spec?.definition).toBe(tenCheckouts.cart?.files['openapi.yaml'])
    expect(entities.get('api cart-api')?.metadata.title).toBe('Cart API')
    expect(entities.get('user anna')?.spec?.profile).toEqual({ displayName: 'Anna Berg', email: 'anna@acme.test' })
    expect(entities.get('user bolind')?.spec?.profile).toEqual({ displayName: 'Bo Lind' })
  })

  test('addresses come from the remote, without what was secret in them', () => {
    const annotations = (name: string) => entities.get(name)?.metadata.annotations ?? {}
    expect(annotations('component cart')['github.com/project-slug']).toBe('acme/cart')
    expect(annotations('component orders')['gitlab.com/project-slug']).toBe('acme/back/orders')
    expect(entities.get('system storefront')?.metadata.links).toEqual([
      { url: 'https://github.com/acme/storefront', title: 'Repository' },
    ])
    expect([...text.values()].join('')).not.toMatch(/secret|token@/)
  })
})

test('each value says in the file where it comes from', () => {
  const cart = text.get('cart/catalog-info.yaml') ?? ''
  for (const line of [
    'name: cart # package.json:2, name of the package',
    'title: Cart service # README.md:1, heading of the README',
    'type: service # package.json:10, dependency express',
    'owner: "group:checkout" # CODEOWNERS:4, owner of *',
    '- "component:money" # package.json:11, dependency @acme/money',
    'type: openapi # openapi.yaml:1, an OpenAPI definition',
  ])
    expect(cart).toContain(` ${line}\n`)
  expect(text.get('orders/catalog-info.yaml')).toContain('name: orders # pom.xml:10, artifact of the project')
  expect(text.get('acmectl/catalog-info.yaml')).toContain('# made 2 of 3 commits of the last year')
})

const about = '/catalog/default/component/cart'

test('the page is marked, and tells the real file and line of each field', async () => {
  const page = await portal.get(about)
  expect(linksOf(page.region('catalog-head').html)).toContainEqual({ href: `${about}/write`, text: 'inferred' })
  expect(page.body).toContain('Inferred: package.json:10, dependency express')
  const fields = await portal.get(`${about}/source?form=fields`)
  const owner = linksOf(fields.body).find(({ text }) => /^CODEOWNERS ?:4$/.test(text))
  expect(owner?.href).toBe(`${about}/source?file=cart%2FCODEOWNERS&line=4#L4`)
  const file = await portal.get(owner?.href ?? '')
  expect(file.text).toContain('* @acme/checkout @anna')
  // What is no file of the repository leads to the line that was generated.
  const remote = linksOf(fields.body).find(({ text }) => text === '.git/config')
  expect(remote?.href).toContain('file=cart%2Fcatalog-info.yaml')
})

test('the file can be had to be written, without the mark', async () => {
  const { html } = (await portal.get(`${about}/write`)).region('catalog-written')
  const [pre] = elements(html, ({ attributes }) => attributes.id === 'catalog-written-text')
  expect(pre?.text).toContain('kind: Component')
  expect(pre?.text).not.toContain('callboard.dev/inferred')
  expect(html).toContain(join(root, 'cart/catalog-info.yaml'))
  const owner = (await portal.get('/catalog/default/group/checkout/write')).region('catalog-written')
  expect(owner.text).toContain('No file defines these owners')
})

test('once the file is there it holds', async () => {
  writeFileSync(
    join(root, 'tokens/catalog-info.yaml'),
    'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: tokens }\nspec: { type: crate, lifecycle: mine, owner: user:anna }\n',
  )
  await portal.crawl()
  const page = await portal.get('/catalog/default/component/tokens')
  expect(page.region('catalog-head').text).toContain('crate · mine')
  expect(page.region('catalog-head').text).not.toContain('inferred')
  expect((await portal.get('/catalog/default/component/tokens/write')).status).toBe(404)
})
