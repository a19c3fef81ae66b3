import { ownerName } from './entry.ts'
import { type FilterName, type Filters, filterNames } from './query.ts'
import type { Candidate } from './ranking.ts'

export interface Counted {
  value: string
  count: number
}

/** What there would be instead of what was chosen, by each filter that is and by section. */
export type Others = Partial<Record<FilterName | 'section', readonly Counted[]>>

export interface Narrowed {
  rows: Candidate[]
  /** How many each section has, of what passes the filters. */
  sections: ReadonlyMap<string, number>
  /** For each filter what it would leave with all the others as they are, the most first. */
  facets: Record<FilterName, Counted[]>
}

/**
 * Keeps what passes the filters and counts what each of them leaves.
 *
 * @param others what was counted elsewhere, since not all that is left out is among the candidates
 */
export function narrow(
  candidates: readonly Candidate[],
  filters: Filters,
  section: string | undefined,
  others: Others = {},
): Narrowed {
  const choices = filterNames.map((name): Choice => ({ name, chosen: filters[name], counts: new Map() }))
  const sections = new Map<string, number>()
  const rows: Candidate[] = []
  for (const one of candidates) {
    const tags = tagsOf(one)
    let failures = 0
    let failed: Choice | undefined
    for (const choice of choices) {
      if (passes(one, tags, choice)) continue
      failures++
      failed = choice
    }
    if (failures === 0) sections.set(one.section, (sections.get(one.section) ?? 0) + 1)
    if (failures > 1 || (section !== undefined && one.section !== section)) continue
    if (failures === 0) rows.push(one)
    for (const choice of choices) if (failures === 0 || choice === failed) count(one, tags, choice)
  }
  for (const { name, counts } of choices) for (const one of others[name] ?? []) raise(counts, one)
  for (const { value, count } of others.section ?? []) sections.set(value, Math.max(count, sections.get(value) ?? 0))
  const facets = Object.fromEntries(choices.map(({ name, counts }) => [name, sorted(counts)]))
  return { rows, sections, facets: facets as Narrowed['facets'] }
}

interface Choice {
  name: FilterName
  chosen: readonly string[]
  counts: Map<string, Counted>
}

const none: readonly string[] = []

function tagsOf({ tags }: Candidate): readonly string[] {
  return tags === '[]' ? none : (JSON.parse(tags) as string[])
}

function passes(one: Candidate, tags: readonly string[], { name, chosen }: Choice): boolean {
  if (chosen.length === 0) return true
  if (name === 'tag') return tags.some((tag) => chosen.includes(tag.toLowerCase()))
  const value = one[name]?.toLowerCase()
  return value !== undefined && (chosen.includes(value) || (name === 'owner' && chosen.includes(ownerName(value))))
}

function count(one: Candidate, tags: readonly string[], { name, counts }: Choice): void {
  if (name === 'tag') for (const tag of tags) add(counts, tag)
  else if (one[name] !== null) add(counts, one[name])
}

function add(counts: Map<string, Counted>, value: string): void {
  const key = value.toLowerCase()
  const known = counts.get(key)
  if (known) known.count++
  else counts.set(key, { value, count: 1 })
}

/** To what was counted elsewhere: some of it may be among the candidates, too. */
function raise(counts: Map<string, Counted>, { value, count }: Counted): void {
  const key = value.toLowerCase()
  const known = counts.get(key)
  if (known) known.count = Math.max(known.count, count)
  else counts.set(key, { value, count })
}

function sorted(counts: ReadonlyMap<string, Counted>): Counted[] {
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}
