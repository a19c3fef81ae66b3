import { entityPath, parseRef } from '../../api/ref.ts'
import type { ChangeAddress, ChangeQuery } from './change-query.ts'
import {
  type ChangeEvent,
  changeEvents,
  changeWords,
  eventOf,
  eventTitles,
  fieldPath,
  fieldTitle,
  reasonOf,
  shownFields,
} from './change-words.ts'
import { type Choice, chosenFilters, filterGroups, type Link, linkTo } from './filter-view.ts'
import type { ChangeListing } from './history-service.ts'
import { ownerView, refLink } from './list-view.ts'
import type { ChangeCounts, ListedChange } from './store/history.ts'
import type { ChosenFilter, EntityRefLink, FilterGroup, Owner, Pager } from './views.ts'

/** `catalog/_history`: the History tab of an entity. */
export interface HistoryTab {
  rows: readonly HistoryRow[]
  pager: Pager
  feedHref: string
}

export interface HistoryRow {
  id: string
  event: ChangeEvent
  /** `Owner and tags changed`. */
  text: string
  /** Why the catalog did it by itself. */
  reason: string | null
  at: number
  path: string
  /** The commit, shortened; null where the source has none. */
  revision: string | null
  /** Where the forge shows the commit. */
  commitHref: string | null
  /** The entity as it was after this; null when it was not there. */
  asOfHref: string | null
  fields: readonly FieldChange[]
}

export interface FieldChange {
  /** `Depends on, item 3`. */
  title: string
  /** `spec.dependsOn[2]`. */
  path: string
  /** Null where the field was not there. */
  before: FieldValue | null
  after: FieldValue | null
}

export interface FieldValue {
  text: string
  /** All of it, where `text` is shortened. */
  whole: string | null
}

/** `catalog/changes`: what changed in the catalog. */
export interface ChangesPage {
  action: string
  ownHref: string
  groups: readonly FilterGroup[]
  chosen: readonly ChosenFilter[]
  clearHref: string
  rows: readonly ChangeListRow[]
  pager: Pager
  feedHref: string
  /** Whether a filter hides what there would be. */
  filtered: boolean
}

export interface ChangeListRow {
  id: string
  event: ChangeEvent
  entity: EntityRefLink
  /** `Component`. */
  kind: string
  /** Null for the namespace `default`. */
  namespace: string | null
  text: string
  reason: string | null
  owner: Owner | null
  at: number
}

/** What stands above an entity that is shown as it was. */
export interface EarlierNote {
  /** The moment that was asked for. */
  at: number
  /** Since when it was like this. */
  since: number
  /** Until when; null when it still is. */
  until: number | null
  /** Null when there is nothing of that name now. */
  nowHref: string | null
  historyHref: string | null
}

/** On the 404 page: what there was before or after. */
export interface PastNote {
  /** It was there before; else it came later. */
  gone: boolean
  text: string
  at: number
  href: string
  linkText: string
}

export function historyTab(
  listing: ChangeListing,
  path: string,
  commitOf: (sourceId: string, revision: string) => CommitLink | null,
  feedHref: string,
): HistoryTab {
  return {
    rows: listing.rows.map((row) => ({
      ...commitView(row, commitOf),
      id: row.id,
      event: eventOf(row),
      text: changeWords(row),
      reason: reasonOf(row.revision),
      at: row.at,
      path: row.path,
      asOfHref: row.action === 'removed' ? null : asOfHref(path, row.at),
      fields: shownFields(row).map(({ path: pointer, before, after }) => ({
        title: fieldTitle(pointer),
        path: fieldPath(pointer),
        before: before === undefined ? null : fieldValue(before),
        after: after === undefined ? null : fieldValue(after),
      })),
    })),
    pager: pagerOf(listing, linkTo(`${path}/history`, {})),
    feedHref,
  }
}

/** A commit of a source that has some; the address is that of the forge, where it is known. */
export interface CommitLink {
  href: string | null
}

function commitView(
  { sourceId, revision }: ListedChange,
  commitOf: (sourceId: string, revision: string) => CommitLink | null,
) {
  const commit = revision !== null && reasonOf(revision) === null ? commitOf(sourceId, revision) : null
  return { revision: commit && revision !== null ? revision.slice(0, 8) : null, commitHref: commit?.href ?? null }
}

