import { entityPath, parseRef } from '../../api/ref.ts'
import type { ShownFact } from '../../platform/facts/shown.ts'
import { type Group, groups, type ListAddress, type ListQuery } from './query.ts'
import type { Listing } from './service.ts'
import type { Counted, ListedEntity } from './store/list.ts'
import {
  type CatalogIndex,
  type ChosenFilter,
  type Column,
  type EntityRefLink,
  type EntityRow,
  entityIcon,
  type FactCell,
  type FilterGroup,
  type FilterOption,
  type Owner,
} from './views.ts'

const titles: Record<Group, string> = {
  kind: 'Kind',
  type: 'Type',
  owner: 'Owner',
  lifecycle: 'Lifecycle',
  tag: 'Tag',
  system: 'System',
  namespace: 'Namespace',
}

const shown = 10

export interface ListViewArgs {
  listing: Listing
  query: ListQuery
  address: ListAddress
  /** Titles of references, for owners and systems in the filters; null where there is none. */
  titlesOf(refs: readonly string[]): ReadonlyMap<string, string | null>
  /** `Components` for `component`. */
  pluralOf(kind: string): string
  /** Kinds as they are written in files, by lower case. */
  kindName(kind: string): string
  /** What other systems know: which facts can be columns, which are, and what they say. */
  facts: ListFacts
  /** Null when the actor may not register anything. */
  registerHref: string | null
  /** Whether sources are being read at this moment. */
  reading: boolean
  /** Counts without one part of the query, for the way out of an empty list. */
  countWithout(part: ListQuery): number
}

export interface ListFacts {
  offered: readonly { id: string; title: string }[]
  chosen: readonly { id: string; title: string }[]
  of(ref: string, id: string): ShownFact | undefined
}

/** The list as the page shows it. */
export function listView(args: ListViewArgs): CatalogIndex {
  const { listing, query, address } = args
  const link = linkTo(address)
  const [only] = query.chosen.kind.length === 1 ? query.chosen.kind : []
  const { rows, counts, before } = listing
  return {
    action: '/catalog',
    ownHref: ownHref(args, link),
    heading: only ? args.pluralOf(only) : 'Entities',
    text: address.q ?? '',
    sort: address.sort ?? 'name',
    sorted: address.sort !== undefined && address.sort !== 'name',
    groups: [...groups.map((group) => filterGroup(group, args)), attention(args)].filter(isWorthShowing),
    chosen: chosenFilters(args, link),
    clearHref: link({ ...nothing, sort: address.sort, fact: address.fact }),
    columns: [...columns(query, address, link), ...args.facts.chosen.map(({ title }) => factColumn(title))],
    rows: rows.map((row) => ({ ...rowView(row), facts: factCells(row.ref, args.facts) })),
    facts: args.facts.offered.map(({ id, title }) => {
      return { id, title, checked: args.facts.chosen.some((one) => one.id === id) }
    }),
    pager: {
      from: rows.length > 0 ? before + 1 : null,
      to: rows.length > 0 ? before + rows.length : null,
      total: counts.total,
      previousHref: listing.previous ? link({ after: undefined, before: listing.previous }) : null,
      nextHref: listing.next ? link({ before: undefined, after: listing.next }) : null,
    },
    total: listing.total,
    owners: counts.owners,
    exports: { csv: exportLink(link, 'csv'), json: exportLink(link, 'json') },
    registerHref: args.registerHref,
    empty:
      rows.length > 0
        ? null
        : {
            why: whyEmpty(args),
            relax: ways(args, link),
            sourcesHref: '/catalog/sources',
            registerHref: args.registerHref,
            href: link({}),
          },
  }
}

export function rowView(row: ListedEntity): EntityRow {
  return {
    ref: row.ref,
    kind: row.kind,
    namespace: row.namespace,
    name: row.name,
    title: row.title,
    description: row.description,
    type: row.type,
    lifecycle: row.lifecycle,
    owner: row.owner === null ? null : ownerView(row.owner, row.ownerTitle),
    system: row.system === null ? null : refLink(row.system, row.systemTitle, null),
    tags: JSON.parse(row.tags) as string[],
    problems: { errors: row.errors, warnings: row.warnings },
    changedAt: row.changedAt,
    href: entityPath(row),
    icon: entityIcon(row.kind, row.type),
  }
}

/** @param title null when the catalog knows nobody of that name */
export function ownerView(ref: string, title: string | null): Owner {
  const parts = parseRef(ref)
  return { ref, title: title ?? parts.name, href: entityPath(parts), known: title !== null, kind: parts.kind }
}

