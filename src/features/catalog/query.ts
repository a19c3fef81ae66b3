import { z } from 'zod'
import { formatRef, parseRef } from '../../api/ref.ts'
import { many, one } from '../../platform/http/routes.ts'
import { type Filter, parseFilter } from './model/filter.ts'

/** The filter groups of the list, in the order in which they are shown. */
export const groups = ['kind', 'type', 'owner', 'lifecycle', 'tag', 'system', 'namespace'] as const
export type Group = (typeof groups)[number]

export const sortFields = ['name', 'type', 'owner', 'lifecycle', 'changed'] as const
export type SortField = (typeof sortFields)[number]

export interface Sort {
  field: SortField
  descending: boolean
}

/** What is asked of the list, normalised: equal questions are equal objects. */
export interface ListQuery {
  chosen: Record<Group, readonly string[]>
  /** Whether a chosen owner stands for the groups below it as well. */
  sub: boolean
  problems: readonly ('error' | 'warning' | 'any')[]
  orphan: boolean
  /** Words, lower case; every one must occur. */
  words: readonly string[]
  filter: Filter
  sort: Sort
  after: string | undefined
  before: string | undefined
}

/** The address of the list as it arrives: everything optional, any parameter once or often. */
export const ListAddress = z.looseObject({
  kind: many,
  type: many,
  owner: many,
  sub: one,
  lifecycle: many,
  tag: many,
  system: many,
  namespace: many,
  problems: many,
  orphan: one,
  q: one,
  filter: many,
  sort: one,
  after: one,
  before: one,
})

export type ListAddress = z.output<typeof ListAddress>

const longestText = 200

/**
 * @throws PortalError `invalid` for a filter without a key, a reference that is none, or an unknown sort field
 */
export function readQuery(address: ListAddress): ListQuery {
  const lower = (values: readonly string[]) => values.map((value) => value.toLocaleLowerCase('en-US'))
  const refs = (values: readonly string[], kind: string) => values.map((value) => formatRef(parseRef(value, { kind })))
  return {
    chosen: {
      kind: distinct(lower(address.kind.length > 0 ? address.kind : ['component'])).filter((kind) => kind !== 'all'),
      type: distinct(lower(address.type)),
      owner: distinct(refs(address.owner, 'group')),
      lifecycle: distinct(lower(address.lifecycle)),
      tag: distinct(lower(address.tag)),
      system: distinct(refs(address.system, 'system')),
      namespace: distinct(lower(address.namespace)),
    },
    sub: address.owner.length > 0 && isSet(address.sub),
    problems: distinct(address.problems.map(problemChoice)),
    orphan: isSet(address.orphan),
    words: distinct(lower((address.q ?? '').slice(0, longestText).split(/\s+/u).filter(Boolean))),
    filter: parseFilter(address.filter),
    sort: readSort(address.sort),
    after: address.after,
    before: address.before,
  }
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== 'false'
}

/** `-name` sorts backwards; what is not known sorts by name. */
function readSort(text: string | undefined): Sort {
  const descending = text?.startsWith('-') ?? false
  const wanted = descending ? text?.slice(1) : text
  return { field: sortFields.find((field) => field === wanted) ?? 'name', descending }
}

function problemChoice(value: string): 'error' | 'warning' | 'any' {
  return value === 'error' || value === 'warning' ? value : 'any'
}

function distinct<T extends string>(values: readonly T[]): readonly T[] {
  return [...new Set(values)].sort()
}
