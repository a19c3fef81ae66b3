/**
 * Props of the catalog's views. Nothing is optional: what is not there is `null` or an empty list, so that a
 * misspelt name fails in the tests. Times are milliseconds since 1970, `icon` is a name in `public/icons`.
 */

import type { Cell } from '../../platform/views/built-in.ts'
import type { Card } from '../../platform/views/cards.ts'
import type { StarToggle } from '../home/contract.ts'
import type { DefinitionNote } from './definition-note.ts'
import type { EarlierNote, PastNote } from './history-views.ts'
import type { ProblemPatch, ProblemPlace } from './problem-view.ts'
import type { FieldsView, HeadOrigins } from './provenance-views.ts'

export type { Card }

/** A group or user that something belongs to. An unknown one is named in a file and defined nowhere. */
export interface Owner {
  ref: string
  title: string
  href: string
  known: boolean
  /** Lower case: `group`, `user`. */
  kind: string
}

/** Another entity, as a link. */
export interface EntityRefLink {
  ref: string
  title: string
  href: string
  icon: string
  known: boolean
}

export interface EntityRow {
  ref: string
  kind: string
  namespace: string
  name: string
  title: string | null
  description: string | null
  type: string | null
  lifecycle: string | null
  owner: Owner | null
  system: EntityRefLink | null
  tags: readonly string[]
  problems: { errors: number; warnings: number }
  changedAt: number
  href: string
  icon: string
}

/** A row with what the chosen further columns show, in their order. */
export interface ListRow extends EntityRow {
  facts: readonly FactCell[]
}

export interface FactCell {
  cell: Cell
  /** Who said so and when. */
  said: string | null
  /** Where it is older than it should be. */
  note: string | null
}

/** `catalog/index`: the list. */
export interface CatalogIndex {
  /** The list's own address without parameters: `/catalog`. */
  action: string
  /** The shortest address of what is shown. */
  ownHref: string
  /** `Components`, or `Entities` when no or several kinds are chosen. */
  heading: string
  /** What `q` holds. */
  text: string
  sort: string
  /** Whether `sort` differs from the default and must stay in the address. */
  sorted: boolean
  groups: readonly FilterGroup[]
  /** Every chosen filter, in the order of the groups, and the text. */
  chosen: readonly ChosenFilter[]
  /** Address without any filter. */
  clearHref: string
  columns: readonly Column[]
  rows: readonly ListRow[]
  /** Facts that can be shown as further columns. */
  facts: readonly { id: string; title: string; checked: boolean }[]
  pager: Pager
  /** Entities of the whole catalog that the actor may see. */
  total: number
  /** Distinct owners among what matches; 0 prints nothing. */
  owners: number
  exports: { csv: string; json: string }
  /** Null when the actor may not register anything. */
  registerHref: string | null
  /** Not null when there is nothing to show. */
  empty: CatalogEmpty | null
}

/** A group of checkboxes. Each counts what one would see with it, whatever else of its own group is chosen. */
export interface FilterGroup {
  /** Parameter: `kind`, `owner`, `tag`… */
  name: string
  title: string
  /** In the order to be shown: the ten most frequent, and every chosen one. */
  options: readonly FilterOption[]
  /** How many values are not shown. */
  more: number
  /** What `find.<name>` holds. */
  find: string
}

export interface FilterOption {
  /** Parameter, mostly that of the group. */
  name: string
  value: string
  label: string
  count: number
  checked: boolean
}

export interface ChosenFilter {
  /** `Owner`. */
  group: string
  label: string
  /** Address without this one. */
  removeHref: string
}

/** A column's head. `href` sorts by it, the other way round when it is sorted already; null: cannot be sorted by. */
export interface Column {
  id: 'name' | 'type' | 'owner' | 'lifecycle' | 'problems' | 'tags' | 'changed' | 'fact'
  title: string
  href: string | null
  direction: 'ascending' | 'descending' | null
}

/** From and to are null where keyset paging does not know them. */
export interface Pager {
  from: number | null
  to: number | null
  total: number
  previousHref: string | null
  nextHref: string | null
}

export interface CatalogEmpty {
  /** `filtered`: nothing matches; `none`: the catalog has no entity; `reading`: the first crawl is under way. */
  why: 'filtered' | 'none' | 'reading'
  /** For `filtered`: the filters whose removal would show something (`Owner: Payments`), most results first. */
  relax: readonly { label: string; href: string; count: number }[]
  sourcesHref: string
  /** Null when the actor may not register anything. */
  registerHref: string | null
  /** Own address, asked again while the first crawl is under way. */
  href: string
}

/** What stands above every tab of an entity: `props.entity` of a page within `entity`. */
export interface EntityHead {
  ref: string
  kind: string
  namespace: string
  name: string
  title: string | null
  description: string | null
  /** `Service`, `OpenAPI`: the type as people read it, else null. */
  type: string | null
  lifecycle: string | null
  icon: string
  owner: Owner | null
  /** Short links that answer at once: chat, code, on call. At most four. */
  facts: readonly HeadFact[]
  /** Where it was read what the header says; null where that is not told. */
  from: HeadOrigins | null
  problems: { errors: number; warnings: number }
  /** Nothing refers to it any more: its file no longer lists it. */
  orphan: boolean
  /** The newest version cannot be used: this is the last good one. */
  stale: boolean
  /** Where the file that nobody wrote can be had; null for what somebody wrote. */
  inferredHref: string | null
  /** Missing where nobody can star it: in the past, and among definitions that do not hold. */
  star?: StarToggle
  actions: readonly HeadAction[]
  tabs: readonly TabLink[]
}

