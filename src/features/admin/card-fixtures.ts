import type { FactsView, TableView, TreeView } from '../../platform/views/built-in.ts'
import type { Card } from '../catalog/views.ts'

const table: TableView = {
  caption: 'Deployments',
  columns: [{ title: 'Where' }, { title: 'Version' }, { title: 'Pods', align: 'end' }],
  rows: [
    ['eu-west', { text: '4.18.0', href: '/catalog' }, 6],
    ['us-east', { text: '4.17.3', state: 'warn', title: 'One release behind' }, null],
  ],
}

const facts: FactsView = {
  facts: [
    { title: 'Pods', value: { text: '4 of 6 ready', state: 'bad' } },
    { title: 'Last build', value: { text: 'passed', state: 'ok', href: 'https://ci.example/1' } },
    { title: 'Cost', value: 1200, from: 'billing export' },
  ],
}

const tree: TreeView = {
  nodes: [
    { name: 'charts', open: true, children: [{ name: 'values.yaml', href: '?file=values.yaml', current: true }] },
    { name: 'README.md' },
  ],
}

/** A card in each of its states, with each of the built-in views. */
export function cardSamples(now: number): [string, { card: Card }][] {
  const card = (id: string, more: Partial<Card>): { card: Card } => ({
    card: {
      id: `gallery-${id}`,
      title: `Right now: ${id}`,
      state: 'ready',
      view: 'facts',
      props: facts,
      message: null,
      hint: null,
      plugin: 'kubernetes',
      asOf: null,
      href: null,
      ...more,
    },
  })
  return [
    ['ready, facts', card('facts', { asOf: now - 20_000 })],
    ['ready, table', card('table', { view: 'table', props: table })],
    ['ready, tree', card('tree', { view: 'tree', props: tree })],
    ['empty', card('empty', { view: 'table', props: { ...table, rows: [], empty: 'Nothing is deployed' } })],
    ['loading', card('loading', { state: 'loading', view: null, props: null })],
    [
      'error',
      card('error', {
        state: 'error',
        view: null,
        props: null,
        message: 'The cluster eu-west did not answer within 5 s.',
        hint: 'The other cards stand; this one tries again when you reload.',
      }),
    ],
    ['stale', card('stale', { state: 'stale', asOf: now - 7_200_000, message: 'The cluster has not answered since.' })],
  ]
}
