import type { Actor } from '../../api/actor.ts'
import { entityPath, parseRef } from '../../api/ref.ts'
import type { Contributions } from '../../platform/contributions.ts'
import { count, plural } from '../../platform/views/plural.ts'
import { filtersOf, linkTo, type SearchAddress } from './address.ts'
import { ownerName } from './model/entry.ts'
import { markAll, passageOf } from './model/passage.ts'
import { type FilterName, filterNames } from './model/query.ts'
import { reasonOf, wantedOf } from './model/reasons.ts'
import { notesOf } from './notes.ts'
import type { Found, SearchService } from './service.ts'
import type { Shown } from './store/results.ts'
import type { FilterGroup, Nothing, OwnerLink, Result, SearchPage, SearchTab } from './views.ts'

export interface SearchPages {
  page(actor: Actor, address: SearchAddress): SearchPage
  kindName(kind: string): string
  ownersOf(shown: readonly Pick<Shown, 'owner'>[]): ReadonlyMap<string, string>
}

const pageSize = 20
const optionsShown = 8
const passageLength = 220
const titles: Record<FilterName, string> = {
  kind: 'Kind',
  type: 'Type',
  owner: 'Owner',
  lifecycle: 'Lifecycle',
  tag: 'Tag',
}

export function createSearchPages(service: SearchService, contributions: Contributions): SearchPages {
  const kinds = new Map(contributions.kinds.map(({ spec }) => [spec.kind.toLowerCase(), spec.kind]))
  const sources = new Map(contributions.searchSources.map((one) => [one.id, one.spec]))
  const sections = contributions.searchSources.flatMap(({ spec }) => spec.sections)
  const kindName = (kind: string) => kinds.get(kind) ?? kind.charAt(0).toUpperCase() + kind.slice(1)
  const ownersOf: SearchPages['ownersOf'] = (shown) => service.titlesOf(shown.flatMap(({ owner }) => owner ?? []))

  function results(found: Found, shown: readonly Shown[], owners: ReadonlyMap<string, string>): Result[] {
    const wanted = wantedOf(found.query, found.meant)
    return shown.map((one) => {
      const hasName = one.name !== null && one.name.toLowerCase() !== one.title.toLowerCase()
      const bodyName = sources.get(one.source)?.bodyName ?? 'text'
      return {
        key: `${one.source} ${one.key}`,
        href: one.url,
        icon: one.icon,
        title: markAll(one.title, wanted),
        name: hasName && one.name !== null ? markAll(one.name, wanted) : null,
        what: [one.kind === null ? null : kindName(one.kind), one.type, one.lifecycle].filter(Boolean).join(' · '),
        owner: one.owner === null ? null : ownerLink(one.owner, owners.get(one.owner)),
        passage: passageOf(one.body, wanted, passageLength),
        reason: reasonOf(one, found.query, found.meant, bodyName),
      }
    })
  }

  function tabs(found: Found, address: SearchAddress): SearchTab[] {
    const link = linkTo(address)
    const all = [...found.sections.values()].reduce((sum, n) => sum + n, 0)
    const tab = (id: string | undefined, title: string, icon: string, n: number): SearchTab => ({
      title,
      icon,
      href: link({ in: id }),
      count: found.isEmpty ? null : `${count(n)}${found.more && n > 0 ? '+' : ''}`,
      current: found.section === id,
    })
    return [
      tab(undefined, 'All', 'search', all),
      ...sections.map(({ id, title, icon }) => tab(id, title, icon, found.sections.get(id) ?? 0)),
    ]
  }

  function groups(found: Found, owners: ReadonlyMap<string, string>): FilterGroup[] {
    return filterNames
      .map((name) => filterGroup(name, optionsOf(name, found), (value) => labelOf(name, value, owners)))
      .filter(({ options }) => options.length > 1 || options.some(({ checked }) => checked))
  }

  /** What all owners on the page are called. */
  function allOwners(found: Found, shown: readonly Shown[]): ReadonlyMap<string, string> {
    const options = optionsOf('owner', found).map(({ value }) => value)
    const refs = shown.flatMap(({ owner }) => owner ?? [])
    return service.titlesOf([...new Set([...refs, ...options, ...found.filters.owner])])
  }

  function labelOf(name: FilterName, value: string, owners: ReadonlyMap<string, string>): string {
    if (name === 'kind') return kindName(value)
    return name === 'owner' ? (owners.get(value) ?? ownerName(value)) : value
  }

  return {
    kindName,
    ownersOf,
    page(actor, address) {
      const found = service.search(actor, {
        text: address.query ?? '',
        filters: filtersOf(address),
        section: address.in?.toLowerCase(),
      })
      const first = (address.page - 1) * pageSize
      const shown = service.shown(found.rows.slice(first, first + pageSize))
      const total = found.rows.length
      const link = linkTo(address)
      const owners = allOwners(found, shown)
      return {
        action: '/search',
        text: address.query ?? '',
        heading: 'Search',
        section: address.in ?? null,
        tabs: tabs(found, address),
        groups: groups(found, owners),
        chosen: filterNames.flatMap((name) =>
          address[name].map((value) => ({
            group: titles[name],
            label: labelOf(name, value, owners),
            removeHref: link({ [name]: address[name].filter((other) => other !== value) }),
          })),
        ),
        clearHref: link({ in: undefined, ...Object.fromEntries(filterNames.map((name) => [name, undefined])) }),
        notes: notesOf(found, sections),
        results: results(found, shown, owners),
        count: found.more ? `more than ${plural(total, 'result')}` : plural(total, 'result'),
        pager: {
          from: shown.length > 0 ? first + 1 : null,
          to: shown.length > 0 ? first + shown.length : null,
          total,
          previousHref: address.page > 1 ? link({ page: address.page > 2 ? address.page - 1 : undefined }) : null,
          nextHref: first + pageSize < total && address.page < 50 ? link({ page: address.page + 1 }) : null,
        },
        empty: shown.length > 0 ? null : nothingFound(found, address),
      }
    },
  }
}

