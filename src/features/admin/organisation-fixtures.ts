/** Made-up groups and people: the cards of a group or user, and the tree of the organisation. */
import type { MembershipsView, MembersView, MemberView, OwnsView, PlaceView } from '../catalog/organisation-views.ts'
import type { FoundView, LooseView, OrganisationPage, Twig } from '../catalog/tree-view.ts'
import { entityLink, owners } from './entity-fixtures.ts'

const group = (name: string, title: string) => ({ ...entityLink('group', name, 'users'), title })
const unknownGroup = { ...group('paymnets', 'paymnets'), known: false }
const cart = group('cart', 'Cart')
const long = { ...group('research', owners.long.title) }

const member = (more: Partial<MemberView>): MemberView => ({
  ...owners.person,
  description: null,
  email: null,
  through: [],
  ...more,
})

export const members: MembersView = {
  switches: [
    { title: 'Direct', count: 3, href: '?', current: false },
    { title: 'With sub-groups', count: 512, href: '?members=all', current: true },
  ],
  rows: [
    member({ description: 'Leads the Cart team', email: 'ada.lind@shop.example' }),
    member({ ref: 'user:default/b', title: 'Bartholomew Featherstonehaugh-Cholmondeley', through: [cart, long] }),
    member({ ref: 'user:default/c', title: 'cyd', known: false, href: '', through: [cart] }),
  ],
  unknown: 1,
  pager: { from: 61, to: 63, total: 512, previousHref: '?before=x', nextHref: '?after=y' },
  moreHref: null,
  total: 512,
  empty: null,
}

export const memberships: MembershipsView = {
  rows: [
    { ...cart, type: 'team', through: [] },
    { ...unknownGroup, type: null, through: [] },
    { ...long, type: 'department', through: ['Cart'] },
  ],
  more: 2,
}

export const place: PlaceView = {
  above: [[group('shop', 'Shop'), long], [unknownGroup]],
  below: [
    { ...cart, type: 'team', members: 3 },
    { ...unknownGroup, type: null, members: null },
  ],
  circular: true,
  total: 14,
  treeHref: '#',
}

export const owns: OwnsView = {
  heads: ['Kind', 'Direct', 'With sub-groups', 'Problems'],
  rows: [
    {
      icon: 'box',
      title: 'Component',
      note: 'service',
      cells: [
        { count: 0, href: '#', warn: false },
        { count: 1234, href: '#', warn: false },
        { count: 2, href: '#', warn: true },
      ],
    },
  ],
  entities: [
    {
      ...entityLink('component', 'checkout', 'box'),
      what: 'Component · service',
      owner: owners.payments,
      problems: { errors: 1, warnings: 0 },
    },
  ],
  allHref: '#',
  total: 1234,
  example: 'cart',
}

const twig = (more: Partial<Twig>): Twig => ({
  ...cart,
  type: 'team',
  members: 3,
  owned: 12,
  mark: null,
  branch: null,
  open: false,
  later: null,
  ...more,
})

export const tree = {
  title: 'Groups',
  pager: null,
  branch: {
    twigs: [
      twig({
        ...group('shop', 'Shop'),
        type: 'company',
        members: 1512,
        owned: 21_000,
        open: true,
        branch: {
          twigs: [
            twig({
              ...long,
              later: { count: 40, href: '#', branchHref: '/catalog/organisation/branch?group=research' },
            }),
            twig({ mark: 'again' }),
            twig({ mark: 'circle', type: null }),
          ],
          more: { count: 7, href: '#' },
        },
      }),
    ],
    more: null,
  },
}

export const found: { found: FoundView } = {
  found: {
    title: 'Groups',
    total: 60,
    moreHref: '#',
    rows: [
      { ...cart, context: 'Shop / Shopping', description: 'Looks after the basket' },
      { ...long, context: '', description: null },
    ],
  },
}

export const loose: LooseView = {
  total: 30,
  pager: null,
  moreHref: '#',
  rows: [
    { ...entityLink('user', 'ada', 'user'), title: 'Ada Lind', description: 'New here', unknown: [] },
    { ...entityLink('user', 'ben', 'user'), title: 'Ben', description: null, unknown: ['paymnets'] },
  ],
}

type Wrong = Pick<OrganisationPage, 'cycles' | 'moreCycles' | 'unknownParents' | 'moreUnknownParents'>
export const broken: Wrong = {
  cycles: [[cart, long]],
  moreCycles: 1,
  unknownParents: [{ group: cart, parents: ['group:default/shoppign'] }],
  moreUnknownParents: 2,
}
