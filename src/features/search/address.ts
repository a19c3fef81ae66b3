import { z } from 'zod'
import { many, one } from '../../platform/http/routes.ts'
import { emptyFilters, type FilterName, type Filters, filterNames } from './model/query.ts'

const values = many.pipe(z.array(z.string().max(300)).max(50))

/** The address of the page of results. Its form and Backstage's (`types[]`, `filters[kind]`) mean the same. */
export const SearchAddress = z.preprocess(
  fromBackstage,
  z.object({
    query: one,
    in: one,
    kind: values,
    type: values,
    owner: values,
    tag: values,
    lifecycle: values,
    page: z.coerce.number().int().min(1).max(50).catch(1),
  }),
)
export type SearchAddress = z.output<typeof SearchAddress>

export function filtersOf(address: Pick<SearchAddress, FilterName>): Filters {
  const filters = emptyFilters()
  for (const name of filterNames) filters[name] = address[name]
  return filters
}

/** The same address with something else in it; the place in the results does not stay. */
export function linkTo(address: SearchAddress): (changes: Partial<Record<string, unknown>>) => string {
  return (changes) => {
    const params = new URLSearchParams()
    for (const [key, value] of Object.entries({ ...address, page: undefined, ...changes })) {
      for (const one of [value ?? []].flat()) if (one !== '') params.append(key, String(one))
    }
    const text = params.toString()
    return text === '' ? '/search' : `/search?${text}`
  }
}

/** Addresses that people have from Backstage name the same filters in brackets. */
function fromBackstage(query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return query
  const found: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(query)) {
    const [, name] = /^filters\[(\w+)\](?:\[\d*\])?$/.exec(key) ?? []
    if (name === undefined) found[key] = value
    else found[name] = [found[name] ?? [], value].flat()
  }
  return found
}
