/** Made-up relations: the card of an entity, the picture that is not there, the form and what depends on what. */
import type { Drawing, Figure, Filters, Found, ImpactGroup, NodeLink } from '../graph/views.ts'
import { owners } from './entity-fixtures.ts'

const link = (title: string, icon = 'box'): NodeLink => ({ ref: `component:default/${title}`, title, href: '#', icon })
const ghost: NodeLink = { ref: 'component:default/ghost', title: 'ghost', href: null, icon: 'alert' }

const box = { y: 30, width: 180, height: 40, sub: null } as const
const drawing: Drawing = {
  width: 700,
  height: 150,
  nodes: [
    { ...box, at: 0, x: 260, icon: 'box', href: null, title: 'checkout', label: 'checkout: Component', state: 'root' },
    { ...box, at: 1, x: 4, icon: 'boxes', href: '#', title: 'Payments', label: 'Payments: System', state: 'plain' },
    {
      ...box,
      at: 2,
      x: 510,
      icon: 'alert',
      href: null,
      title: 'ghost…',
      label: 'ghost: unknown',
      state: 'unknown',
    },
    {
      ...box,
      at: 3,
      x: 510,
      y: 90,
      sub: 'API · Cart',
      icon: 'plug',
      href: '#',
      title: 'Cart API',
      label: 'Cart API: API',
      state: 'plain',
    },
    { ...box, at: 4, x: 4, y: 90, icon: 'ellipsis', href: '#', title: '12 more', label: '12 more', state: 'more' },
  ],
  edges: [
    { from: 1, to: 0, how: 'holds', path: 'M184,50C220,50 220,50 260,50', words: [] },
    {
      from: 0,
      to: 2,
      how: 'uses',
      path: 'M440,50C470,50 480,50 510,50',
      words: [{ text: 'depends on', x: 475, y: 50 }],
    },
    { from: 0, to: 3, how: 'uses', path: 'M440,50C470,50 480,110 510,110', words: [] },
  ],
  captions: [{ text: 'part of', x: 6, y: 18 }],
  label: 'checkout and 4 neighbours',
}
const relations = { drawing, graphHref: '#', impactHref: '#' }

const list = {
  rows: [
    { from: link('checkout'), words: 'depends on', to: ghost, reverse: 'needed by' },
    { from: link('checkout'), words: 'consumes', to: link('Cart API', 'plug'), reverse: null },
  ],
  more: 1280,
  open: true,
}
const undrawn: Figure = {
  summary: '3 entities and 1,282 relations',
  left: null,
  simplerHref: '#',
  drawing: null,
  failure: 'it took longer than 5 s',
  size: 'auto',
  sizes: [],
  relations: list,
  empty: null,
  impactHref: '#',
}
const choice = (name: string, checked: boolean) => ({
  id: `sample-${name.replace(' ', '-')}`,
  value: name,
  label: name,
  checked,
})
const filters: Filters = {
  open: true,
  chosen: 2,
  clearHref: '#',
  roots: [{ link: link('checkout'), removeHref: '#' }],
  add: '',
  kinds: [choice('Component', true), choice('Resource', false)],
  relations: [{ boxes: [choice('depends on', true), choice('needed by', false)] }],
  selects: [
    {
      id: 'sample-direction',
      name: 'direction',
      title: 'Direction',
      options: [{ value: 'LR', label: 'From left to right', chosen: true }],
    },
  ],
  hidden: [{ name: 'size', value: 'fit' }],
}

const found: Found = {
  text: 'cart',
  rows: [{ link: link('cart'), kind: 'Component · service', owner: owners.cart }],
}

const affected: ImpactGroup = {
  id: 'sample-affected',
  owner: owners.long,
  count: 48,
  rows: [
    {
      link: link('checkout'),
      kind: 'Component · service',
      words: 'consumes',
      to: link('Cart API', 'plug'),
      way: [link('cart')],
      steps: 3,
    },
    {
      link: link('storefront', 'app-window'),
      kind: 'Component · website',
      words: 'depends on',
      to: ghost,
      way: [],
      steps: 1,
    },
  ],
  allHref: '#',
}
const ownerless: ImpactGroup = { ...affected, id: 'sample-ownerless', owner: null, count: 2, allHref: null }

/** Title, partial, samples, and whether it needs the width of the page. */
export const graphSections: readonly (readonly [string, string, readonly [string, object][], boolean])[] = [
  ['Relations of an entity', 'graph/_relations', [['every state of a node', relations]], true],
  ['Link to the graph of a group', 'graph/_owner', [['by itself', { graphHref: '#' }]], false],
  ['Graph without a picture', 'graph/_figure', [['out of time', { figure: undrawn }]], true],
  ['Form of the graph', 'graph/_filters', [['chosen', { filters }]], false],
  ['Found for the graph', 'graph/_found', [['one', { found }]], false],
  [
    'End of a relation',
    'graph/_link',
    [
      ['known', { node: link('checkout') }],
      ['unknown', { node: ghost }],
    ],
    false,
  ],
  [
    'Impact',
    'graph/_affected',
    [
      ['many', { group: affected }],
      ['without an owner', { group: ownerless }],
    ],
    true,
  ],
]
