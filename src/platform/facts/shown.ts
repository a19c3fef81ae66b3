import type { FactSpec, FactValue } from '../../api/fact.ts'
import { milliseconds } from '../../api/time.ts'
import type { Contributed } from '../contributions.ts'
import type { Cell } from '../views/built-in.ts'
import { relative } from '../views/time.ts'
import type { StoredFact } from './store.ts'

/** A fact as pages show it. */
export interface ShownFact {
  id: string
  title: string
  cell: Cell
  /** The value in words; null where there is none yet. */
  words: string | null
  href: string | null
  /** Who said so and how long ago, or why there is nothing newer. */
  said: string
  /** In short, where the value is older than it should be or the last attempt failed: `as of 3 h ago`. */
  note: string | null
}

/** How many intervals may pass before a value counts as old. */
const patience = 2

export function shownFact({ spec, plugin, id }: Contributed<FactSpec>, row: StoredFact, now: Date): ShownFact {
  const { value, asOf, error, state, href } = row
  if (value === null || asOf === null) {
    const said = error ?? 'It was not collected yet'
    const cell: Cell = { text: 'not known', state: 'warn', title: said }
    return { id, title: spec.title, cell, words: null, href: null, said, note: 'failed' }
  }
  const ago = relative(asOf, now)
  const isOld = now.getTime() - asOf.getTime() > patience * milliseconds(spec.every)
  const failed = error === null ? '' : `; the last attempt failed: ${error}`
  return {
    id,
    title: spec.title,
    cell: cellOf(value, state, href),
    words: typeof value === 'object' ? relative(value.at, now) : String(value),
    href,
    said: `From ${plugin}, ${ago}${failed}`,
    note: isOld || error !== null ? `as of ${ago}` : null,
  }
}

function cellOf(value: FactValue, state: StoredFact['state'], href: string | null): Cell {
  if (typeof value === 'object') return { at: value.at }
  return { text: value, ...(state !== 'plain' && { state }), ...(href !== null && { href }) }
}