export interface HeadFact {
  icon: string
  text: string
  href: string | null
  /** Where it was read, for the title. */
  from: string | null
}

/** An entry of the menu of actions: a link, or a form that is posted. */
export interface HeadAction {
  title: string
  href: string
  icon: string
  method: 'get' | 'post'
}

export interface TabLink {
  id: string
  title: string
  href: string
  current: boolean
  count: number | null
  /** A dot behind the title, with this title: something there wants attention. */
  alert: string | null
}

/** `catalog/entity`: the overview. */
export interface EntityPage {
  entity: EntityHead
  problems: readonly Problem[]
  /** Null where cards show all there is. */
  related: readonly RelatedGroup[] | null
  about: About
  links: readonly EntityLinkRow[]
  /** Null where the page shows an earlier state. */
  changes: Changes | null
  /** Not null when it is shown as it was. */
  earlier: EarlierNote | null
  /** Not null when it is a definition that does not hold: which one does. */
  definition: DefinitionNote | null
  /** Cards that plugins contribute. */
  main: readonly Card[]
  side: readonly Card[]
}

/** Something wrong with an entity or a file: what, where, why, what to do. */
export interface Problem {
  severity: 'error' | 'warning' | 'info'
  /** A few words: `Unknown owner`. */
  title: string
  message: string
  hint: string | null
  /** `catalog-info.yaml:21`. */
  where: string | null
  href: string | null
  excerpt: Excerpt | null
  /** The entity that has it, where that is not plain from the page. */
  entity: EntityRefLink | null
  /** Where the portal explains it. */
  helpHref: string | null
  /** Further places it is about: of two definitions, the one that holds. */
  others: readonly ProblemPlace[]
  /** The page of the definition that does not hold. */
  definitionHref: string | null
  patch: ProblemPatch | null
}

/** Lines of a file with the faulty place marked below. Line and columns count from 1, `to` is exclusive. */
export interface Excerpt {
  lines: readonly { number: number; text: string }[]
  line: number
  from: number
  to: number
}

/** Entities of one relation or kind: `Depends on` with a sentence each. */
export interface RelatedGroup {
  id: string
  title: string
  rows: readonly RelatedRow[]
  /** How many there are in all, and where to see them; null when all are shown. */
  total: number
  moreHref: string | null
}

export interface RelatedRow {
  ref: string
  title: string
  href: string
  icon: string
  known: boolean
  /** `depends on · PostgreSQL`. */
  sentence: string
  owner: Owner | null
  /** What states the relation. */
  from?: Provenance | null
}

export interface About {
  editHref: string | null
  /** Every field with its origin. */
  allHref?: string | null
  rows: readonly AboutRow[]
}

export interface AboutRow {
  title: string
  value: AboutValue
  /** Where it was read. */
  from: Provenance | null
}

export type AboutValue =
  | { as: 'text'; text: string }
  | { as: 'code'; text: string }
  | { as: 'link'; text: string; href: string }
  | { as: 'entity'; entity: EntityRefLink }
  | { as: 'owner'; owner: Owner }
  | { as: 'tags'; tags: readonly { text: string; href: string }[] }
  | { as: 'time'; at: number; by: string | null }

/** `catalog-info.yaml:14`, and in full for the title: `catalog-info.yaml line 14 at 3f9c2ab`. */
export interface Provenance {
  text: string
  title: string
  href: string | null
}

export interface EntityLinkRow {
  title: string
  url: string
  /** From `linkIcon`. */
  icon: string
  from?: Provenance | null
}

export interface Changes {
  rows: readonly { text: string; at: number; href: string | null }[]
  allHref: string | null
}

/** `catalog/tab`: a tab that a plugin contributes. */
export interface EntityTabPage {
  entity: EntityHead
  card: Card
}

/** `catalog/source`: the Source tab. */
export interface SourcePage {
  entity: EntityHead
  /** What is shown: the entity as YAML or JSON, or a file of its source. */
  switches: readonly { title: string; href: string; current: boolean }[]
  /** `catalog-info.yaml`, or the reference of the entity. */
  title: string
  text: string
  /** In place of a text: every field and where it comes from. */
  fields: FieldsView | null
  /** Line that is marked, counted from 1. */
  line: number | null
  /** Why there is no text: too large, binary, gone. */
  note: string | null
  viewHref: string | null
  editHref: string | null
  revision: string | null
  tree: Tree | null
}

/** Files and folders, in the order to be shown; folders are open when one of their files is. */
export interface Tree {
  title: string
  nodes: readonly TreeNode[]
  /** How many more files there are than are shown. */
  more: number
}

export interface TreeNode {
  name: string
  href?: string | null
  icon?: string
  current?: boolean
  open?: boolean
  children?: readonly TreeNode[]
}

/** `catalog/missing`: the 404 of an entity. */
export interface MissingPage {
  kind: string
  namespace: string
  name: string
  near: readonly EntityRefLink[]
  /** Why it is not there: what is wrong with the document that would define it. */
  problems: readonly Problem[]
  /** What was there before, or came after. */
  past: PastNote | null
  /** The list, filtered by the name. */
  searchHref: string
}

export type { SourceActivity, SourceRemoval, SourceRow, SourcesPage } from './source-state.ts'
export { entityIcon, linkIcon, linkRows, relationWords, shortName } from './wording.ts'
