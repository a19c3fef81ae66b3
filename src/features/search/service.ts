import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import type { Contributions } from '../../platform/contributions.ts'
import type { Policy } from '../../platform/permissions/policy.ts'
import { readerMarks } from './contract.ts'
import { type Finding, find, withoutChoices } from './finding.ts'
import { type Narrowed, narrow, type Others } from './model/counts.ts'
import {
  emptyFilters,
  type Filters,
  filterNames,
  isEmpty,
  matchExpression,
  parseQuery,
  type Query,
  withoutExpression,
} from './model/query.ts'
import type { Candidate, Closeness } from './model/ranking.ts'
import { createRebuilder, type Rebuilder } from './rebuild.ts'
import { findByKeys, findOwn } from './store/candidates.ts'
import { countOthers } from './store/choices.ts'
import { findListed, findShown, findTitles, type Listed, type Shown } from './store/results.ts'
import type { SourceScope } from './store/scopes.ts'

export interface Asked {
  text: string
  /** Chosen beside the text. */
  filters?: Filters | undefined
  section?: string | undefined
}

export interface Found extends Omit<Finding, 'ranked'>, Narrowed {
  query: Query
  /** The filters of the text and those beside it. */
  filters: Filters
  section: string | undefined
  /** Nothing was asked for. */
  isEmpty: boolean
}

/** What is found, without what it may be narrowed to. */
export interface QuicklyFound extends Omit<Finding, 'ranked'> {
  query: Query
  rows: Candidate[]
}

export interface SearchService {
  /** Everything that is found, the best first, with what it may be narrowed to. */
  search(actor: Actor, asked: Asked): Found
  /** The first of what is found: for each letter that somebody types. */
  quick(actor: Actor, text: string, most: number): QuicklyFound
  /** What somebody may want who has typed nothing. */
  close(actor: Actor, most: number): { starred: Candidate[]; visited: Candidate[]; own: Candidate[] }
  /** Candidates as they are shown. */
  shown(candidates: readonly Candidate[]): Shown[]
  /** The same without their texts. */
  listed(candidates: readonly Candidate[]): Listed[]
  titlesOf(refs: readonly string[]): ReadonlyMap<string, string>
  closeness(actor: Actor): Closeness
  /** Has everything built anew. @returns the sources */
  rebuild(actor: Actor, requestId?: string): Promise<string[]>
  /** Has built what another program built, or none. */
  bringUpToDate(): Promise<void>
  readonly rebuilder: Rebuilder
}

export const searchService: ServiceRef<SearchService> = serviceRef('search.service')

/** Most documents that are looked at by name, and as many by text. */
const most = 300
/** Most that are counted for what may be chosen instead. */
const mostCounted = 500

