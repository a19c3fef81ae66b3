import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { PortalError } from '../../../api/errors.ts'
import type { Group, ListQuery, Sort } from '../query.ts'
import { entities } from '../schema.ts'
import { conditions } from './conditions.ts'

/** A row of the list, before it is dressed for the page. */
export interface ListedEntity {
  id: string
  ref: string
  kind: string
  namespace: string
  name: string
  title: string | null
  description: string | null
  type: string | null
  lifecycle: string | null
  owner: string | null
  ownerTitle: string | null
  system: string | null
  systemTitle: string | null
  tags: string
  errors: number
  warnings: number
  orphaned: number
  changedAt: number
  sortValue: string | number
}

export interface ListedPage {
  rows: ListedEntity[]
  /** Cursors of the neighbours; absent where there is none. */
  next: string | undefined
  previous: string | undefined
}

export interface Counted {
  value: string
  count: number
}

export interface Counts {
  total: number
  /** How many different owners these have. */
  owners: number
  groups: Record<Group, Counted[]>
  problems: number
  orphans: number
}

const sortColumns: Record<Sort['field'], SQL> = {
  name: sql`${entities.sortName}`,
  type: sql`coalesce(${entities.type}, '')`,
  owner: sql`coalesce(${entities.owner}, '')`,
  lifecycle: sql`coalesce(${entities.lifecycle}, '')`,
  changed: sql`${entities.changedAt}`,
}

/**
 * One page, by keyset: rows behind `after`, or in front of `before`, in the order asked for.
 *
 * @param numbers of the entities that the query finds, where these are known
 */
export function listEntities(
  read: Reader,
  query: ListQuery,
  scope: SQL | undefined,
  size: number,
  numbers?: readonly number[],
): ListedPage {
  const column = sortColumns[query.sort.field]
  const cursor = readCursor(query.after ?? query.before)
  const backwards = query.after === undefined && query.before !== undefined
  const downwards = query.sort.descending !== backwards
  const beyond = cursor
    ? sql` and (${column}, ${entities.id}) ${sql.raw(downwards ? '<' : '>')} (${cursor.value}, ${cursor.id})`
    : sql``
  const direction = sql.raw(downwards ? 'desc' : 'asc')
  const order = sql`order by ${column} ${direction}, ${entities.id} ${direction}`
  // In two steps: the titles of owners and systems would otherwise be looked up for all that is sorted.
  const found = read.all<ListedEntity>(sql`${columns(column)} where ${entities.number} in
    (select ${entities.number} from ${entities} where ${among(query, scope, numbers)}${beyond} ${order} limit ${size + 1})
    ${order}`) as unknown as ListedEntity[]
  const more = found.length > size
  const rows = more ? found.slice(0, size) : found
  if (backwards) rows.reverse()
  const first = rows[0]
  const last = rows.at(-1)
  return {
    rows,
    next: last && (backwards || more) ? writeCursor(last) : undefined,
    previous: first && (backwards ? more : cursor !== undefined) ? writeCursor(first) : undefined,
  }
}

function among(query: ListQuery, scope: SQL | undefined, numbers: readonly number[] | undefined): SQL {
  if (!numbers) return conditions(query, scope)
  return sql`${entities.number} in (select value from json_each(${JSON.stringify(numbers)}))`
}

/** How many rows stand in front of the page: for "51–100 of 312". */
export function countBefore(
  read: Reader,
  query: ListQuery,
  scope: SQL | undefined,
  first: ListedEntity,
  numbers?: readonly number[],
): number {
  const column = sortColumns[query.sort.field]
  const sign = sql.raw(query.sort.descending ? '>' : '<')
  const row = read.get<{ n: number }>(sql`select count(*) as n from ${entities} where ${among(query, scope, numbers)}
    and (${column}, ${entities.id}) ${sign} (${first.sortValue}, ${first.id})`) as unknown as { n: number }
  return row.n
}

/** Every row of the query in batches, for exports; each batch is a query of its own, so the writer is never held up. */
export function* allEntities(read: Reader, query: ListQuery, scope: SQL | undefined, size: number) {
  let after: string | undefined
  do {
    const page = listEntities(read, { ...query, after, before: undefined }, scope, size)
    yield page.rows
    after = page.next
  } while (after !== undefined)
}

function columns(sortColumn: SQL): SQL {
  return sql`select ${entities.id} as id, ${entities.ref} as ref, ${entities.kind} as kind,
    ${entities.namespace} as namespace, ${entities.name} as name, ${entities.title} as title,
    ${entities.description} as description, ${entities.type} as type, ${entities.lifecycle} as lifecycle,
    ${entities.owner} as owner, ${entities.system} as system, ${entities.tags} as tags, ${entities.errors} as errors,
    ${entities.warnings} as warnings, ${entities.orphanedAt} is not null as orphaned,
    ${entities.changedAt} as changedAt, ${sortColumn} as sortValue,
    (select coalesce(o.title, o.name) from ${entities} o where o.ref = ${entities.owner}) as ownerTitle,
    (select coalesce(s.title, s.name) from ${entities} s where s.ref = ${entities.system}) as systemTitle
    from ${entities}`
}

function writeCursor(row: ListedEntity): string {
  return Buffer.from(JSON.stringify([row.sortValue, row.id])).toString('base64url')
}

function readCursor(text: string | undefined): { value: string | number; id: string } | undefined {
  if (text === undefined) return undefined
  try {
    const [value, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[]
    if ((typeof value === 'string' || typeof value === 'number') && typeof id === 'string') return { value, id }
  } catch {
    // Falls through to the one message for every kind of broken cursor.
  }
  throw new PortalError('invalid', 'The place in the list that the address names cannot be read', {
    hint: 'Leave out "after" and "before" to begin at the first page.',
  })
}
