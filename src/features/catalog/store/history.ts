import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { Entity } from '../../../api/entity.ts'
import { type ChangeGroup, type ChangeQuery, changeGroups } from '../change-query.ts'
import { changes, entities } from '../schema.ts'
import { type Keyset, keysetPage, readCursor } from './cursor.ts'
import type { RelatedEntity } from './entity.ts'
import type { Counted } from './list.ts'

export interface ListedChange {
  id: string
  /** Milliseconds since 1970. */
  at: number
  ref: string
  kind: string
  /** What the entity is called now, or was called then where it is gone. */
  title: string
  type: string | null
  owner: string | null
  action: 'created' | 'updated' | 'removed'
  sourceId: string
  path: string
  revision: string | null
  /** JSON of the fields that changed. */
  fields: string | null
  /** 1 while the entity is in the catalog. */
  exists: number
}

export type ChangeCounts = Record<ChangeGroup, Counted[]> & { total: number }

/** `fields` is JSON that we wrote: the order of its keys is known, and quotes inside texts are escaped. */
const mark = '{"path":"/metadata/annotations/backstage.io~1orphan",'
const event = sql`case when ${changes.action} <> 'updated' then ${changes.action}
  when instr(${changes.fields}, ${`${mark}"after":"true"`}) > 0 then 'orphaned'
  when instr(${changes.fields}, ${`${mark}"before":"true"`}) > 0 then 'returned'
  else 'updated' end`

const joined = sql`${changes} left join ${entities} on ${entities.ref} = ${changes.ref}`

const columns: Record<ChangeGroup, SQL> = {
  action: event,
  kind: sql`${changes.kind}`,
  owner: sql`${changes.owner}`,
}

const select = sql`select ${changes.id} as id, ${changes.at} as at, ${changes.ref} as ref, ${changes.kind} as kind,
  coalesce(${entities.title}, ${entities.name}, ${changes.title}) as title, ${entities.type} as type,
  ${changes.owner} as owner, ${changes.action} as action, ${changes.sourceId} as sourceId, ${changes.path} as path,
  ${changes.revision} as revision, ${changes.fields} as fields, ${entities.id} is not null as "exists" from ${joined}`

/** One page by keyset, the newest first. */
export function listChanges(
  read: Reader,
  query: ChangeQuery,
  scope: SQL | undefined,
  size: number,
): Keyset<ListedChange> {
  const cursor = readCursor(query.after ?? query.before, 2)
  const backwards = query.after === undefined && query.before !== undefined
  const beyond = cursor
    ? sql` and (${changes.at}, ${changes.id}) ${sql.raw(backwards ? '>' : '<')} (${cursor[0]}, ${cursor[1]})`
    : sql``
  const direction = sql.raw(backwards ? 'asc' : 'desc')
  const found = read.all<ListedChange>(
    sql`${select} where ${conditions(query, scope)}${beyond}
      order by ${changes.at} ${direction}, ${changes.id} ${direction} limit ${size + 1}`,
  ) as unknown as ListedChange[]
  return keysetPage(found, size, { backwards, inside: cursor !== undefined }, ({ at, id }) => [at, id])
}

export function countChanges(read: Reader, query: ChangeQuery, scope: SQL | undefined): number {
  return number(read, sql`select count(*) as n from ${joined} where ${conditions(query, scope)}`)
}

/** How many stand in front of the page. */
export function countChangesBefore(
  read: Reader,
  query: ChangeQuery,
  scope: SQL | undefined,
  first: ListedChange,
): number {
  return number(
    read,
    sql`select count(*) as n from ${joined} where ${conditions(query, scope)}
      and (${changes.at}, ${changes.id}) > (${first.at}, ${first.id})`,
  )
}

