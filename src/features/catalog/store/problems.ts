import { eq, type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { type ProblemGroup, type ProblemQuery, problemGroups, showsNotes } from '../problem-query.ts'
import { candidates, entities, problems } from '../schema.ts'
import { type CursorValue, type Keyset, keysetPage, readCursor } from './cursor.ts'
import type { ProblemRow } from './entity.ts'
import type { Counted } from './list.ts'

/** Which problems an actor may see: those of the entities in scope, and those of what is no entity. */
export interface ProblemScope {
  entities: SQL | undefined
  /** Whether problems of documents that are not in the catalog are shown as well. */
  loose: boolean
  /** Ids of those that are not shown all the same. */
  without?: readonly string[]
  /** When it is asked: ages count from here. */
  now: Date
}

export interface ListedProblem {
  problem: ProblemRow
  /** Null where the document is not in the catalog. */
  entity: {
    kind: string
    namespace: string
    name: string
    title: string | null
    type: string | null
    owner: string | null
    sourceId: string
    path: string
  } | null
}

export type ProblemCounts = Record<ProblemGroup, Counted[]> & { total: number }

const rank = sql`case ${problems.severity} when 'error' then 0 when 'warning' then 1 else 2 end`
/** The gravest first, among those the newest; those of one document together. */
const order = [
  rank,
  sql`-${problems.firstSeenAt}`,
  sql`${problems.sourceId}`,
  sql`${problems.path}`,
  sql`coalesce(${problems.position}, -1)`,
  sql`${problems.id}`,
]
export const joinedProblems = sql`${problems} left join ${entities} on ${entities.ref} = ${problems.ref}`

/** What is wrong, for whoever sees the entity: where a second definition stands may be hidden from them. */
export const placelessMessage = sql`case ${problems.origin}
  when 'conflict' then ${problems.ref} || ' is defined in two places' else ${problems.message} end`

/** One page by keyset. */
export async function listProblems(
  read: Reader,
  query: ProblemQuery,
  scope: ProblemScope,
  size: number,
): Promise<Keyset<ListedProblem>> {
  const cursor = readCursor(query.after ?? query.before, order.length)
  const backwards = query.after === undefined && query.before !== undefined
  const sign = sql.raw(backwards ? '<' : '>')
  const direction = sql.raw(backwards ? 'desc' : 'asc')
  const beyond = cursor ? sql` and (${sql.join(order, sql`, `)}) ${sign} ${cursor}` : sql``
  const found = await select(read)
    .where(sql`${conditions(query, scope)}${beyond}`)
    .orderBy(...order.map((column) => sql`${column} ${direction}`))
    .limit(size + 1)
  return keysetPage(found, size, { backwards, inside: cursor !== undefined }, edgeOf)
}

/** One problem, if it is in scope. */
export async function findProblem(read: Reader, id: string, scope: ProblemScope): Promise<ListedProblem | undefined> {
  const [found] = await select(read).where(sql`${problems.id} = ${id} and ${visibleProblems(scope)}`)
  return found
}

/** How many stand in front of the page. */
export function countProblemsBefore(read: Reader, query: ProblemQuery, scope: ProblemScope, first: ListedProblem) {
  return number(
    read,
    sql`select count(*) as n from ${joinedProblems} where ${conditions(query, scope)}
      and (${sql.join(order, sql`, `)}) < ${edgeOf(first)}`,
  )
}

/** What each choice would show with all other choices kept. */
export function countProblemGroups(read: Reader, query: ProblemQuery, scope: ProblemScope): ProblemCounts {
  const groups = problemGroups.map((group) => [group, countGroup(read, query, scope, group)])
  const total = number(read, sql`select count(*) as n from ${joinedProblems} where ${conditions(query, scope)}`)
  return { ...(Object.fromEntries(groups) as Record<ProblemGroup, Counted[]>), total }
}

/** Errors and warnings in all: for the number beside a navigation item. */
export function countVisibleProblems(read: Reader, scope: ProblemScope): number {
  return number(
    read,
    sql`select count(*) as n from ${joinedProblems} where ${problems.severity} <> 'info' and ${visibleProblems(scope)}`,
  )
}

/** Why something of that name is not in the catalog; nothing where it is. */
export async function problemsOfAbsent(
  read: Reader,
  ref: string,
  limit: number,
  scope: SQL | undefined,
): Promise<ProblemRow[]> {
  return read
    .select()
    .from(problems)
    .where(sql`${problems.ref} = ${ref} and not exists (select 1 from ${entities} where ${entities.ref} = ${ref})
      and ${besideSeen(scope)}`)
    .orderBy(rank, problems.path, problems.position)
    .limit(limit)
}

function select(read: Reader) {
  const { kind, namespace, name, title, type, owner, sourceId, path } = entities
  return read
    .select({ problem: problems, entity: { kind, namespace, name, title, type, owner, sourceId, path } })
    .from(problems)
    .leftJoin(entities, eq(entities.ref, problems.ref))
}

function edgeOf({ problem }: ListedProblem): CursorValue[] {
  const severity = ['error', 'warning'].indexOf(problem.severity)
  const { firstSeenAt, sourceId, path, position, id } = problem
  return [severity === -1 ? 2 : severity, -firstSeenAt.getTime(), sourceId, path, position ?? -1, id]
}

const day = 86_400_000

/** What a group chooses by. */
function columnOf(group: ProblemGroup, { now }: ProblemScope): SQL {
  const since = (days: number) => sql`${problems.firstSeenAt} > ${now.getTime() - days * day}`
  const columns: Record<ProblemGroup, SQL> = {
    severity: sql`${problems.severity}`,
    owner: sql`${entities.owner}`,
    source: sql`${problems.sourceId}`,
    code: sql`${problems.code}`,
    age: sql`case when ${since(1)} then 'day' when ${since(7)} then 'week' when ${since(30)} then 'month' else 'older' end`,
  }
  return columns[group]
}

/** A conflict is a matter of both definitions: it belongs to the owner and the source of either. */
const ofRivals: Partial<Record<ProblemGroup, SQL>> = {
  owner: sql`${problems.target}`,
  source: sql`${entities.sourceId}`,
}
const isConflict = sql`${problems.origin} = 'conflict'`

function countGroup(read: Reader, query: ProblemQuery, scope: ProblemScope, group: ProblemGroup): Counted[] {
  const column = columnOf(group, scope)
  const rival = ofRivals[group]
  const where = conditions(query, scope, group)
  const also = rival
    ? sql` union all select ${rival} as value from ${joinedProblems} where ${where} and ${isConflict} and ${rival} is not ${column}`
    : sql``
  return read.all<Counted>(
    sql`select value, count(*) as count from (select ${column} as value from ${joinedProblems} where ${where}${also})
      where value is not null group by 1 order by 2 desc, 1`,
  ) as unknown as Counted[]
}

function conditions(query: ProblemQuery, scope: ProblemScope, without?: ProblemGroup): SQL {
  const parts = [visibleProblems(scope)]
  for (const group of problemGroups) {
    const chosen = query.chosen[group]
    if (group === without || chosen.length === 0) continue
    const rival = ofRivals[group]
    const also = rival ? sql` or (${isConflict} and ${rival} in ${chosen})` : sql``
    parts.push(sql`(${columnOf(group, scope)} in ${chosen}${also})`)
  }
  if (without !== 'severity' && !showsNotes(query)) parts.push(sql`${problems.severity} <> 'info'`)
  for (const { text, codes } of query.words) {
    const code = codes.length > 0 ? sql` or ${problems.code} in ${codes}` : sql``
    parts.push(sql`(instr(lower(${problems.message}), ${text}) > 0 or instr(lower(${problems.path}), ${text}) > 0
      or instr(coalesce(${problems.ref}, ''), ${text}) > 0${code})`)
  }
  return sql.join(parts, sql` and `)
}

export function visibleProblems(scope: Pick<ProblemScope, 'entities' | 'loose' | 'without'>): SQL {
  const loose = scope.loose ? sql`(${entities.id} is null and ${besideSeen(scope.entities)})` : sql`0`
  const { without = [] } = scope
  const but =
    without.length > 0
      ? sql` and ${problems.id} not in (select value from json_each(${JSON.stringify(without)}))`
      : sql``
  return sql`(${loose} or (${entities.id} is not null and ${scope.entities ?? sql`1`}))${but}`
}

/**
 * Of what is no entity: its file defines nothing that may not be seen, nor does its source define only such. What is said
 * of a source as a whole, with numbers, is for those who see the whole of it.
 */
export function besideSeen(scope: SQL | undefined): SQL {
  if (!scope) return sql`1`
  const defined = sql`select 1 from ${candidates} join ${entities} on ${entities.ref} = ${candidates.ref}
    where ${candidates.sourceId} = ${problems.sourceId}`
  return sql`(not exists (${defined} and ${candidates.path} = ${problems.path} and not (${scope}))
    and ${problems.sourceId} not in (${hiddenSources(scope)})
    and (${problems.origin} <> 'removal' or not exists (${defined} and not (${scope}))))`
}

/** Ids of sources that define something, and nothing in scope. */
export function hiddenSources(scope: SQL): SQL {
  return sql`select ${candidates.sourceId} as id from ${candidates}
    join ${entities} on ${entities.ref} = ${candidates.ref} group by 1 having max(${scope}) = 0`
}

function number(read: Reader, query: SQL): number {
  return (read.get(query) as unknown as { n: number }).n
}
