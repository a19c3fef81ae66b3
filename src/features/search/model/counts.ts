import { ownerName } from './entry.ts'
import { type FilterName, type Filters, filterNames } from './query.ts'
import type { Candidate } from './ranking.ts'

export interface Counted {
  value: string
  count: number
}

export interface Narrowed {
  rows: Candidate[]
  /** How many each section has, of what passes the filters. */
  sections: ReadonlyMap<string, number>
  /** For each filter what it would leave with all the others as they are, the most first. */
  facets: Record<FilterName, Counted[]>
}

/** Keeps what passes the filters and counts what each of them leaves. */
export function narrow(candidates: readonly Candidate[], filters: Filters, section: string | undefined): Narrowed {
  const counts = Object.fromEntries(filterNames.map((name) => [name, new Map<string, Counted>()])) as Record<
    FilterName,
    Map<string, Counted>
  >
  const sections = new Map<string, number>()
  const rows: Candidate[] = []
  for (const one of candidates) {
    const failed = filterNames.filter((name) => !passes(one, name, filters[name]))
    const isInside = section === undefined || one.section === section
    if (failed.length === 0) sections.set(one.section, (sections.get(one.section) ?? 0) + 1)
    if (!isInside || failed.length > 1) continue
    if (failed.length === 0) rows.push(one)
    for (const name of failed.length === 0 ? filterNames : failed) {
      for (const value of valuesOf(one, name)) add(counts[name], value)
    }
  }
  const facets = Object.fromEntries(filterNames.map((name) => [name, sorted(counts[name])]))
  return { rows, sections, facets: facets as Narrowed['facets'] }
}

function passes(one: Candidate, name: FilterName, chosen: readonly string[]): boolean {
  if (chosen.length === 0) return true
  return valuesOf(one, name).some((value) => {
    const lower = value.toLowerCase()
    return chosen.includes(lower) || (name === 'owner' && chosen.includes(ownerName(lower)))
  })
}

function valuesOf(one: Candidate, name: FilterName): readonly string[] {
  if (name === 'tag') return one.tags
  const value = one[name]
  return value === null ? [] : [value]
}

function add(counts: Map<string, Counted>, value: string): void {
  const key = value.toLowerCase()
  const known = counts.get(key)
  if (known) known.count++
  else counts.set(key, { value, count: 1 })
}

function sorted(counts: ReadonlyMap<string, Counted>): Counted[] {
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}