/** What each choice would show with all other choices kept. */
export function countChangeGroups(read: Reader, query: ChangeQuery, scope: SQL | undefined): ChangeCounts {
  const groups = changeGroups.map((group) => {
    const column = columns[group]
    const counted = read.all<Counted>(
      sql`select ${column} as value, count(*) as count from ${joined}
        where ${conditions(query, scope, group)} and ${column} is not null group by 1 order by 2 desc, 1`,
    ) as unknown as Counted[]
    return [group, counted]
  })
  return {
    ...(Object.fromEntries(groups) as Record<ChangeGroup, Counted[]>),
    total: countChanges(read, query, scope),
  }
}

export interface HistoryStep {
  at: number
  action: 'created' | 'updated' | 'removed'
  entityId: string
  sourceId: string
  path: string
  revision: string | null
  fields: string | null
  /** JSON of the entity, where it was removed. */
  before: string | null
}

/** What happened to a reference after a moment, the newest first. */
export function stepsAfter(read: Reader, ref: string, at: number): HistoryStep[] {
  return steps(
    read,
    sql`${changes.ref} = ${ref} and ${changes.at} > ${at} order by ${changes.at} desc, ${changes.id} desc`,
  )
}

/** The last thing that had happened to a reference by a moment; or the last of one kind. */
export function stepBefore(
  read: Reader,
  ref: string,
  at: number,
  action?: HistoryStep['action'],
): HistoryStep | undefined {
  const only = action === undefined ? sql`` : sql` and ${changes.action} = ${action}`
  return steps(
    read,
    sql`${changes.ref} = ${ref} and ${changes.at} <= ${at}${only}
      order by ${changes.at} desc, ${changes.id} desc limit 1`,
  )[0]
}

export function entityBefore({ before }: HistoryStep): Entity | null {
  return before === null ? null : (JSON.parse(before) as Entity)
}

/** The targets of relations as pages show them. What exists and is out of scope is left out. */
export function describeTargets(
  read: Reader,
  targets: readonly { type: string; targetRef: string }[],
  scope: SQL | undefined,
): RelatedEntity[] {
  type Target = Omit<RelatedEntity, 'type'> & { visible: number }
  const list = JSON.stringify(targets.map(({ targetRef }) => targetRef))
  const rows = read.all<Target>(
    sql`select ${entities.ref} as ref, ${entities.name} as name, ${entities.title} as title,
      ${entities.type} as entityType, ${entities.owner} as owner, (${scope ?? sql`1`}) as visible,
      (select coalesce(o.title, o.name) from ${entities} o where o.ref = ${entities.owner}) as ownerTitle
      from ${entities} where ${entities.ref} in (select value from json_each(${list}))`,
  ) as unknown as Target[]
  const known = new Map(rows.map((row) => [row.ref, row]))
  const nobody = { name: null, title: null, entityType: null, owner: null, ownerTitle: null }
  return targets.flatMap(({ type, targetRef }) => {
    const found = known.get(targetRef)
    if (!found) return [{ ...nobody, type, ref: targetRef }]
    const { visible, ...target } = found
    return visible === 1 ? [{ ...target, type }] : []
  })
}

/** What was removed belongs to nobody's scope any more: it is listed for those who may see everything. */
function conditions(query: ChangeQuery, scope: SQL | undefined, without?: ChangeGroup): SQL {
  const parts = [scope ? sql`(${entities.id} is not null and ${scope})` : sql`1`]
  for (const group of changeGroups) {
    const chosen = query.chosen[group]
    if (group !== without && chosen.length > 0) parts.push(sql`${columns[group]} in ${chosen}`)
  }
  if (query.refs.length > 0) parts.push(sql`${changes.ref} in ${query.refs}`)
  return sql.join(parts, sql` and `)
}

function steps(read: Reader, where: SQL): HistoryStep[] {
  return read.all<HistoryStep>(
    sql`select ${changes.at} as at, ${changes.action} as action, ${changes.entityId} as entityId,
      ${changes.sourceId} as sourceId, ${changes.path} as path, ${changes.revision} as revision,
      ${changes.fields} as fields, ${changes.before} as before from ${changes} where ${where}`,
  ) as unknown as HistoryStep[]
}

function number(read: Reader, query: SQL): number {
  return (read.get(query) as unknown as { n: number }).n
}