export function refLink(ref: string, title: string | null, type: string | null): EntityRefLink {
  const parts = parseRef(ref)
  return {
    ref,
    title: title ?? parts.name,
    href: entityPath(parts),
    icon: entityIcon(parts.kind, type),
    known: title !== null,
  }
}

type Changes = Partial<Record<string, string | readonly string[] | undefined>>
type Link = (changes: Changes) => string

const nothing: Changes = Object.fromEntries(
  [...groups, 'sub', 'problems', 'orphan', 'q', 'filter', 'after', 'before'].map((key) => [key, undefined]),
)

/** Addresses of this list with something else in them; whatever else stands there stays, the place in the list does not. */
function linkTo(address: ListAddress): Link {
  return (changes) => {
    const merged = { ...address, after: undefined, before: undefined, ...changes } as Changes
    const params = new URLSearchParams()
    for (const [key, value] of Object.entries(merged)) {
      for (const one of [value ?? []].flat()) if (one !== '') params.append(key, one)
    }
    const text = params.toString()
    return text === '' ? '/catalog' : `/catalog?${text}`
  }
}

/** The shortest address of what is shown: without the form's empty fields and without what is the default. */
function ownHref({ address, query }: ListViewArgs, link: Link): string {
  const kind = address.kind.filter((one) => one !== 'all')
  const isDefault = kind.length === 1 && query.chosen.kind[0] === 'component'
  return link({
    kind: isDefault ? undefined : kind.length > 0 ? kind : address.kind,
    sort: address.sort === 'name' ? undefined : address.sort,
    after: address.after,
    before: address.before,
  })
}

function exportLink(link: Link, form: 'csv' | 'json'): string {
  return link({}).replace('/catalog', `/catalog.${form}`)
}

function isWorthShowing(group: FilterGroup): boolean {
  // Somebody is typing into its field.
  if (group.find !== '') return true
  return (
    group.options.length > 0 &&
    (group.options.length > 1 || group.options.some(({ checked }) => checked) || group.name === 'kind')
  )
}

function filterGroup(group: Group, args: ListViewArgs): FilterGroup {
  const find = textOf(args.address[`find.${group}`])
  const chosen = new Set(args.query.chosen[group])
  const isChosen = ({ value }: Counted) => chosen.has(value.toLowerCase())
  const all = args.listing.counts.groups[group]
  const seen = new Set(all.map(({ value }) => value.toLowerCase()))
  const unseen = [...chosen].filter((value) => !seen.has(value)).map((value) => ({ value, count: 0 }))
  const first = all.slice(0, shown)
  // Titles are looked up for what is shown; only who searches searches them all.
  const named = find === '' ? [...first, ...all.filter(isChosen), ...unseen] : [...all, ...unseen]
  const labels = labelsOf(
    group,
    named.map(({ value }) => value),
    args,
  )
  const matches = ({ value }: Counted) => labels.get(value)?.toLowerCase().includes(find.toLowerCase())
  const found = find === '' ? first : all.filter(matches).slice(0, 50)
  const kept = all.filter((one) => isChosen(one) && !found.includes(one))
  const options = [...kept, ...found, ...unseen].map(({ value, count }) => {
    return { name: group, value, label: labels.get(value) ?? value, count, checked: chosen.has(value.toLowerCase()) }
  })
  const wide = group === 'owner' ? subGroups(args) : []
  return {
    name: group,
    title: titles[group],
    options: [...options, ...wide],
    more: all.length - found.length - kept.length,
    find,
  }
}

/** Whether the groups below the chosen ones count as well: offered where that makes a difference. */
function subGroups({ query, listing, countWithout }: ListViewArgs): FilterOption[] {
  if (!query.chosen.owner.some((ref) => ref.startsWith('group:'))) return []
  const count = query.sub ? listing.counts.total : countWithout({ ...query, sub: true })
  const isWider = query.sub || count > listing.counts.total
  return isWider ? [{ name: 'sub', value: '1', label: 'With sub-groups', count, checked: query.sub }] : []
}

const labelOf = (group: Group, value: string, args: ListViewArgs) => labelsOf(group, [value], args).get(value) ?? value

function labelsOf(group: Group, values: readonly string[], args: ListViewArgs): ReadonlyMap<string, string> {
  const titles = group === 'owner' || group === 'system' ? args.titlesOf(values) : undefined
  const label = (value: string) => {
    if (group === 'kind') return args.kindName(value)
    return titles ? (titles.get(value) ?? parseRef(value).name) : value
  }
  return new Map(values.map((value) => [value, label(value)]))
}

