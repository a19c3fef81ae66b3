/** Made-up history: the rows of the History tab and of the page of changes. */
import type { ChangeListRow, EarlierNote, HistoryRow } from '../catalog/history-views.ts'
import { entityLink, now, owners } from './entity-fixtures.ts'

const hour = 3_600_000
const value = (text: string, whole: string | null = null) => ({ text, whole })
const from = {
  path: 'checkout/catalog-info.yaml',
  reason: null,
  revision: '3f9c2ab1',
  commitHref: 'https://git.example/commit/3f9c2ab1',
  fields: [],
}

const rows: HistoryRow[] = [
  {
    ...from,
    id: 'removed',
    event: 'removed',
    text: 'Removed',
    reason: 'nothing had defined it for as long as orphans are kept',
    revision: null,
    at: now - hour,
    asOfHref: null,
  },
  {
    ...from,
    id: 'orphaned',
    event: 'orphaned',
    text: 'No file defines it any more',
    at: now - 170 * hour,
    asOfHref: '#',
  },
  {
    ...from,
    id: 'updated',
    event: 'updated',
    text: 'Description, owner and 2 more changed',
    at: now - 200 * hour,
    asOfHref: '#',
    fields: [
      {
        title: 'Annotation backstage.io/source-location-of-a-long-name',
        path: 'metadata.annotations.backstage.io/source-location-of-a-long-name',
        before: null,
        after: value('url:https://git.example/shop/checkout'),
      },
      {
        title: 'Description',
        path: 'metadata.description',
        before: value('Turns a basket into an order'),
        after: value(
          'Turns a basket into an order and a payment. It…',
          'Turns a basket into an order and a payment.\nIt',
        ),
      },
      { title: 'Owner', path: 'spec.owner', before: value('group:cart'), after: value('group:payments') },
      { title: 'Tags', path: 'metadata.tags', before: value('node, pci, critical'), after: null },
    ],
  },
  { ...from, id: 'created', event: 'created', text: 'Added', at: now - 900 * hour, asOfHref: '#' },
]

const pager = { from: 1, to: 4, total: 4, previousHref: null, nextHref: null }

export const history = { rows, pager, feedHref: '#' }

const change = (event: ChangeListRow['event'], text: string, more: Partial<ChangeListRow> = {}): ChangeListRow => ({
  id: `list-${event}`,
  event,
  entity: entityLink('component', 'checkout', 'box'),
  kind: 'Component',
  namespace: null,
  text,
  reason: null,
  owner: owners.payments,
  at: now - 3 * hour,
  ...more,
})

export const changeList = {
  chosen: [],
  clearHref: '#',
  filtered: false,
  pager,
  rows: [
    change('updated', 'Description, tags and 2 more changed'),
    change('created', 'Added', { entity: entityLink('api', 'orders-api', 'plug'), kind: 'API', namespace: 'web' }),
    change('orphaned', 'No file defines it any more', { owner: owners.unknown }),
    change('removed', 'Removed', {
      entity: { ...entityLink('component', 'ledger', 'box'), known: false },
      reason: 'nothing had defined it for as long as orphans are kept',
      owner: null,
    }),
  ],
}

export const earlier: EarlierNote = {
  at: now - 100 * hour,
  since: now - 200 * hour,
  until: now - 2 * hour,
  nowHref: '#',
  historyHref: '#',
}
