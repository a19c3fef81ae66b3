/** Made-up data in which every region has each of its states: drawn by the gallery, rendered by the tests. */
import { errorCodes } from '../../api/errors.ts'
import { titles } from '../../platform/http/errors.ts'
import { domId } from '../../platform/views/ids.ts'
import type { CatalogEmpty, Column, EntityRow, FilterGroup, Owner, Pager, Problem, Tree } from '../catalog/views.ts'
import { accessSections } from './access-fixtures.ts'
import { accountSections } from './account-fixtures.ts'
import { adminSections } from './admin-fixtures.ts'
import { auditSections } from './audit-fixtures.ts'
import { cardSamples } from './card-fixtures.ts'
import { contributors } from './contributor-fixtures.ts'
import { about, entityLink, fullHead, now, owners, related } from './entity-fixtures.ts'
import { factColumn, withFacts } from './fact-fixtures.ts'
import { graphSections } from './graph-fixtures.ts'
import { changeList, earlier, history } from './history-fixtures.ts'
import { homeSections } from './home-fixtures.ts'
import { begin, proposal, written } from './infer-fixtures.ts'
import { channels, notificationList, notificationTopics } from './notification-fixtures.ts'
import { broken, found, tree as groupTree, loose, members, memberships, owns, place } from './organisation-fixtures.ts'
import { chips, definition, problemList } from './problem-fixtures.ts'
import { fields } from './provenance-fixtures.ts'
import { registering } from './register-fixtures.ts'
import { settingsSections } from './settings-fixtures.ts'
import { keptOnes, other, sources, turn } from './source-fixtures.ts'
import type { GalleryPage, GallerySample } from './views.ts'

const hour = 3_600_000

const row = (name: string, owner: Owner | null, more: Partial<EntityRow> = {}): EntityRow => ({
  ref: `component:default/${name}`,
  kind: 'Component',
  namespace: 'default',
  name,
  title: null,
  description: null,
  type: 'service',
  lifecycle: 'production',
  owner,
  system: null,
  tags: [],
  problems: { errors: 0, warnings: 0 },
  changedAt: now - 2 * hour,
  href: `/catalog/default/component/${name}`,
  icon: 'box',
  ...more,
})

export const rows: EntityRow[] = [
  row('cart', owners.cart, {
    description: 'Holds a shopper’s basket until checkout; talks to pricing and stock',
    tags: ['node', 'critical'],
  }),
  row('cart-recommendations-batch-importer-for-the-northern-markets', owners.long, {
    description: 'Nightly import of recommendation sets from the data lake into the cart database',
    lifecycle: 'experimental',
    tags: ['python'],
    changedAt: now - 75 * hour,
  }),
  row('checkout', owners.unknown, {
    description: 'Turns a basket into an order and a payment',
    tags: ['node', 'pci', 'critical'],
    problems: { errors: 2, warnings: 1 },
    changedAt: now - 26 * 60_000,
  }),
  row('storefront', owners.person, {
    namespace: 'web',
    title: 'The shop',
    description: 'The shop that customers see',
    type: 'website',
    icon: 'app-window',
    problems: { errors: 0, warnings: 1 },
  }),
  row('stock', null, { lifecycle: 'deprecated', type: null, changedAt: now - 1500 * hour }),
]

export const columns: Column[] = [
  { id: 'name', title: 'Name', href: '?sort=-name', direction: 'ascending' },
  { id: 'type', title: 'Type', href: '?sort=type', direction: null },
  { id: 'owner', title: 'Owner', href: '?sort=owner', direction: null },
  { id: 'lifecycle', title: 'Lifecycle', href: '?sort=lifecycle', direction: null },
  { id: 'problems', title: 'Problems', href: null, direction: null },
  { id: 'tags', title: 'Tags', href: null, direction: null },
  { id: 'changed', title: 'Changed', href: '?sort=-changed', direction: null },
]

export const groups: FilterGroup[] = [
  {
    name: 'kind',
    title: 'Kind',
    options: [
      { name: 'kind', value: 'component', label: 'Component', count: 96, checked: true },
      { name: 'kind', value: 'api', label: 'API', count: 38, checked: false },
      { name: 'kind', value: 'resource', label: 'Resource', count: 1041, checked: false },
    ],
    more: 0,
    find: '',
  },
  {
    name: 'owner',
    title: 'Owner',
    options: [
      { name: 'owner', value: 'group:default/payments', label: 'Payments', count: 17, checked: true },
      { name: 'owner', value: 'group:default/research', label: owners.long.title, count: 4, checked: false },
    ],
    more: 21,
    find: '',
  },
]

