import { afterAll, beforeAll, expect, test } from 'vitest'
import { PortalError } from '../../api/errors.ts'
import { definePlugin, type EntityCard } from '../../api/plugin.ts'
import { linksOf, type TestPortal, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'

// What plugins contribute to the page of an entity: it stands, whatever becomes of them.

const card = (id: string, load: EntityCard['load'], more: Partial<EntityCard> = {}): EntityCard => ({
  id,
  title: `Card ${id}`,
  permission: 'catalog.read',
  view: 'facts',
  load,
  ...more,
})
const facts = (value: string) => ({ facts: [{ title: 'Value', value }] })
const aborted: string[] = []

const extras = definePlugin({
  name: 'extras',
  apiVersion: 1,
  permissions: { 'extras.secret': { on: 'entity', description: 'For owners.' } },
  entityCards: [
    card('good', ({ entity }) => facts(`of ${entity.metadata.name}`)),
    card('later', async () => facts('from afar')),
    card('broken', () => {
      throw new Error('the password is hunter2 at <b>db</b>')
    }),
    card('refused', async () => {
      throw new PortalError('upstream', 'The cost service answered 503', { hint: 'Ask the team of finance.' })
    }),
    card('slow', ({ signal }) => {
      signal.addEventListener('abort', () => aborted.push('slow'))
      return new Promise(() => undefined)
    }),
    card('empty', () => undefined),
    card('other', () => facts('never'), { when: (one) => one.kind === 'System' }),
    card('owners', () => facts('for owners only'), { permission: 'extras.secret' }),
  ],
  entityTabs: [
    {
      ...card('costs', () => undefined),
      load: ({ entity, query }) => facts(`${entity.metadata.name} in ${query.year ?? 'all years'}`),
    },
    {
      ...card('broken-tab', () => undefined),
      load: () => {
        throw new Error('no')
      },
    },
    { ...card('owners-tab', () => undefined), permission: 'extras.secret', load: () => facts('for owners only') },
    { ...card('systems-tab', () => undefined), when: (one) => one.kind === 'System', load: () => facts('x') },
  ],
})

const page = '/catalog/default/component/cart'
let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ files: { 'all.yaml': entity({ name: 'cart' }) }, plugins: [extras], access: true })
})
afterAll(() => portal.close())

test('the cards of plugins stand on the page, each with its data', async () => {
  const { status, ...answer } = await portal.get(page, { as: 'cora' })
  expect(status).toBe(200)
  expect(answer.region('card-extras-good').text).toBe('Card good Value of cart')
  expect(answer.region('card-extras-later').text).toBe('Card later Value from afar')
})

test('a card that has nothing to show, does not apply, or is not for the reader is left out', async () => {
  const answer = await portal.get(page, { as: 'cora' })
  expect(answer.status).toBe(200)
  for (const id of ['empty', 'other', 'owners']) expect(answer.has(`card-extras-${id}`), id).toBe(false)
  const owner = await portal.get(page, { as: 'anna' })
  expect(owner.region('card-extras-owners').text).toContain('for owners only')
})

test('a card that fails shows what went wrong and whose it is, and the page stands', async () => {
  const answer = await portal.get(page, { as: 'cora' })
  expect(answer.status).toBe(200)
  const refused = answer.region('card-extras-refused')
  expect(refused.text).toContain('The plugin extras could not show this.')
  expect(refused.text).toContain('The cost service answered 503. Ask the team of finance.')
  expect(linksOf(refused.html)).toContainEqual({ href: `${page}/cards/extras.refused`, text: 'Try again' })
  expect(answer.region('card-extras-broken').text).toContain('The plugin extras could not show this.')
  expect(answer.body).not.toContain('<b>db</b>')
  expect(answer.region('catalog-about').text).toContain('Owner')
})

test('a card that takes too long is given up, told so, and the page stands', async () => {
  aborted.length = 0
  const answer = await portal.get(page, { as: 'cora' })
  expect(answer.status).toBe(200)
  expect(answer.region('card-extras-slow').text).toContain('It took longer than 1 s')
  expect(aborted).toEqual(['slow'])
})

test('a card has an address of its own, with the same rules', async () => {
  const one = await portal.get(`${page}/cards/extras.good`, { as: 'cora' })
  expect(one.status).toBe(200)
  expect(one.body.trim()).toMatch(/^<section[\s\S]*<\/section>$/)
  expect(one.region('card-extras-good').text).toBe('Card good Value of cart')
  for (const id of ['extras.empty', 'extras.other', 'extras.owners', 'extras.nothing', 'good', '..%2f']) {
    expect((await portal.get(`${page}/cards/${id}`, { as: 'cora' })).status, id).toBe(404)
  }
  expect((await portal.get(`${page}/cards/extras.owners`, { as: 'anna' })).status).toBe(200)
})

test('a tab has its link and its page, and gets the query', async () => {
  const tab = await portal.get(`${page}/costs?year=2026`, { as: 'cora' })
  expect(tab.status).toBe(200)
  expect(tab.region('card-extras-costs').text).toBe('Card costs Value cart in 2026')
  const current = linksOf(tab.region('catalog-head').html)
  expect(current).toContainEqual({ href: `${page}/costs`, text: 'Card costs' })
  expect(tab.region('catalog-head').html).toContain(`href="${page}/costs" aria-current="page"`)
})

test('a tab that fails shows the error under the header of the entity', async () => {
  const tab = await portal.get(`${page}/broken-tab`, { as: 'cora' })
  expect(tab.status).toBe(200)
  expect(tab.region('card-extras-broken-tab').text).toContain('The plugin extras could not show this.')
  expect(tab.region('catalog-head').text).toContain('cart')
})

test('a tab that is not there, does not apply or is not for the reader is not found, and not offered', async () => {
  for (const id of ['nothing', 'systems-tab', 'owners-tab']) {
    expect((await portal.get(`${page}/${id}`, { as: 'cora' })).status, id).toBe(404)
  }
  const offered = linksOf((await portal.get(page, { as: 'cora' })).region('catalog-head').html).map(({ href }) => href)
  expect(offered).not.toContain(`${page}/owners-tab`)
  expect(offered).not.toContain(`${page}/systems-tab`)
  expect((await portal.get(`${page}/owners-tab`, { as: 'anna' })).status).toBe(200)
})

test.each([
  ['does not exist', { view: 'extras/nothing' }],
  ['cannot show what it gets', { view: 'table' }],
])('a card whose view %s takes only itself down', async (_, more) => {
  const files = { 'all.yaml': entity({ name: 'cart' }) }
  const plugin = { ...extras, entityCards: [card('good', () => facts('good')), card('bad', () => facts('x'), more)] }
  // Strict views throw, so that the tests of the views themselves see it.
  await using other = await testPortal({ files, plugins: [plugin], strict: false })
  const answer = await other.get(page)
  expect(answer.status).toBe(200)
  expect(answer.region('card-extras-bad').text).toContain('The plugin extras could not show this.')
  expect(answer.region('card-extras-good').text).toContain('good')
})
