import { parseRef } from '../../api/ref.ts'
import { type Link, linkTo } from './filter-view.ts'
import { refLink } from './list-view.ts'
import type { Found, Page } from './organisation.ts'
import type { OrganisationGraph } from './organisation-graph.ts'
import { organisationHref } from './organisation-views.ts'
import type { GroupRow, PersonRow } from './store/people.ts'
import type { EntityRefLink, Pager } from './views.ts'

/** `catalog/organisation`: the groups as they stand below each other. */
export interface OrganisationPage {
  action: string
  ownHref: string
  /** What `q` holds. */
  text: string
  groups: number
  people: number
  /** The group that the tree begins at, with the way to it; null for all. */
  top: { group: EntityRefLink; way: readonly TreeLink[] } | null
  tree: TreeView | null
  /** Not null when it is searched. */
  found: { groups: FoundView; people: FoundView } | null
  cycles: readonly (readonly EntityRefLink[])[]
  /** Circles that are not shown. */
  moreCycles: number
  unknownParents: readonly { group: EntityRefLink; parents: readonly string[] }[]
  moreUnknownParents: number
  loose: LooseView | null
}

/** A group within the tree: the same page, beginning there. */
export interface TreeLink {
  title: string
  href: string
}

/** `catalog/_tree`. */
export interface TreeView {
  branch: Branch
  pager: Pager | null
}

/** `catalog/_branch`: groups side by side. */
export interface Branch {
  twigs: readonly Twig[]
  /** Further ones, on a page of their own. */
  more: { count: number; href: string } | null
}

export interface Twig extends EntityRefLink {
  type: string | null
  members: number
  owned: number
  /** `again`: what is below it stands elsewhere on the page; `circle`: it is below itself. */
  mark: 'again' | 'circle' | null
  /** What is below it; null where nothing is, or where it is shown elsewhere or asked for later. */
  branch: Branch | null
  open: boolean
  /** What is below it and not on the page yet. */
  later: { count: number; href: string; branchHref: string } | null
}

/** `catalog/_found`. */
export interface FoundView {
  title: string
  rows: readonly FoundRow[]
  total: number
  moreHref: string
}

export interface FoundRow extends EntityRefLink {
  /** The way from the top to a group; the groups of somebody. */
  context: string
  description: string | null
}

/** `catalog/_loose`: people without a group. */
export interface LooseView {
  rows: readonly LooseRow[]
  total: number
  pager: Pager | null
  moreHref: string | null
}

export interface LooseRow extends EntityRefLink {
  description: string | null
  /** Groups that the file names and nothing defines. */
  unknown: readonly string[]
}

/** Rows of a page, of which each is some 400 bytes: more come when somebody opens them. */
const mostTwigs = 250
const mostSiblings = 200
/** Trees up to this size are shown open. */
const openUpTo = 80

/** The groups given with what is below them, level by level, as far as the room goes. */
export function branchView(graph: OrganisationGraph, tops: readonly GroupRow[], above: readonly string[]): Branch {
  const placed = new Set(above)
  const place = (groups: readonly GroupRow[], under: string | undefined): MutableBranch => {
    const shown = groups.slice(0, mostSiblings).map((group) => twigView(graph, group, placed.has(group.ref)))
    for (const { ref } of shown) placed.add(ref)
    const more = groups.length - shown.length
    return { twigs: shown, more: more > 0 && under !== undefined ? { count: more, href: nextHref(under) } : null }
  }
  const branch = place(tops, above.at(-1))
  let size = branch.twigs.length
  for (let level = branch.twigs, depth = 0; level.length > 0; depth++) {
    const parents = level.filter(({ ref, mark }) => mark === null && graph.children(ref).length > 0)
    const needed = parents.reduce((sum, { ref }) => sum + Math.min(graph.children(ref).length, mostSiblings), 0)
    const isRoomy = size + needed <= mostTwigs
    for (const twig of parents) {
      const children = graph.children(twig.ref)
      if (isRoomy) twig.branch = place(children, twig.ref)
      else twig.later = { count: children.length, ...laterHrefs(twig.ref) }
      twig.open = isRoomy && (graph.size <= openUpTo || (depth === 0 && size + needed <= openUpTo))
    }
    size += needed
    level = isRoomy ? parents.flatMap((twig) => twig.branch?.twigs ?? []) : []
  }
  return branch
}

const nextHref = (group: string) => organisationHref({ group, from: String(mostSiblings) })

const laterHrefs = (group: string) => ({
  href: organisationHref({ group }),
  branchHref: `/catalog/organisation/branch?${new URLSearchParams({ group })}`,
})

type MutableTwig = { -readonly [K in keyof Twig]: K extends 'branch' ? MutableBranch | null : Twig[K] }
type MutableBranch = Omit<Branch, 'twigs'> & { twigs: MutableTwig[] }