function filterGroup(name: FilterName, options: readonly Option[], label: (value: string) => string): FilterGroup {
  return { name, title: titles[name], options: options.map((one) => ({ ...one, label: label(one.value) })) }
}

type Option = Omit<FilterGroup['options'][number], 'label'>

/** Those with the most results, and those that are chosen. */
function optionsOf(name: FilterName, { facets, filters }: Found): Option[] {
  const chosen = filters[name]
  const all = facets[name]
  const isChosen = (value: string) =>
    chosen.includes(value.toLowerCase()) || (name === 'owner' && chosen.includes(ownerName(value)))
  const kept = chosen.length === 0 ? [] : all.slice(optionsShown).filter(({ value }) => isChosen(value))
  const found = [...all.slice(0, optionsShown), ...kept]
  const options = found.map(({ value, count }) => ({ value, count, checked: isChosen(value) }))
  if (chosen.length === 0) return options
  const seen = new Set(all.flatMap(({ value }) => [value.toLowerCase(), ownerName(value)]))
  const unseen = chosen.filter((value) => !seen.has(value))
  return [...options, ...unseen.map((value) => ({ value, count: 0, checked: true }))]
}

function ownerLink(ref: string, title: string | undefined): OwnerLink {
  const parts = parseRef(ref)
  return { ref, title: title ?? parts.name, href: entityPath(parts), known: title !== undefined, kind: parts.kind }
}

function nothingFound(found: Found, address: SearchAddress): Nothing {
  const link = linkTo(address)
  if (found.isEmpty) return { why: 'asked', ways: [] }
  const ways = [
    ...filterNames
      .filter((name) => address[name].length > 0)
      .map((name) => ({ label: `${titles[name]}: ${address[name].join(', ')}`, href: link({ [name]: undefined }) })),
    ...(address.in === undefined ? [] : [{ label: `Only in ${address.in}`, href: link({ in: undefined }) }]),
  ]
  return { why: ways.length > 0 ? 'chosen' : 'nothing', ways }
}
