import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { type Given, prepared } from '../../../platform/db/prepared.ts'
import { edges, entities, refs } from '../schema.ts'
import { scopedQuery } from './scoped-query.ts'

export interface StepFilter {
  /** Kinds in lower case; all where it is empty. */
  kinds: readonly string[]
  /** Names of relations as seen from where the step begins; all where it is undefined. */
  types: readonly string[] | undefined
  except?: readonly string[]
}

/** A step from one number to another, by a relation as it is called from there. */
export interface StepRow {
  origin: number
  number: number
  type: string
}

export interface NodeRow {
  number: number
  ref: string
  /** Null where no entity has the reference. */
  name: string | null
  title: string | null
  type: string | null
  owner: string | null
}

export interface EdgeRow {
  holder: string
  target: string
  type: string
  reverse: string | null
}

const listed = (values: readonly (number | string)[]) => sql`(select value from json_each(${JSON.stringify(values)}))`
const followed = (name: SQL, { types, except = [] }: Omit<StepFilter, 'kinds'>) => {
  const chosen = types === undefined ? sql`1` : sql`${name} in ${listed(types)}`
  return except.length === 0 ? chosen : sql`${chosen} and ${name} not in ${listed(except)}`
}
const shown = (scope: SQL | undefined) => (scope ? sql`(${entities.id} is null or ${scope})` : sql`1`)
const order = sql`${entities.id} is null, ${entities.sortName}, ${refs.ref}`

const roots = scopedQuery(
  ({ wanted }: Given<{ wanted: string }>, scope) => sql<{
    number: number
  }>`select ${entities.number} as number from json_each(${wanted}) w
    cross join ${entities} on ${entities.ref} = w.value where ${scope ?? sql`1`} order by w.key`,
)

/** The numbers of references, in the order in which they are given, of those that are entities within the scope. */
export function findRoots(read: Reader, wanted: readonly string[], scope: SQL | undefined): number[] {
  const rows = roots(read, { wanted: JSON.stringify(wanted) }, scope)
  return [...new Set(rows.map(({ number }) => number))]
}

/** @param near the numbers as JSON */
function steps(near: SQL, { kinds, ...filter }: StepFilter, scope: SQL | undefined): SQL<StepRow> {
  const ofKinds =
    kinds.length === 0 ? sql`1` : sql`substr(${refs.ref}, 1, instr(${refs.ref}, ':') - 1) in ${listed(kinds)}`
  return sql<StepRow>`with near(at) as (select value from json_each(${near})), steps(origin, number, type) as (
      select near.at, ${edges.target}, ${edges.type} from near cross join ${edges} on ${edges.holder} = near.at
        where ${followed(sql`${edges.type}`, filter)}
      union all
      select near.at, ${edges.holder}, ${edges.reverse} from near cross join ${edges} on ${edges.target} = near.at
        where ${edges.reverse} is not null and ${followed(sql`${edges.reverse}`, filter)})
    select steps.origin as origin, steps.number as number, steps.type as type
    from steps cross join ${refs} on ${refs.number} = steps.number
    left join ${entities} on ${entities.number} = steps.number
    where ${shown(scope)} and ${ofKinds} order by ${order}, steps.type, steps.origin`
}

/** Nothing is left out: what the page of every entity asks. */
const everyStep = scopedQuery(({ near }: Given<{ near: string }>, scope) =>
  steps(near, { kinds: [], types: undefined }, scope),
)

/**
 * Every step that leads away from these numbers, whichever side stated the relation: sorted by the name of what it leads
 * to, what nothing defines last.
 */
export function stepsFrom(
  read: Reader,
  near: readonly number[],
  filter: StepFilter,
  scope: SQL | undefined,
): StepRow[] {
  const text = JSON.stringify(near)
  if (isOpen(filter)) return everyStep(read, { near: text }, scope)
  return read.all(steps(sql`${text}`, filter, scope)) as unknown as StepRow[]
}

const isOpen = ({ kinds, types, except = [] }: StepFilter) =>
  kinds.length === 0 && types === undefined && except.length === 0

const nodes = prepared(
  (
    _,
    { numbers }: Given<{ numbers: string }>,
  ) => sql<NodeRow>`select ${refs.number} as number, ${refs.ref} as ref, ${entities.name} as name, ${entities.title} as title,
    ${entities.type} as type, ${entities.owner} as owner
    from json_each(${numbers}) w cross join ${refs} on ${refs.number} = w.value
    left join ${entities} on ${entities.number} = w.value order by w.key`,
)

/** What the nodes of a graph show. */
export function nodesOf(read: Reader, numbers: readonly number[]): NodeRow[] {
  return nodes.all(read, { numbers: JSON.stringify(numbers) })
}

/** @param numbers as JSON */
function among(numbers: SQL, filter: Omit<StepFilter, 'kinds'>): SQL<EdgeRow> {
  const either = sql`(${followed(sql`${edges.type}`, filter)} or ${followed(sql`${edges.reverse}`, filter)})`
  return sql<EdgeRow>`with near(at) as (select value from json_each(${numbers}))
    select h.ref as holder, t.ref as target, ${edges.type} as type, ${edges.reverse} as reverse
    from near cross join ${edges} on ${edges.holder} = near.at
    cross join ${refs} h on h.number = ${edges.holder} cross join ${refs} t on t.number = ${edges.target}
    where ${edges.target} in (select at from near) and ${edges.target} <> ${edges.holder} and ${either}
    order by h.ref, t.ref, ${edges.type}`
}

const everyEdge = prepared((_, { numbers }: Given<{ numbers: string }>) => among(numbers, { types: undefined }))

/** Every relation among these, as its file states it. */
export function edgesAmong(read: Reader, numbers: readonly number[], filter: Omit<StepFilter, 'kinds'>): EdgeRow[] {
  const text = JSON.stringify(numbers)
  if (isOpen({ ...filter, kinds: [] })) return everyEdge.all(read, { numbers: text })
  return read.all(among(sql`${text}`, filter)) as unknown as EdgeRow[]
}

/** Entities of these kinds, or of all, whose names, titles or tags hold every word. */
export function findStarts(
  read: Reader,
  kinds: readonly string[],
  words: readonly string[],
  scope: SQL | undefined,
  most: number,
): number[] {
  const ofKinds = kinds.length === 0 ? sql`1` : sql`${entities.kind} in ${listed(kinds)}`
  const held = words.map((word) => sql`instr(${entities.haystack}, ${word}) > 0`)
  // Names before titles, descriptions and tags.
  const named = sql`instr(lower(${entities.name}), ${words[0] ?? ''}) = 0`
  const rows = read.all<{ number: number }>(
    sql`select ${entities.number} as number from ${entities}
      where ${ofKinds} and ${scope ?? sql`1`} and ${held.length > 0 ? sql.join(held, sql` and `) : sql`1`}
      order by ${named}, ${entities.kind}, ${entities.sortName}, ${entities.ref} limit ${most}`,
  ) as unknown as { number: number }[]
  return rows.map(({ number }) => number)
}
