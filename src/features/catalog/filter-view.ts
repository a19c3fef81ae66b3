import type { Counted } from './store/list.ts'
import type { ChosenFilter, FilterGroup, FilterOption } from './views.ts'

/** One group of checkboxes, before it is dressed: what can be chosen, and what is. */
export interface Choice<G extends string = string> {
  name: G
  title: string
  counts: readonly Counted[]
  chosen: readonly string[]
  label(value: string): string
}

/** An address as it arrived: every parameter once, often or not at all. */
export type Parameters = Readonly<Record<string, unknown>>

export type Link = (changes: Parameters) => string

const shown = 10

/** Addresses of a page with something else in them; the rest stays, the place in the list does not. */
export function linkTo(path: string, address: Parameters): Link {
  return (changes) => {
    const merged = { ...address, after: undefined, before: undefined, ...changes }
    const params = new URLSearchParams()
    for (const [key, value] of Object.entries(merged)) {
      for (const one of [value ?? []].flat()) if (typeof one === 'string' && one !== '') params.append(key, one)
    }
    const text = params.toString()
    return text === '' ? path : `${path}?${text}`
  }
}

/** The groups that leave something to choose, the most frequent values first, every chosen one among them. */
export function filterGroups(choices: readonly Choice[], address: Parameters): FilterGroup[] {
  return choices.map((choice) => filterGroup(choice, address)).filter(isWorthShowing)
}

export function chosenFilters(choices: readonly Choice[], link: Link): ChosenFilter[] {
  return choices.flatMap(({ name, title, chosen, label }) =>
    chosen.map((value) => ({
      group: title,
      label: label(value),
      removeHref: link({ [name]: chosen.filter((other) => other !== value) }),
    })),
  )
}

function filterGroup({ name, title, counts, chosen, label }: Choice, address: Parameters): FilterGroup {
  const find = textOf(address[`find.${name}`])
  const isChosen = new Set(chosen)
  const option = (value: string, count: number): FilterOption => {
    return { name, value, label: label(value), count, checked: isChosen.has(value) }
  }
  const all = counts.map(({ value, count }) => option(value, count))
  const seen = new Set(counts.map(({ value }) => value))
  const found =
    find === ''
      ? all.slice(0, shown)
      : all.filter((one) => one.label.toLowerCase().includes(find.toLowerCase())).slice(0, 50)
  const kept = all.filter((one) => one.checked && !found.includes(one))
  const unseen = chosen.filter((value) => !seen.has(value)).map((value) => option(value, 0))
  return { name, title, options: [...kept, ...found, ...unseen], more: all.length - found.length - kept.length, find }
}

function isWorthShowing({ options }: FilterGroup): boolean {
  return options.length > 1 || options.some(({ checked }) => checked)
}

function textOf(value: unknown): string {
  const first = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first.trim().slice(0, 100) : ''
}