export interface ChangesViewArgs {
  listing: ChangeListing
  counts: ChangeCounts
  query: ChangeQuery
  address: ChangeAddress
  titleOf(ref: string): string | null
  kindName(kind: string): string
}

export function changesView(args: ChangesViewArgs): ChangesPage {
  const { listing, query, address } = args
  const link = linkTo('/catalog/changes', address)
  const choices = choicesOf(args)
  const chosenRefs: Choice = {
    name: 'ref',
    title: 'Entity',
    counts: [],
    chosen: query.refs,
    label: (ref) => args.titleOf(ref) ?? parseRef(ref).name,
  }
  const chosen = chosenFilters([...choices, chosenRefs], link)
  return {
    action: '/catalog/changes',
    ownHref: link({ after: address.after, before: address.before }),
    groups: filterGroups(choices, address),
    chosen,
    clearHref: '/catalog/changes',
    rows: listing.rows.map((row) => rowView(row, args)),
    pager: pagerOf(listing, link),
    feedHref: link({}).replace('/catalog/changes', '/catalog/changes.atom'),
    filtered: chosen.length > 0,
  }
}

/** The page of an entity as it was at a moment. */
export function asOfHref(path: string, at: number): string {
  return `${path}?at=${new Date(at).toISOString()}`
}

/** What is gone is shown as it was last. */
export function hrefOf(row: ListedChange): string {
  const path = entityPath(parseRef(row.ref))
  if (row.exists === 1) return path
  return asOfHref(path, row.action === 'removed' ? row.at - 1 : row.at)
}

/** A value of a field as text: lists of texts with commas, or one on a line where indented; other values as JSON. */
export function valueText(value: unknown, indent: number): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) {
    return value.join(indent > 0 ? '\n' : ', ')
  }
  return JSON.stringify(value, null, indent)
}

function choicesOf({ counts, query, titleOf, kindName }: ChangesViewArgs): Choice[] {
  const isEvent = (value: string): value is ChangeEvent => (changeEvents as readonly string[]).includes(value)
  return [
    {
      name: 'action',
      title: 'What',
      counts: changeEvents.flatMap((event) => counts.action.filter(({ value }) => value === event)),
      chosen: query.chosen.action,
      label: (value) => (isEvent(value) ? eventTitles[value] : value),
    },
    { name: 'kind', title: 'Kind', counts: counts.kind, chosen: query.chosen.kind, label: kindName },
    {
      name: 'owner',
      title: 'Owner',
      counts: counts.owner,
      chosen: query.chosen.owner,
      label: (value) => titleOf(value) ?? parseRef(value).name,
    },
  ]
}

function rowView(row: ListedChange, { titleOf, kindName }: ChangesViewArgs): ChangeListRow {
  const { kind, namespace } = parseRef(row.ref)
  return {
    id: row.id,
    event: eventOf(row),
    entity: { ...refLink(row.ref, row.title, row.type), href: hrefOf(row), known: row.exists === 1 },
    kind: kindName(kind),
    namespace: namespace === 'default' ? null : namespace,
    text: changeWords(row),
    reason: reasonOf(row.revision),
    owner: row.owner === null ? null : ownerView(row.owner, titleOf(row.owner)),
    at: row.at,
  }
}

function pagerOf({ rows, before, total, previous, next }: ChangeListing, link: Link): Pager {
  return {
    from: rows.length > 0 ? before + 1 : null,
    to: rows.length > 0 ? before + rows.length : null,
    total,
    previousHref: previous ? link({ before: previous }) : null,
    nextHref: next ? link({ after: next }) : null,
  }
}

const longest = 120
const longestWhole = 20_000

function fieldValue(value: unknown): FieldValue {
  const text = valueText(value, 0)
  const line = text.replace(/\s+/g, ' ').trim()
  if (line.length <= longest && !text.trim().includes('\n')) return { text: line === '' ? '""' : line, whole: null }
  const whole = valueText(value, 2)
  const kept = whole.length > longestWhole ? `${whole.slice(0, longestWhole)}\n…` : whole
  return { text: `${line.slice(0, longest - 1).trimEnd()}…`, whole: kept }
}