const pager: Pager = { from: 51, to: 100, total: 1240, previousHref: '?before=x', nextHref: '?after=y' }

const nothingMore = { helpHref: null, others: [], definitionHref: null, patch: null }

export const problems: Problem[] = [
  {
    severity: 'error',
    title: 'Not an entity',
    message: 'the document has no metadata.name.',
    hint: 'Every entity needs a name of letters, digits and - _ . between.',
    where: 'stock/catalog-info.yaml:3',
    href: '/catalog/sources',
    excerpt: null,
    entity: null,
    ...nothingMore,
  },
  {
    severity: 'warning',
    title: 'Unknown owner',
    message: 'no group or user is called paymnets.',
    hint: 'Did you mean group:payments?',
    where: 'catalog-info.yaml:21',
    href: '/catalog/default/component/checkout/source#L21',
    excerpt: {
      lines: [
        { number: 19, text: 'spec:' },
        { number: 20, text: '  type: service' },
        { number: 21, text: '  owner: paymnets' },
      ],
      line: 21,
      from: 10,
      to: 18,
    },
    entity: null,
    ...nothingMore,
  },
  {
    severity: 'info',
    title: 'Defined twice',
    message: 'another source defines it as well; this one came first and stands.',
    hint: null,
    where: null,
    href: null,
    excerpt: null,
    entity: entityLink('component', 'ledger', 'box'),
    ...nothingMore,
  },
  {
    severity: 'error',
    title: 'The entity is defined in two places',
    message:
      'component:default/cart is also defined in copies/cart.yaml; the definition in cart.yaml came first and holds',
    hint: 'Give one of the two another name, or remove it.',
    where: 'copies/cart.yaml:4',
    href: '#',
    excerpt: { lines: [{ number: 4, text: '\tname: cart' }], line: 4, from: 8, to: 12 },
    entity: null,
    helpHref: '/catalog/problems/codes#defined-twice',
    others: [
      {
        title: 'The definition that holds',
        where: 'cart.yaml:9',
        href: '#',
        source: 'shop',
        excerpt: { lines: [{ number: 9, text: '  name: cart' }], line: 9, from: 9, to: 13 },
      },
    ],
    definitionHref: '#',
    patch: { id: 'sample', text: '--- a/cart.yaml\n+++ b/cart.yaml\n@@ -9 +9 @@\n-  name: c art\n+  name: cart\n' },
  },
]

export const tree: Tree = {
  title: 'shop/checkout',
  more: 12,
  nodes: [
    { name: 'docs', children: [{ name: 'index.md', href: '?file=docs/index.md' }] },
    { name: 'src', open: true, children: [{ name: 'a-file-with-a-rather-long-name.ts', href: '?file=src/a' }] },
    { name: 'catalog-info.yaml', href: '?file=catalog-info.yaml', current: true },
  ],
}

const empty = (why: CatalogEmpty['why'], relax: CatalogEmpty['relax'] = []): CatalogEmpty => ({
  why,
  relax,
  sourcesHref: '/catalog/sources',
  registerHref: '/catalog-import',
  href: '/catalog',
})

const list = {
  chosen: [],
  clearHref: '/catalog',
  columns: [...columns, factColumn],
  rows: withFacts(rows),
  pager,
  empty: null,
}
const yaml = 'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: checkout\nspec:\n  type: service\n'
const text = {
  switches: [
    { title: 'YAML', href: '?as=yaml', current: true },
    { title: 'JSON', href: '?as=json', current: false },
  ],
  title: 'catalog-info.yaml',
  text: yaml,
  line: 4,
  note: null,
  viewHref: 'https://git.example/view',
  editHref: null,
  revision: '3f9c2ab',
}

