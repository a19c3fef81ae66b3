/** Made-up rows of the problems page. */
import type { DefinitionNote } from '../catalog/definition-note.ts'
import type { ProblemListRow } from '../catalog/problem-views.ts'
import { entityLink, now, owners } from './entity-fixtures.ts'

const hour = 3_600_000

const plain = (id: string) => ({
  other: null,
  otherOwner: null,
  helpHref: null,
  ownHref: `/catalog/problems/${id}`,
  linesHref: `/catalog/problem-lines/${id}`,
})

const rows: ProblemListRow[] = [
  {
    id: 'a1',
    severity: 'error',
    title: 'The name is malformed',
    message: 'metadata.name is "price engine", which is not a legal name',
    hint: 'Write for example price-engine.',
    where: 'price-engine/catalog-info.yaml:4',
    href: null,
    source: 'warehouse',
    ...plain('a1'),
    entity: { ...entityLink('component', 'price engine', 'box'), known: false },
    owner: null,
    since: now - 300 * hour,
  },
  {
    id: 'a2',
    severity: 'warning',
    title: 'A reference points to nothing',
    message: 'No group is called paymnets',
    hint: 'Correct the name, or add the group to a source of the catalog.',
    where: 'checkout/catalog-info.yaml:32',
    href: '#',
    source: 'payments',
    ...plain('a2'),
    helpHref: '#',
    entity: entityLink('component', 'checkout', 'box'),
    owner: owners.unknown,
    since: now - 2 * hour,
  },
  {
    id: 'a3',
    severity: 'info',
    title: 'The document is the skeleton of a template',
    message: 'It holds placeholders of a template and is left alone',
    hint: null,
    where: 'templates/a-folder-with-a-rather-long-name/skeleton/catalog-info.yaml:1',
    href: null,
    source: null,
    ...plain('a3'),
    entity: null,
    owner: null,
    since: now,
  },
  {
    id: 'a4',
    severity: 'error',
    title: 'The entity is defined in two places',
    message:
      'component:default/cart is also defined in cart/catalog-info.yaml of copies; the definition in cart/catalog-info.yaml of shop came first and holds',
    hint: 'Give one of the two another name, or remove it.',
    where: 'cart/catalog-info.yaml:4',
    href: '#',
    source: 'copies',
    ...plain('a4'),
    other: { where: 'cart/catalog-info.yaml:9', href: '#', source: 'shop' },
    entity: entityLink('component', 'cart', 'box'),
    owner: owners.cart,
    otherOwner: owners.person,
    since: now - 40 * hour,
  },
]

const pager = { from: 1, to: 4, total: 4, previousHref: null, nextHref: null }

export const chips = { chosen: [{ group: 'Owner', label: 'Cart', removeHref: '#' }], clearHref: '#' }

export const problemList = { chosen: [], clearHref: '#', rows, pager, empty: null }

export const definition: DefinitionNote = {
  file: 'cart/catalog-info.yaml of copies',
  since: now - 2 * hour,
  heldIn: 'cart/catalog-info.yaml of shop',
  heldSince: now - 90 * hour,
  entityHref: '/catalog/default/component/cart',
}
