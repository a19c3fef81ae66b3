import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestPortal, testPortal } from '../../testing/index.ts'
import { people } from '../../testing/people.ts'
import { crowd, described, exampleFiles, manual, manuals } from './fixtures/company.ts'
import { searchService } from './service.ts'

// A hundred queries, each with what somebody who types it wants, in the organisation of the examples among some
// hundreds of other entities.

let portal: TestPortal
beforeAll(async () => {
  const pages = [
    manual('/docs/restore', 'Restore a database', {
      heading: 'Backups Point in time',
      body: 'Run the drill each May.',
    }),
    manual('/docs/on-call', 'On call', { heading: 'Handover Escalation', body: 'Whoever wakes up writes it down.' }),
    manual('/docs/deploy', 'How we deploy', { heading: 'Canary Rollback', body: 'The ledger goes out last.' }),
  ]
  const more = [
    described({ name: 'PaymentGatewayAdapter', owner: 'data', description: 'Speaks to the bank.' }),
    described({
      name: 'fraud_score_model',
      owner: 'data',
      type: 'model',
      description: 'Says how likely it is a thief.',
    }),
    described({ name: 'kessai', owner: 'data', title: '決済サービス', description: '支払いを処理する' }),
    described({ name: 'rahmen', owner: 'data', title: 'Überweisungsprüfung', description: 'Prüft Überweisungen.' }),
    described({ name: 'oauth2-proxy', owner: 'data', description: 'Signs people in.' }),
  ]
  portal = await testPortal({
    files: { ...exampleFiles(), 'crowd/catalog-info.yaml': crowd(), 'more/catalog-info.yaml': more.join('\n---\n') },
    paths: ['**/catalog-info.yaml'],
    plugins: [manuals(pages)],
  })
})
afterAll(() => portal.close())

const c = (name: string) => `component:default/${name}`
const api = (name: string) => `api:default/${name}`
const r = (name: string) => `resource:default/${name}`
const g = (name: string) => `group:default/${name}`
const u = (name: string) => `user:default/${name}`