/** All samples, in the order of the page. Each of a region that has an id of its own is drawn once only. */
export function gallery(): GalleryPage {
  const section = (title: string, view: string, samples: readonly [string, object][], wide = false) => ({
    id: domId('gallery', title),
    title,
    samples: samples.map(([state, props]): GallerySample => ({ state, view, props, wide })),
  })
  return {
    sections: [
      section('Owner', 'shared/_owner', [
        ['known', { owner: owners.payments }],
        ['a person', { owner: owners.person }],
        ['unknown', { owner: owners.unknown }],
        ['none', { owner: null }],
      ]),
      section(
        'Badge',
        'shared/_badge',
        ['ok', 'warn', 'bad', 'info', 'plain'].map((state) => [state, { state, text: state }]),
      ),
      section(
        'Note',
        'shared/_problem',
        problems.map((problem) => [problem.severity, { problem }]),
      ),
      section('Card', 'shared/_card', cardSamples(now)),
      section(
        'Error',
        'shared/_error',
        errorCodes.map((code) => [
          code,
          {
            code,
            title: titles[code],
            message: 'What happened and why stands here.',
            hint: 'What to do next stands here.',
            requestId: code === 'internal' ? 'req-4f1c' : null,
            retryHref: code === 'upstream' ? '#' : null,
          },
        ]),
      ),
      section('Empty', 'shared/_empty', [
        [
          'with lines to add',
          {
            icon: 'inbox',
            title: 'No links yet',
            text: 'Name them in the file.',
            code: 'metadata:\n  links: []',
            action: null,
          },
        ],
        [
          'with an action',
          {
            icon: 'inbox',
            title: 'The catalog is empty',
            text: null,
            code: null,
            action: { title: 'Look at the sources', href: '#' },
          },
        ],
      ]),
      section('Pager', 'shared/_pager', [
        ['one page', { pager: { from: 1, to: 9, total: 9, previousHref: null, nextHref: null } }],
      ]),
      section(
        'List',
        'catalog/_list',
        [['rows', { ...list, chosen: [{ group: 'Owner', label: 'Payments', removeHref: '#' }] }]],
        true,
      ),
      section('List without rows', 'catalog/_nothing', [
        ['filtered', { empty: empty('filtered', [{ label: 'Owner: Payments', href: '#', count: 12 }]) }],
      ]),
      section('Chips', 'catalog/_chips', [['one filter', chips]]),
      section('Problems', 'catalog/_problem-list', [['every severity', problemList]], true),
      ...[
        ...registering,
        ...homeSections,
        ...settingsSections,
        ...adminSections,
        ...auditSections,
        ...accessSections,
        ...accountSections,
      ].map(([title, view, samples]) => section(title, view, samples, true)),
      section('Definition', 'catalog/_definition', [['that does not hold', { definition }]]),
      section('Filters', 'catalog/_filters', [['two groups', { groups, chosen: 2 }]]),
      section('Header', 'catalog/_head', [['everything', { entity: fullHead }]], true),
      section('Related', 'catalog/_related', [['two groups', { groups: related, name: 'checkout' }]]),
      section('About', 'catalog/_about', [['all kinds of facts', { about }]]),
      section('Links', 'catalog/_links', [['none', { links: [] }]]),
      section('Changes', 'catalog/_changes', [['none', { changes: { rows: [], allHref: null } }]]),
      section('History', 'catalog/_history', [['every event', history]], true),
      section('Changes of all', 'catalog/_change-list', [['every event', changeList]], true),
      section('Earlier state', 'catalog/_earlier', [['of what is still there', { earlier }]], true),
      section('Members', 'catalog/_members', [['known, inherited, unknown', members]], true),
      section('Groups of a user', 'catalog/_memberships', [['direct, unknown, inherited', memberships]]),
      section('Place of a group', 'catalog/_place', [['in a circle', place]]),
      section('Ownership', 'catalog/_owns', [['with sub-groups', owns]]),
      section('Contributors', 'catalog/_contributors', [['people and a bot', contributors]]),
      section('Tree of groups', 'catalog/_tree', [['every mark', groupTree]], true),
      section('Branch of groups', 'catalog/_branch', [['one of two', { ...groupTree.branch.twigs[0]?.branch }]], true),
      section('Groups that hang wrong', 'catalog/_broken', [['every fault', broken]]),
      section('People without a group', 'catalog/_loose', [['more than fit', loose]]),
      section('Found in the organisation', 'catalog/_found', [['groups', found]], true),
      ...graphSections.map((one) => section(...one)),
      section('File to write', 'catalog/_written', [['without a token', written]], true),
      section('Open proposal', 'catalog/_proposal', [['of a file', proposal]]),
      section('First start', 'catalog/_begin', [['the command', begin]]),
      section('Files', 'catalog/_files', [['open folder', { tree }]]),
      section('Text', 'catalog/_text', [['a marked line', text]], true),
      section('Fields', 'catalog/_fields', [['every origin', { switches: text.switches, fields }]], true),
      section('Sources', 'catalog/_sources', [['every state', { sources, href: '#', busy: false, example: '' }]], true),
      section('Activity of a source', 'catalog/_activity', [['a turn to come', { source: other, activity: turn }]]),
      section('Missing from a source', 'catalog/_removal', [['kept', { source: other, removal: keptOnes }]]),
      section('Notifications', 'notifications/_list', [['every kind of row', notificationList]], true),
      section('Topics of notifications', 'notifications/_topics', [['with mail', notificationTopics]], true),
      section('Ways out', 'notifications/_channels', [['one that fails', { channels }]], true),
    ],
  }
}
