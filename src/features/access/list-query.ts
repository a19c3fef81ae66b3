import { z } from 'zod'
import { one } from '../../platform/http/routes.ts'

const pageSize = 50
/** What is looked for is no longer: the database refuses patterns of some length. */
const longest = 200

/** What the address of a list says: what is looked for, and which page of it. */
export const ListQuery = z.object({ q: one.transform((text) => text?.slice(0, longest)), after: one, before: one })
export type ListQuery = Partial<z.output<typeof ListQuery>>

/** One page of a list that is told apart by keys, and how many there are on all. */
export interface ListPage<Row> {
  rows: Row[]
  total: number
  /** The key before which there are more. */
  previous: string | undefined
  next: string | undefined
}

/** Rows on one side of a key, the nearest first; without a key from the beginning. */
export type Side = { after?: string | undefined } | { before: string }

export interface Listed<Row> {
  keyOf(row: Row): string
  read(side: Side, limit: number): Row[]
  count(): number
}

/** The page behind a key or before it; the first where there is nothing, because what was there is gone. */
export function pageOf<Row>({ after, before }: ListQuery, list: Listed<Row>): ListPage<Row> {
  const { keyOf, read, count } = list
  const isBackwards = before !== undefined
  const rows = read(isBackwards ? { before } : { after }, pageSize)
  if (rows.length === 0 && (isBackwards || after !== undefined)) return pageOf({}, list)
  if (isBackwards) rows.reverse()
  const [first, last] = [rows[0], rows.at(-1)]
  const previous = first !== undefined && read({ before: keyOf(first) }, 1).length > 0
  const next = last !== undefined && read({ after: keyOf(last) }, 1).length > 0
  return {
    rows,
    total: count(),
    previous: previous ? keyOf(first) : undefined,
    next: next ? keyOf(last) : undefined,
  }
}

export function listHref(path: string, { q, after, before }: ListQuery): string {
  const given = Object.entries({ q, after, before }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}

/** What a page with such a list shows around its rows. */
export interface ListFrame {
  /** Takes the filter, by GET. */
  action: string
  q: string
  /** What the addresses of forms end with, so that one comes back to the same page. */
  suffix: string
  pager: { from: null; to: null; total: number; previousHref: string | null; nextHref: string | null }
}

export function listFrame(action: string, query: ListQuery, page: Omit<ListPage<unknown>, 'rows'>): ListFrame {
  const { q } = query
  const { total, previous, next } = page
  return {
    action,
    q: q ?? '',
    suffix: listHref('', query),
    pager: {
      ...{ from: null, to: null, total },
      previousHref: previous === undefined ? null : listHref(action, { q, before: previous }),
      nextHref: next === undefined ? null : listHref(action, { q, after: next }),
    },
  }
}
