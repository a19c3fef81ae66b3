/** Made-up regions of the home page of somebody who owns much. */
import type { AroundCard, MineCard, OwnProblems } from '../catalog/own-work-views.ts'
import type { StarredList, VisitList } from '../home/views.ts'
import { entityLink, now, owners } from './entity-fixtures.ts'

const minute = 60_000

const thing = (name: string, more: Partial<StarredList['rows'][number]> = {}) => ({
  ...entityLink('component', name, 'box'),
  key: `component:default/${name}`,
  what: 'Component · service',
  owner: owners.cart,
  problems: { errors: 0, warnings: 0 },
  star: { kind: 'entity', key: `component:default/${name}`, title: name, isStarred: true, back: '/admin/gallery' },
  ...more,
})

const starred: StarredList = {
  rows: [
    thing('pricing', { problems: { errors: 1, warnings: 2 } }),
    thing('warehouse-recommendations-batch-importer-for-the-northern-markets', { owner: owners.long }),
  ],
  total: 24,
  allHref: '/home/stars',
  gone: ['old-cart', 'old-checkout', 'old-stock', 'old-ledger'],
  goneHref: '/home/stars/removal',
  isWide: false,
}

const visits: VisitList = {
  rows: [{ ...thing('stock'), at: now - 3 * minute }],
  clearHref: '/home/visits/removal',
}

const problem = (name: string, more: Partial<OwnProblems['rows'][number]> = {}): OwnProblems['rows'][number] => ({
  ...entityLink('component', name, 'box'),
  what: { title: 'A reference leads nowhere', message: 'There is no system called ordrs' },
  problems: { errors: 2, warnings: 1 },
  owner: owners.payments,
  since: now - 26 * minute,
  ...more,
})

const ownProblems: OwnProblems = {
  total: 12,
  problems: { errors: 5, warnings: 9 },
  rows: [
    problem('checkout'),
    problem('warehouse-recommendations-batch-importer-for-the-northern-markets', {
      what: null,
      problems: { errors: 0, warnings: 1 },
      owner: owners.long,
      since: null,
    }),
  ],
  problemsHref: '/catalog/problems?owner=group:default/payments',
  allHref: '/catalog?kind=all&owner=group:default/payments&problems=any',
}

const mine: MineCard = {
  total: 400,
  allHref: '/catalog?kind=all&owner=group:default/payments',
  kinds: [
    {
      title: 'Components',
      icon: 'box',
      count: 399,
      problematic: 3,
      href: '/catalog?kind=component&owner=group:default/payments',
      entities: ['checkout', 'ledger', 'payouts'].map((name) => ({
        ...entityLink('component', name, 'box'),
        hasProblems: name === 'ledger',
      })),
    },
    {
      title: 'API',
      icon: 'plug',
      count: 1,
      problematic: 0,
      href: '/catalog?kind=api&owner=group:default/payments',
      entities: [{ ...entityLink('api', 'orders-api', 'plug'), hasProblems: false }],
    },
  ],
  owners: [
    { title: 'Payments', href: '/catalog?kind=all&owner=group:default/payments', count: 398 },
    { title: 'Ada Lind', href: '/catalog?kind=all&owner=user:default/ada', count: 2 },
  ],
  example: 'user:default/ada',
}

const around: AroundCard = {
  rows: [
    {
      entity: { ...entityLink('api', 'orders-api', 'plug'), name: 'orders-api', owner: owners.cart },
      what: 'Description changed',
      at: now - 8 * minute,
    },
  ],
}

type Section = readonly [title: string, view: string, samples: [name: string, props: object][]]

/** Each with its view and its samples. */
export const homeSections: readonly Section[] = [
  ['Problems of what one owns', 'catalog/_own-problems', [['more than fit', ownProblems]]],
  ['Owned by the reader', 'catalog/_mine', [['of two owners', mine]]],
  ['Changed near the reader', 'catalog/_around', [['one change', around]]],
  ['Nothing waits', 'home/_waiting', [['for the reader', { cards: [] }]]],
  ['Starred', 'home/_starred', [['more than fit, some gone', { starred }]]],
  ['Visited', 'home/_visits', [['one page', { visits }]]],
]
