import { parseRef } from '../../api/ref.ts'
import { type Choice, chosenFilters, filterGroups, linkTo } from './filter-view.ts'
import { ownerView, refLink } from './list-view.ts'
import { problemCodes } from './model/problem.ts'
import { ages, type ProblemAddress, type ProblemQuery, showsNotes } from './problem-query.ts'
import type { ProblemListing } from './problem-service.ts'
import type { ListedProblem } from './store/problems.ts'
import type { ChosenFilter, EntityRefLink, FilterGroup, Owner, Pager, Problem } from './views.ts'

/** `catalog/problems`. */
export interface ProblemsPage {
  /** The page's own address without parameters. */
  action: string
  ownHref: string
  /** What `q` holds. */
  text: string
  groups: readonly FilterGroup[]
  chosen: readonly ChosenFilter[]
  clearHref: string
  rows: readonly ProblemListRow[]
  pager: Pager
  /** Among what the filters show. */
  totals: { errors: number; warnings: number; notes: number }
  /** Sources that cannot be read at the moment: their problems are those of the last time. */
  failing: number
  /** Null when the actor may not see the sources. */
  sourcesHref: string | null
  /** Not null when there is nothing to show. */
  empty: ProblemsEmpty | null
}

export interface ProblemsEmpty {
  /** `filtered`: nothing matches; `fine`: nothing is wrong; `unread`: no source has been read yet. */
  why: 'filtered' | 'fine' | 'unread'
  clearHref: string
  /** When the source that was not read for longest was last read without an error. */
  readAt: number | null
}

export interface ProblemListRow {
  id: string
  severity: Problem['severity']
  title: string
  message: string
  hint: string | null
  /** `shop/catalog-info.yaml:21`. */
  where: string
  href: string | null
  /** The source, where there are several. */
  source: string | null
  /** Of two definitions, the place and source of the one that holds. */
  other: { where: string; href: string | null; source: string | null } | null
  /** What the document defines; `known` is false where it is not in the catalog. */
  entity: EntityRefLink | null
  owner: Owner | null
  /** Of two definitions, the owner that the one names which does not hold; null where it is the same. */
  otherOwner: Owner | null
  helpHref: string | null
  /** A page of its own. */
  ownHref: string
  /** The lines of the file, to be loaded when somebody looks. */
  linesHref: string
  /** When it was first seen. */
  since: number
}

/** `catalog/problem`: one problem by itself. */
export interface ProblemPage {
  problem: Problem
  /** When it was first seen. */
  since: number
}

export interface ProblemsViewArgs {
  listing: ProblemListing
  query: ProblemQuery
  address: ProblemAddress
  /** The same rows as the entity page shows them, with their place. */
  placed: readonly Problem[]
  titleOf(ref: string): string | null
  sources: readonly { id: string; title: string; state: string; okAt: Date | null }[]
  sourcesHref: string | null
}

const path = '/catalog/problems'

export function problemsView(args: ProblemsViewArgs): ProblemsPage {
  const { listing, query, address } = args
  const link = linkTo(path, address)
  const choices = choicesOf(args)
  const { rows, before, counts, previous, next } = listing
  const text = address.q ?? ''
  return {
    action: path,
    ownHref: link({ after: address.after, before: address.before }),
    text,
    groups: filterGroups(choices, address),
    chosen: [
      ...chosenFilters(choices, link),
      ...(text === '' ? [] : [{ group: 'Text', label: text, removeHref: link({ q: undefined }) }]),
    ],
    clearHref: path,
    rows: rows.map((row, index) => rowView(row, args.placed[index], args)),
    pager: {
      from: rows.length > 0 ? before + 1 : null,
      to: rows.length > 0 ? before + rows.length : null,
      total: counts.total,
      previousHref: previous ? link({ before: previous }) : null,
      nextHref: next ? link({ after: next }) : null,
    },
    totals: totalsOf(listing, query),
    failing: args.sources.filter(({ state }) => state === 'failed').length,
    sourcesHref: args.sourcesHref,
    empty: rows.length > 0 ? null : { why: whyEmpty(args), clearHref: path, readAt: oldestReading(args) },
  }
}

const severities: Record<string, string> = { error: 'Error', warning: 'Warning', info: 'Note' }