export function createSearchService(
  ctx: PluginContext,
  contributions: Contributions,
  policy: () => Policy,
): SearchService {
  const { read } = ctx.db
  const rebuilder = createRebuilder(ctx, contributions)

  const sourceIds = () => contributions.searchSources.map(({ id }) => id)

  function scopesOf(actor: Actor): SourceScope[] {
    return contributions.searchSources.flatMap(({ id, spec }): SourceScope[] => {
      if (contributions.permissions.get(spec.permission)?.on === 'entity') {
        return [{ source: id, scope: policy().scope(actor, spec.permission) }]
      }
      return policy().check(actor, spec.permission).allow ? [{ source: id, scope: undefined }] : []
    })
  }

  function closeness(actor: Actor): Closeness {
    const marks = ctx.tryUse(readerMarks)
    return {
      own: new Set([...(actor.ref === undefined ? [] : [actor.ref]), ...actor.groups]),
      starred: new Set(marks?.starred(actor) ?? []),
      visited: new Map((marks?.visited(actor) ?? []).map((key, at) => [key, at])),
    }
  }

  /** What all choices leave, and what there would be without each of them: for their counts. */
  function findBoth(query: Query, args: Parameters<typeof find>[1]): { finding: Finding; others?: Others } {
    const isChosen = query.section !== undefined || filterNames.some((name) => query.filters[name].length > 0)
    if (!isChosen) return { finding: find(query, args) }
    const all = find(withoutChoices(query), { ...args, most: Math.ceil(args.most / 2), isSample: true })
    if (!all.more && all.ranked.length > 0) return { finding: all }
    const finding = find(query, args)
    if (finding.isLoose !== all.isLoose) return { finding }
    const match = matchExpression(query)
    if (match !== undefined && all.more) {
      const without = withoutExpression(query)
      return { finding, others: countOthers(read, match, { ...query, without, scopes: args.scopes }, mostCounted) }
    }
    const known = new Set(finding.ranked.map(({ id }) => id))
    return { finding: { ...finding, ranked: [...finding.ranked, ...all.ranked.filter(({ id }) => !known.has(id))] } }
  }

  const argsOf = (actor: Actor, limit: number) => {
    return { read, scopes: scopesOf(actor), closeness: closeness(actor), most: limit }
  }

  function search(actor: Actor, asked: Asked): Found {
    const parsed = parseQuery(asked.text)
    const filters = joined(parsed.filters, asked.filters)
    const section = asked.section ?? parsed.section
    const query = { ...parsed, filters, section }
    if (isEmpty(query)) return { ...nothing, query, filters, section }
    const { finding, others } = findBoth(query, argsOf(actor, most))
    const { ranked, ...rest } = finding
    return { ...rest, ...narrow(ranked, filters, section, others), query, filters, section, isEmpty: false }
  }

  function quick(actor: Actor, text: string, limit: number): QuicklyFound {
    const query = parseQuery(text)
    if (isEmpty(query)) return { ...nothing, query }
    const { ranked, ...finding } = find(query, argsOf(actor, limit))
    return { ...finding, rows: ranked, query }
  }

  async function enqueue(ids: readonly string[], forget: boolean, audited?: { actor: Actor; requestId?: string }) {
    if (ids.length === 0) return
    await ctx.db.write(async (tx) => {
      for (const source of ids) await ctx.jobs.enqueue(tx, 'rebuild', { payload: { source, forget }, key: source })
      if (audited) await ctx.audit(tx, { action: 'search.rebuild', target: ids.join(', '), ...audited })
    })
  }

  return {
    rebuilder,
    closeness,
    search,
    quick,

    close(actor, limit) {
      const scopes = scopesOf(actor)
      const { own, starred, visited } = closeness(actor)
      const rest = (keys: Iterable<string>) => findByKeys(read, [...keys].slice(0, 50), scopes).slice(0, limit)
      return { starred: rest(starred), visited: rest(visited.keys()), own: findOwn(read, [...own], scopes, limit) }
    },

    shown: (candidates) => findShown(read, idsOf(candidates)),
    listed: (candidates) => findListed(read, idsOf(candidates)),
    titlesOf: (refs) => findTitles(read, refs, sourceIds()),

    async rebuild(actor, requestId) {
      ctx.authorize(actor, 'search.rebuild')
      const ids = sourceIds()
      await enqueue(ids, false, { actor, ...(requestId !== undefined && { requestId }) })
      return ids
    },

    async bringUpToDate() {
      const { build, forget } = rebuilder.outdated()
      await enqueue(build, false)
      await enqueue(forget, true)
    },
  }
}

const idsOf = (candidates: readonly Candidate[]) => candidates.map(({ id }) => id)

const nothing: Omit<Found, 'query' | 'filters' | 'section'> = {
  rows: [],
  sections: new Map(),
  facets: { kind: [], type: [], owner: [], tag: [], lifecycle: [] },
  more: false,
  meant: new Map(),
  isLoose: false,
  isEmpty: true,
}

function joined(typed: Filters, chosen: Filters | undefined): Filters {
  const both = emptyFilters()
  for (const name of filterNames) {
    both[name] = [...new Set([...typed[name], ...(chosen?.[name] ?? []).map((value) => value.toLowerCase())])]
  }
  return both
}