function attention({ listing, query }: ListViewArgs): FilterGroup {
  const { problems, orphans } = listing.counts
  const options = [
    { name: 'problems', value: 'any', label: 'Has problems', count: problems, checked: query.problems.length > 0 },
    { name: 'orphan', value: 'true', label: 'Orphan', count: orphans, checked: query.orphan },
  ]
  return {
    name: 'attention',
    title: 'Needs attention',
    options: options.filter(({ count, checked }) => count > 0 || checked),
    more: 0,
    find: '',
  }
}

function chosenFilters(args: ListViewArgs, link: Link): ChosenFilter[] {
  const { query, address } = args
  const ofGroups = groups.flatMap((group) =>
    // The default kind was not chosen by anybody.
    group === 'kind' && address.kind.length === 0
      ? []
      : query.chosen[group].map((value) => ({
          group: titles[group],
          label: labelOf(group, value, args),
          removeHref: link({ [group]: query.chosen[group].filter((other) => other !== value) }),
        })),
  )
  const sub = query.sub ? [{ group: 'Owner', label: 'with sub-groups', removeHref: link({ sub: undefined }) }] : []
  const filters = address.filter.map((one) => ({
    group: 'Filter',
    label: one,
    removeHref: link({ filter: address.filter.filter((other) => other !== one) }),
  }))
  const rest = [
    query.problems.length > 0 && {
      group: 'Needs attention',
      label: 'Has problems',
      removeHref: link({ problems: undefined }),
    },
    query.orphan && { group: 'Needs attention', label: 'Orphan', removeHref: link({ orphan: undefined }) },
    address.q !== undefined && { group: 'Text', label: address.q, removeHref: link({ q: undefined }) },
  ]
  return [...ofGroups, ...sub, ...filters, ...rest.filter((one) => one !== false)]
}

function columns(query: ListQuery, address: ListAddress, link: Link): Column[] {
  const sortable = (id: 'name' | 'type' | 'owner' | 'lifecycle' | 'changed', title: string): Column => {
    const isSorted = query.sort.field === id
    const turned = isSorted ? !query.sort.descending : id === 'changed'
    return {
      id,
      title,
      href: link({ sort: turned ? `-${id}` : id === 'name' && address.sort === undefined ? undefined : id }),
      direction: isSorted ? (query.sort.descending ? 'descending' : 'ascending') : null,
    }
  }
  return [
    sortable('name', 'Name'),
    sortable('type', 'Type'),
    sortable('owner', 'Owner'),
    sortable('lifecycle', 'Lifecycle'),
    { id: 'problems', title: 'Problems', href: null, direction: null },
    { id: 'tags', title: 'Tags', href: null, direction: null },
    sortable('changed', 'Changed'),
  ]
}

function factColumn(title: string): Column {
  return { id: 'fact', title, href: null, direction: null }
}

function factCells(ref: string, { chosen, of }: ListFacts): FactCell[] {
  return chosen.map(({ id }) => {
    const fact = of(ref, id)
    return fact ? { cell: fact.cell, said: fact.said, note: fact.note } : { cell: null, said: null, note: null }
  })
}

function whyEmpty({ listing, reading }: ListViewArgs): 'filtered' | 'none' | 'reading' {
  if (listing.total > 0) return 'filtered'
  return reading ? 'reading' : 'none'
}

/** For each thing that narrows the list: what one would see without it. */
function ways(args: ListViewArgs, link: Link) {
  const { query, address } = args
  if (args.listing.total === 0) return []
  const relaxed = [
    ...groups
      .filter((group) => query.chosen[group].length > 0)
      .map((group) => {
        const value = group === 'kind' ? ['all'] : undefined
        return {
          label: `${titles[group]}: ${query.chosen[group].map((one) => labelOf(group, one, args)).join(', ')}`,
          href: link({ [group]: value }),
          without: { ...query, chosen: { ...query.chosen, [group]: [] } },
        }
      }),
    ...(query.words.length > 0
      ? [{ label: `Text: ${address.q ?? ''}`, href: link({ q: undefined }), without: { ...query, words: [] } }]
      : []),
    ...(address.filter.length > 0
      ? [
          {
            label: `Filter: ${address.filter.join(' or ')}`,
            href: link({ filter: undefined }),
            without: { ...query, filter: [] },
          },
        ]
      : []),
    ...(query.problems.length > 0
      ? [
          {
            label: 'Has problems',
            href: link({ problems: undefined }),
            without: { ...query, problems: [] },
          },
        ]
      : []),
    ...(query.orphan
      ? [{ label: 'Orphan', href: link({ orphan: undefined }), without: { ...query, orphan: false } }]
      : []),
  ]
  return relaxed
    .map(({ label, href, without }) => ({ label, href, count: args.countWithout(without) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
}

function textOf(value: unknown): string {
  const first = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first.trim().slice(0, 100) : ''
}