function choicesOf({ listing, query, titleOf, sources }: ProblemsViewArgs): Choice[] {
  const titles = new Map(sources.map(({ id, title }) => [id, title]))
  const { counts } = listing
  return [
    {
      name: 'severity',
      title: 'Severity',
      counts: ['error', 'warning', 'info'].flatMap((one) => counts.severity.filter(({ value }) => value === one)),
      chosen: query.chosen.severity,
      label: (value) => severities[value] ?? value,
    },
    {
      name: 'owner',
      title: 'Owner',
      counts: counts.owner,
      chosen: query.chosen.owner,
      label: (value) => titleOf(value) ?? parseRef(value).name,
    },
    {
      name: 'source',
      title: 'Source',
      counts: counts.source,
      chosen: query.chosen.source,
      label: (value) => titles.get(value) ?? value,
    },
    { name: 'code', title: 'What', counts: counts.code, chosen: query.chosen.code, label: titleOfCode },
    {
      name: 'age',
      title: 'First seen',
      counts: ages.flatMap((age) => counts.age.filter(({ value }) => value === age)),
      chosen: query.chosen.age,
      label: (value) => titlesOfAges[value] ?? value,
    },
  ]
}

const titlesOfAges: Record<string, string> = {
  day: 'Within a day',
  week: 'Within a week',
  month: 'Within 30 days',
  older: 'Longer ago',
}

const titleOfCode = (code: string): string => (problemCodes as Record<string, string>)[code] ?? code

function rowView(row: ListedProblem, placed: Problem | undefined, args: ProblemsViewArgs): ProblemListRow {
  const { problem, entity } = row
  const sourceOf = (id: string) => {
    return args.sources.length > 1 ? (args.sources.find((one) => one.id === id)?.title ?? id) : null
  }
  const [other] = placed?.others ?? []
  const owner = entity?.owner ?? null
  // Only of a definition that the actor may see.
  const otherOwner = placed?.definitionHref && problem.target !== owner ? problem.target : null
  const id = encodeURIComponent(problem.id)
  return {
    id: problem.id,
    severity: placed?.severity ?? 'info',
    title: titleOfCode(problem.code),
    message: placed?.message ?? problem.message,
    hint: placed?.hint ?? problem.hint,
    where: placed?.where ?? problem.path,
    href: placed?.href ?? null,
    source: sourceOf(problem.sourceId),
    other: other ? { where: other.where, href: other.href, source: sourceOf(other.source) } : null,
    entity: entityOf(row),
    owner: owner === null ? null : ownerView(owner, args.titleOf(owner)),
    otherOwner: otherOwner === null ? null : ownerView(otherOwner, args.titleOf(otherOwner)),
    helpHref: placed?.helpHref ?? null,
    ownHref: `${path}/${id}`,
    linesHref: `/catalog/problem-lines/${id}`,
    since: problem.firstSeenAt.getTime(),
  }
}

/** What its document defines; `known` is false where that is not in the catalog. */
export function entityOf({ problem, entity }: ListedProblem): EntityRefLink | null {
  if (problem.ref === null) return null
  if (entity) return refLink(problem.ref, entity.title ?? entity.name, entity.type)
  return refLink(problem.ref, null, null)
}

function totalsOf({ counts }: ProblemListing, query: ProblemQuery) {
  const { severity } = query.chosen
  const of = (one: string) =>
    severity.length === 0 || severity.includes(one)
      ? (counts.severity.find(({ value }) => value === one)?.count ?? 0)
      : 0
  return { errors: of('error'), warnings: of('warning'), notes: showsNotes(query) ? of('info') : 0 }
}

function whyEmpty({ query, sources }: ProblemsViewArgs): ProblemsEmpty['why'] {
  if (query.words.length > 0 || Object.values(query.chosen).some((chosen) => chosen.length > 0)) return 'filtered'
  return sources.some(({ okAt }) => okAt !== null) ? 'fine' : 'unread'
}

function oldestReading({ sources }: ProblemsViewArgs): number | null {
  const times = sources.flatMap(({ okAt }) => (okAt ? [okAt.getTime()] : []))
  return times.length > 0 ? Math.min(...times) : null
}
