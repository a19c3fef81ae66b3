/** Made-up data of one entity's page. */
import type { About, EntityHead, EntityRefLink, Owner, Provenance, RelatedGroup } from '../catalog/views.ts'

/** The moment all ages are counted from: the start of the portal, because pages go on counting. */
export const now = Date.now()
const group = (name: string, title: string): Owner => ({
  ref: `group:default/${name}`,
  title,
  href: `/catalog/default/group/${name}`,
  known: true,
  kind: 'group',
})

export const owners = {
  cart: group('cart', 'Cart'),
  payments: group('payments', 'Payments'),
  long: group('research', 'Research, recommendations and personalisation'),
  person: { ref: 'user:default/ada', title: 'Ada Lind', href: '/catalog/default/user/ada', known: true, kind: 'user' },
  unknown: { ref: 'group:default/paymnets', title: 'paymnets', href: '', known: false, kind: 'group' },
} satisfies Record<string, Owner>

export const entityLink = (kind: string, name: string, icon: string): EntityRefLink => ({
  ref: `${kind}:default/${name}`,
  title: name,
  href: `/catalog/default/${kind}/${name}`,
  icon,
  known: true,
})

const line = (at: number, what: string): Provenance => ({
  text: `catalog-info.yaml:${at}`,
  title: `${what}: catalog-info.yaml line ${at}`,
  href: `#L${at}`,
})

export const head: EntityHead = {
  ref: 'component:default/checkout',
  kind: 'Component',
  namespace: 'default',
  name: 'checkout',
  title: null,
  description: 'Turns a basket into an order and a payment',
  type: 'service',
  lifecycle: 'production',
  icon: 'box',
  owner: owners.payments,
  facts: [
    { icon: 'chat', text: '#payments', href: 'https://chat.example/payments', from: 'catalog-info.yaml:12' },
    { icon: 'code', text: 'shop/checkout', href: 'https://git.example/shop/checkout', from: null },
  ],
  from: {
    kind: line(2, 'kind'),
    name: line(4, 'metadata.name'),
    title: null,
    description: line(5, 'metadata.description'),
    type: line(19, 'spec.type'),
    lifecycle: line(20, 'spec.lifecycle'),
    owner: line(21, 'spec.owner'),
  },
  problems: { errors: 0, warnings: 0 },
  orphan: false,
  stale: false,
  inferredHref: null,
  actions: [
    { title: 'Read again', href: '/catalog/refresh', icon: 'refresh', method: 'post' },
    { title: 'Edit the file', href: 'https://git.example/edit', icon: 'pencil', method: 'get' },
  ],
  tabs: [
    { id: 'overview', title: 'Overview', href: '#overview', current: true, count: null, alert: null },
    { id: 'api', title: 'API', href: '#api', current: false, count: 2, alert: null },
    { id: 'cost', title: 'Cost', href: '#cost', current: false, count: null, alert: 'Over budget' },
    { id: 'source', title: 'Source', href: '#source', current: false, count: null, alert: null },
  ],
}

/** All that a header can hold at once. */
export const fullHead: EntityHead = {
  ...head,
  owner: owners.unknown,
  orphan: true,
  stale: true,
  inferredHref: '/catalog',
  problems: { errors: 1, warnings: 0 },
  star: {
    kind: 'entity',
    key: head.ref,
    title: 'checkout',
    isStarred: true,
    back: '/catalog/default/component/checkout',
  },
}

export const related: RelatedGroup[] = [
  {
    id: 'dependencies',
    title: 'Depends on',
    total: 3,
    moreHref: null,
    rows: [
      {
        ...entityLink('component', 'cart', 'box'),
        sentence: 'depends on · service',
        owner: owners.cart,
        from: line(24, 'spec.dependsOn[0]'),
      },
      {
        ...entityLink('resource', 'orders-db', 'database'),
        sentence: 'depends on · PostgreSQL',
        owner: owners.payments,
      },
      { ...entityLink('component', 'gone', 'box'), known: false, sentence: 'depends on', owner: null },
    ],
  },
  {
    id: 'apis',
    title: 'APIs',
    total: 12,
    moreHref: '/catalog?kind=api',
    rows: [{ ...entityLink('api', 'orders-api', 'plug'), sentence: 'provides · openapi', owner: owners.payments }],
  },
]

export const about: About = {
  editHref: 'https://git.example/edit',
  allHref: '#fields',
  rows: [
    {
      title: 'Owner',
      value: { as: 'owner', owner: owners.unknown },
      from: { text: 'catalog-info.yaml:21', title: 'catalog-info.yaml line 21 at 3f9c2ab', href: '#L21' },
    },
    { title: 'System', value: { as: 'entity', entity: entityLink('system', 'orders', 'boxes') }, from: null },
    { title: 'Lifecycle', value: { as: 'text', text: 'production' }, from: null },
    {
      title: 'Tags',
      value: { as: 'tags', tags: ['node', 'pci', 'critical'].map((text) => ({ text, href: `/catalog?tag=${text}` })) },
      from: null,
    },
    {
      title: 'Source',
      value: { as: 'link', text: 'shop/checkout', href: 'https://git.example/shop/checkout' },
      from: null,
    },
    { title: 'Reference', value: { as: 'code', text: 'component:default/checkout' }, from: null },
    { title: 'Changed', value: { as: 'time', at: now - 26 * 60_000, by: 'Ada' }, from: null },
  ],
}
