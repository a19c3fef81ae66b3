import type { Column, EntityRow, FactCell, ListRow } from '../catalog/views.ts'

// Facts as columns of the list, for the gallery.

const cells: FactCell[] = [
  { cell: { text: '€ 310', href: 'https://costs.example' }, said: 'From costs, 4 min ago', note: null },
  { cell: { text: 'failing', state: 'bad' }, said: 'From ci, 3 d ago', note: 'as of 3 d ago' },
  { cell: null, said: null, note: null },
]

export const factColumn: Column = { id: 'fact', title: 'Cost this month', href: null, direction: null }

export const withFacts = (rows: readonly EntityRow[]): ListRow[] =>
  rows.map((row, index) => ({ ...row, facts: cells.slice(index % 3, (index % 3) + 1) }))
