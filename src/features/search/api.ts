import { z } from 'zod'
import { PortalError } from '../../api/errors.ts'
import { parseRef } from '../../api/ref.ts'
import { type Route, route } from '../../api/route.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import { highlighted } from './highlight.ts'
import { emptyFilters, filterNames } from './model/query.ts'
import { wantedOf } from './model/reasons.ts'
import { searchService } from './service.ts'

const number = z.coerce.number().int().min(1).max(100).default(25)

/** As Backstage's clients ask: `types[0]`, `filters[kind][0]`, a cursor that holds the number of a page. */
const Query = z.looseObject({
  term: z.string().max(100).default(''),
  pageLimit: number,
  pageCursor: z.string().optional(),
})

const most = 50

export const apiRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/api/search/query',
    permission: 'search.read',
    query: Query,
    handler: ({ query, actor, use }) => {
      const sources = new Map(use(contributionsRef).searchSources.map(({ id, spec }) => [id, spec]))
      const typeOf = (source: string) => sources.get(source)?.type ?? sources.get(source)?.id ?? source
      const types = bracketed(query, 'types')
      const page = pageOf(query.pageCursor)
      const service = use(searchService)
      const found = service.search(actor, { text: query.term, filters: filtersOf(query) })
      const rows = found.rows.filter(({ source }) => types.length === 0 || types.includes(typeOf(source)))
      const first = page * query.pageLimit
      const shown = service.shown(rows.slice(first, first + query.pageLimit))
      const wanted = wantedOf(found.query, found.meant)
      return answer(
        shown.map((one, at) => resultOf(one, typeOf(one.source), first + at, wanted)),
        page,
        {
          total: rows.length,
          hasNext: first + query.pageLimit < rows.length && page + 1 < most,
        },
      )
    },
  }),
]

type Shown = ReturnType<import('./service.ts').SearchService['shown']>[number]

function resultOf(one: Shown, type: string, at: number, wanted: Parameters<typeof highlighted>[1]) {
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

function answer(results: readonly object[], page: number, { total, hasNext }: { total: number; hasNext: boolean }) {
  return {
    results,
    numberOfResults: total,
    ...(hasNext && { nextPageCursor: cursorOf(page + 1) }),
    ...(page > 0 && { previousPageCursor: cursorOf(page - 1) }),
  }
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