function twigView(graph: OrganisationGraph, group: GroupRow, isAgain: boolean): MutableTwig {
  const { members, owned } = graph.totals(group.ref)
  const isMarked = isAgain && graph.children(group.ref).length > 0
  return {
    ...groupLink(group),
    type: group.type,
    members,
    owned,
    mark: isMarked ? (graph.inCycle(group.ref) ? 'circle' : 'again') : null,
    branch: null,
    open: false,
    later: null,
  }
}

export const groupLink = ({ ref, title, type }: GroupRow): EntityRefLink => refLink(ref, title, type)

export interface OrganisationArgs {
  graph: OrganisationGraph
  people: number
  address: Readonly<Record<string, unknown>>
  text: string
  top: GroupRow | undefined
  /** Number of groups of the first level in front of the page. */
  from: number
  found: { groups: Found; people: Found } | undefined
  groupsOf: ReadonlyMap<string, { ref: string; title: string | null }[]>
  loose: (Page<PersonRow> & { total: number }) | undefined
  /** Whether people without a group are all that is asked for. */
  looseOnly: boolean
}

const shownCycles = 10
const shownUnknown = 20

export function organisationView(args: OrganisationArgs): OrganisationPage {
  const { graph, people, text, top, found, loose, looseOnly } = args
  const link = linkTo('/catalog/organisation', args.address)
  const isWhole = top === undefined && found === undefined && !looseOnly
  const unknown = isWhole ? graph.withUnknownParent : []
  return {
    action: '/catalog/organisation',
    ownHref: link({ after: args.address.after, before: args.address.before }),
    text,
    groups: graph.size,
    people,
    top: top ? { group: groupLink(top), way: graph.path(top.ref).map(treeLink) } : null,
    tree: found === undefined && !looseOnly ? treeView(args, link) : null,
    found: found
      ? {
          groups: foundView('Groups', 'group', found.groups, args),
          people: foundView('People', 'user', found.people, args),
        }
      : null,
    cycles: isWhole ? graph.cycles.slice(0, shownCycles).map((circle) => circle.slice(0, 8).map(groupLink)) : [],
    moreCycles: isWhole ? Math.max(0, graph.cycles.length - shownCycles) : 0,
    unknownParents: unknown.slice(0, shownUnknown).map((group) => ({
      group: groupLink(group),
      parents: graph.unknownParents(group.ref),
    })),
    moreUnknownParents: Math.max(0, unknown.length - shownUnknown),
    loose: loose && loose.total > 0 && found === undefined && top === undefined ? looseView(loose, args, link) : null,
  }
}

const treeLink = ({ ref, title }: GroupRow): TreeLink => ({ title, href: organisationHref({ group: ref }) })

function treeView({ graph, top, from }: OrganisationArgs, link: Link): TreeView {
  const all = top ? graph.children(top.ref) : graph.roots
  const shown = all.slice(from, from + mostSiblings)
  const at = (offset: number) => link({ from: offset > 0 ? String(offset) : undefined })
  return {
    branch: branchView(graph, shown, top ? [top.ref] : []),
    pager:
      all.length <= mostSiblings
        ? null
        : {
            from: shown.length > 0 ? from + 1 : null,
            to: shown.length > 0 ? from + shown.length : null,
            total: all.length,
            previousHref: from > 0 ? at(Math.max(0, from - mostSiblings)) : null,
            nextHref: from + shown.length < all.length ? at(from + mostSiblings) : null,
          },
  }
}

function foundView(title: string, kind: 'group' | 'user', { rows, total }: Found, args: OrganisationArgs): FoundView {
  const contextOf = (ref: string) =>
    kind === 'group'
      ? args.graph
          .path(ref)
          .slice(0, -1)
          .map((one) => one.title)
          .join(' / ')
      : (args.groupsOf.get(ref) ?? []).map((one) => one.title ?? parseRef(one.ref).name).join(', ')
  return {
    title,
    rows: rows.map(({ ref, title, description }) => ({
      ...refLink(ref, title, null),
      context: contextOf(ref),
      description,
    })),
    total,
    moreHref: `/catalog?${new URLSearchParams({ kind, q: args.text })}`,
  }
}

function looseView(
  { rows, total, before, next, previous }: Page<PersonRow> & { total: number },
  { looseOnly, groupsOf }: OrganisationArgs,
  link: Link,
): LooseView {
  return {
    rows: rows.map(({ ref, title, description }) => ({
      ...refLink(ref, title, null),
      description,
      unknown: (groupsOf.get(ref) ?? []).flatMap((group) => (group.title === null ? [parseRef(group.ref).name] : [])),
    })),
    total,
    pager: looseOnly
      ? {
          from: rows.length > 0 ? before + 1 : null,
          to: rows.length > 0 ? before + rows.length : null,
          total,
          previousHref: previous ? link({ before: previous }) : null,
          nextHref: next ? link({ after: next }) : null,
        }
      : null,
    moreHref: !looseOnly && total > rows.length ? organisationHref({ people: 'loose' }) : null,
  }
}
