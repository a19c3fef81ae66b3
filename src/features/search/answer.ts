import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import { parseRef } from '../../api/ref.ts'
import type { Contributions } from '../../platform/contributions.ts'
import { highlighted } from './highlight.ts'
import type { Wanted } from './model/passage.ts'
import { emptyFilters, filterNames } from './model/query.ts'
import { wantedOf } from './model/reasons.ts'
import type { SearchService } from './service.ts'
import type { Shown } from './store/results.ts'

/** What a client of the API asks; filters and types stand under names with brackets. */
export interface ApiQuery extends Record<string, unknown> {
  term: string
  pageLimit: number
  pageCursor?: string | undefined
}

const most = 50

/**
 * Results in the form of Backstage's search API.
 *
 * @throws PortalError `invalid` for a cursor that no answer gave
 */
export function answerOf(
  service: SearchService,
  { searchSources }: Pick<Contributions, 'searchSources'>,
  actor: Actor,
  query: ApiQuery,
) {
  const typeOf = new Map(searchSources.map(({ id, spec }) => [id, spec.type ?? spec.id]))
  const types = bracketed(query, 'types')
  const page = pageOf(query.pageCursor)
  const found = service.search(actor, { text: query.term, filters: filtersOf(query) })
  const rows = found.rows.filter(({ source }) => types.length === 0 || types.includes(typeOf.get(source) ?? source))
  const first = page * query.pageLimit
  const wanted = wantedOf(found.query, found.meant)
  const shown = service.shown(rows.slice(first, first + query.pageLimit))
  const hasNext = first + query.pageLimit < rows.length && page + 1 < most
  return {
    results: shown.map((one, at) => resultOf(one, typeOf.get(one.source) ?? one.source, first + at, wanted)),
    numberOfResults: rows.length,
    ...(hasNext && { nextPageCursor: cursorOf(page + 1) }),
    ...(page > 0 && { previousPageCursor: cursorOf(page - 1) }),
  }
}

function resultOf(one: Shown, type: string, at: number, wanted: readonly Wanted[]) {
  const { key, title, body, url, kind, lifecycle, owner, entityId } = one
  const document = {
    title,
    text: body,
    location: url,
    ...(kind !== null && { kind, namespace: namespaceOf(key) }),
    ...(one.type !== null && { type: one.type, componentType: one.type }),
    ...(lifecycle !== null && { lifecycle }),
    ...(owner !== null && { owner }),
    ...(entityId !== null && { authorization: { resourceRef: key } }),
  }
  return { type, document, rank: at + 1, highlight: highlighted(document, wanted) }
}

/** The values of `types[0]`, `types[]` or `types`. */
function bracketed(query: Record<string, unknown>, name: string): string[] {
  const pattern = new RegExp(`^${name}(?:\\[\\d*\\])?$`)
  const values = Object.entries(query).flatMap(([key, value]) => (pattern.test(key) ? [value].flat() : []))
  return values.filter((value) => typeof value === 'string' && value !== '').map(String)
}

function filtersOf(query: Record<string, unknown>) {
  const filters = emptyFilters()
  for (const name of filterNames) filters[name] = bracketed(query, `filters\\[${name}\\]`)
  return filters
}

function pageOf(cursor: string | undefined): number {
  if (cursor === undefined || cursor === '') return 0
  const text = Buffer.from(cursor, 'base64').toString('utf8')
  if (/^\d{1,2}$/.test(text) && Number(text) < most) return Number(text)
  throw new PortalError('invalid', `"${cursor}" is no cursor that this search has given`, {
    hint: 'Leave out "pageCursor" to begin at the first page.',
  })
}

const cursorOf = (page: number) => Buffer.from(String(page)).toString('base64')

function namespaceOf(key: string): string {
  return key.includes(':') ? parseRef(key).namespace : 'default'
}
