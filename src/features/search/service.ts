import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import type { Contributions } from '../../platform/contributions.ts'
import type { Policy } from '../../platform/permissions/policy.ts'
import { readerMarks } from './contract.ts'
import { type Finding, find, withoutChoices } from './finding.ts'
import { type Narrowed, narrow } from './model/counts.ts'
import { emptyFilters, type Filters, filterNames, isEmpty, parseQuery, type Query } from './model/query.ts'
import type { Candidate, Closeness } from './model/ranking.ts'
import { createRebuilder, type Rebuilder } from './rebuild.ts'
import { findByKeys, findOwn } from './store/candidates.ts'
import { findShown, findTitles, type Shown } from './store/results.ts'
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

export interface SearchService {
  /** Everything that is found, the best first, with what it may be narrowed to. */
  search(actor: Actor, asked: Asked): Found
  /** The first of what is found: for each letter that somebody types. */
  quick(actor: Actor, text: string, most: number): Found
  /** What somebody may want who has typed nothing. */
  close(actor: Actor, most: number): { starred: Candidate[]; visited: Candidate[]; own: Candidate[] }
  /** Candidates as they are shown. */
  shown(candidates: readonly Candidate[]): Shown[]
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

  /** What all choices leave, and what there would be without them as far as it fits: for their counts. */
  function findBoth(query: Query, args: Parameters<typeof find>[1]): Finding {
    const isChosen = query.section !== undefined || filterNames.some((name) => query.filters[name].length > 0)
    if (!isChosen) return find(query, args)
    // These are for the counts of what could be chosen instead: some of many do.
    const all = find(withoutChoices(query), { ...args, most: Math.ceil(args.most / 2) })
    if (!all.more && all.ranked.length > 0) return all
    const chosen = find(query, args)
    const known = new Set(chosen.ranked.map(({ id }) => id))
    const isSame = chosen.isLoose === all.isLoose
    const others = isSame ? all.ranked.filter(({ id }) => !known.has(id)) : []
    return { ...chosen, ranked: [...chosen.ranked, ...others] }
  }

  /** @param isCounted whether anybody sees what each choice would leave */
  function search(actor: Actor, asked: Asked, limit: number, isCounted: boolean): Found {
    const parsed = parseQuery(asked.text)
    const filters = joined(parsed.filters, asked.filters)
    const section = asked.section ?? parsed.section
    const query = { ...parsed, filters, section }
    if (isEmpty(query)) return { ...nothing, query, filters, section }
    const args = { read, scopes: scopesOf(actor), closeness: closeness(actor), most: limit }
    const { ranked, ...finding } = isCounted ? findBoth(query, args) : find(query, args)
    return { ...finding, ...narrow(ranked, filters, section), query, filters, section, isEmpty: false }
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
    search: (actor, asked) => search(actor, asked, most, true),
    quick: (actor, text, limit) => search(actor, { text }, limit, false),

    close(actor, limit) {
      const scopes = scopesOf(actor)
      const { own, starred, visited } = closeness(actor)
      const rest = (keys: Iterable<string>) => findByKeys(read, [...keys].slice(0, 50), scopes).slice(0, limit)
      return { starred: rest(starred), visited: rest(visited.keys()), own: findOwn(read, [...own], scopes, limit) }
    },

    shown: (candidates) =>
      findShown(
        read,
        candidates.map(({ id }) => id),
      ),
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