const judged: readonly (readonly [typed: string, wanted: string])[] = [
  // Whole names, however they are written.
  ['cart', c('cart')],
  ['checkout', c('checkout')],
  ['ledger', c('ledger')],
  ['storefront', c('storefront')],
  ['price-engine', c('price-engine')],
  ['price engine', c('price-engine')],
  ['PRICE_ENGINE', c('price-engine')],
  ['priceengine', c('price-engine')],
  ['order-db', r('order-db')],
  ['Order database', r('order-db')],
  ['cart api', api('cart-api')],
  ['Ledger API', api('ledger-api')],
  ['product-graph', api('product-graph')],
  ['shop.orders.v3', r('order-events-topic')],
  ['component:default/cart', c('cart')],
  ['system:default/payments', 'system:default/payments'],
  ['returns desk', 'component:partners/returns-desk'],
  ['service-kit', c('service-kit')],
  ['kafka-toolkit', c('kafka-toolkit')],
  ['night watch', c('night-watch')],
  // While they are typed.
  ['che', c('checkout')],
  ['led', c('ledger')],
  ['stor', c('storefront')],
  ['price-e', c('price-engine')],
  ['kaf', c('kafka-toolkit')],
  ['vouch', c('vouchers')],
  ['deliv', c('delivery-estimates')],
  ['stock', c('stock-sync')],
  ['photo', c('photo-resizer')],
  ['design', c('design-kit')],
  ['nightly', c('nightly-recommendation-import-for-abandoned-baskets-and-lists')],
  ['camp', c('campaign-pages')],
  ['sales-p', c('sales-pipeline')],
  ['ord boo', c('order-book')],
  ['che api', api('checkout-api')],
  ['prod sea', c('product-search')],
  // Words of a name in any order.
  ['graph product', api('product-graph')],
  ['resizer photo', c('photo-resizer')],
  ['abandoned baskets', c('nightly-recommendation-import-for-abandoned-baskets-and-lists')],
  ['warehouse sales', r('sales-warehouse')],
  ['cluster shop', r('shop-cluster')],
  ['kafka core', r('core-kafka')],
  // People and groups.
  ['anna', u('anna')],
  ['Sandoval', u('anna')],
  ['ben adeyemi', u('ben')],
  ['cora weiß', u('cora')],
  ['krol', u('ewa')],
  ['Król', u('ewa')],
  ['田中', u('hiro')],
  ['tanaka', u('hiro')],
  ['ines', u('ines')],
  ['Inês Faria', u('ines')],
  ['noor.vandijk@brackenlow.example.com', u('noor')],
  ['mira petrova', u('mira')],
  ['greyhaven', 'group:partners/greyhaven-studio'],
  ['fulfilment', g('fulfilment')],
  ['platform', g('platform')],
  ['team platform', g('platform')],
  ['commerce', g('commerce')],
  // What it is about.
  ['spelt wrong', c('product-search')],
  ['taxes included', c('price-engine')],
  ['backups clean-up', c('night-watch')],
  ['"kept for fourteen days"', r('order-events-topic')],
  ['basket devices', c('cart')],
  ['label five languages', 'component:partners/returns-desk'],
  ['marketing landing', c('campaign-pages')],
  ['twice erased', c('ledger')],
  ['logging metrics', c('service-kit')],
  ['intranet', g('brackenlow')],
  ['topics lag', r('core-kafka')],
  // Misspelt by a letter.
  ['chekout', c('checkout')],
  ['checkuot', c('checkout')],
  ['ledgr', c('ledger')],
  ['storefornt', c('storefront')],
  ['storfront', c('storefront')],
  ['pric-engine', c('price-engine')],
  ['kafka-tolkit', c('kafka-toolkit')],
  ['vuochers', c('vouchers')],
  ['delivery-estimtes', c('delivery-estimates')],
  ['greyhavn', 'group:partners/greyhaven-studio'],
  ['sandobal', u('anna')],
  ['petorva', u('mira')],
  ['fullfilment', g('fulfilment')],
  ['photo-resiser', c('photo-resizer')],
  ['harbour-gatway', c('harbour-gateway')],
  // Filters.
  ['kind:api cart', api('cart-api')],
  ['kind:group cart', g('cart')],
  ['kind:resource owner:payments', r('ledger-db')],
  ['type:website', c('storefront')],
  ['type:graphql', api('product-graph')],
  ['cart -kind:component -kind:api kind:system', 'system:default/cart'],
  ['owner:data type:batch-job', c('nightly-recommendation-import-for-abandoned-baskets-and-lists')],
  ['in:apis order events', api('order-events')],
  // In a crowd, in other scripts, in pieces.
  ['cargo planner', c('cargo-planner')],
  ['customs-archive-api', api('customs-archive-api')],
  ['berth sto', r('berth-archive-store')],
  ['gateway adapter', c('PaymentGatewayAdapter')],
  ['fraud score', c('fraud_score_model')],
  ['決済', c('kessai')],
  ['uberweisung', c('rahmen')],
  ['oauth', c('oauth2-proxy')],
  // Pages.
  ['restore database', '/docs/restore'],
  ['escalation', '/docs/on-call'],
  ['rollback', '/docs/deploy'],
]

test('the right answer is among the first three for at least 95 of 100', () => {
  const service = portal.portal.services.use(searchService, 'a test')
  const wrong = judged.flatMap(([typed, wanted]) => {
    const first = service.search(people.root, { text: typed }).rows.slice(0, 3)
    return first.some(({ key }) => key === wanted) ? [] : [`${typed}: ${first.map(({ key }) => key).join(' ')}`]
  })
  expect(judged.length).toBeGreaterThanOrEqual(100)
  expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(judged.length * 0.05)
})

test('the palette gives the same answers first as the page', () => {
  const service = portal.portal.services.use(searchService, 'a test')
  const other = judged.filter(([typed]) => {
    const [page] = service.search(people.root, { text: typed }).rows
    const [palette] = service.quick(people.root, typed, 250).rows
    return page?.key !== palette?.key
  })
  expect(other).toEqual([])
})
