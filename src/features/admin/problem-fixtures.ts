/** Made-up rows of the problems page. */
import type { ProblemListRow } from '../catalog/problem-views.ts'
import { entityLink, now, owners } from './entity-fixtures.ts'

const hour = 3_600_000

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
    entity: null,
    owner: null,
    since: now,
  },
]

const pager = { from: 1, to: 3, total: 3, previousHref: null, nextHref: null }

export const chips = { chosen: [{ group: 'Owner', label: 'Cart', removeHref: '#' }], clearHref: '#' }

export const problemList = { chosen: [], clearHref: '#', rows, pager, empty: null }
