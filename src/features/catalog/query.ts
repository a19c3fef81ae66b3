import { z } from 'zod'
import { many, one } from '../../platform/http/routes.ts'
import { distinct, fullRefs, lowerCase, wordsOf } from './address-values.ts'
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
  fact: many,
  sort: one,
  after: one,
  before: one,
})

export type ListAddress = z.output<typeof ListAddress>

/**
 * @throws PortalError `invalid` for a filter without a key, a reference that is none, or an unknown sort field
 */
export function readQuery(address: ListAddress): ListQuery {
  return {
    chosen: {
      kind: distinct(lowerCase(address.kind.length > 0 ? address.kind : ['component'])).filter(
        (kind) => kind !== 'all',
      ),
      type: distinct(lowerCase(address.type)),
      owner: fullRefs(address.owner, 'group'),
      lifecycle: distinct(lowerCase(address.lifecycle)),
      tag: distinct(lowerCase(address.tag)),
      system: fullRefs(address.system, 'system'),
      namespace: distinct(lowerCase(address.namespace)),
    },
    sub: address.owner.length > 0 && isSet(address.sub),
    problems: distinct(address.problems.map(problemChoice)),
    orphan: isSet(address.orphan),
    words: wordsOf(address.q),
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
