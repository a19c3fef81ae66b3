import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { changes, edges, entities, problems } from '../schema.ts'
import type { RecentChange } from './entity.ts'
import type { NamedRow } from './organisation.ts'
import { placelessMessage } from './problems.ts'

/** Entities whose neighbours are looked at: those of somebody who owns more change often enough by themselves. */
const mostOwned = 1000

export interface OwnRow extends NamedRow {
  name: string
  kind: string
  owner: string
  errors: number
  warnings: number
}

export interface OwnSample extends OwnRow {
  /** Entities of this kind, and how many of them have problems. */
  count: number
  problematic: number
}

const list = (values: readonly string[]) => sql`(select value from json_each(${JSON.stringify(values)}))`
const ownedBy = (owners: readonly string[], scope: SQL | undefined) =>
  sql`${entities.owner} in ${list(owners)}${scope ? sql` and ${scope}` : sql``}`
const isProblematic = sql`(${entities.errors} > 0 or ${entities.warnings} > 0)`
const columns = sql`${entities.ref} as ref, ${entities.kind} as kind, ${entities.name} as name,
  ${entities.title} as title, ${entities.type} as type, ${entities.owner} as owner, ${entities.errors} as errors,
  ${entities.warnings} as warnings`

/** What these own: some of each kind, by name, with the counts of the kind; the kind with most first. */
export function sampleOwned(read: Reader, owners: readonly string[], most: number, scope: SQL | undefined) {
  return read.all<OwnSample>(
    sql`select * from (select ${columns}, count(*) over (partition by ${entities.kind}) as count,
        sum${isProblematic} over (partition by ${entities.kind}) as problematic,
        row_number() over (partition by ${entities.kind} order by ${entities.sortName}, ${entities.ref}) as position
      from ${entities} where ${ownedBy(owners, scope)})
      where position <= ${most} order by count desc, kind, position`,
  ) as unknown as OwnSample[]
}

export interface WorstRow extends OwnRow {
  /** Entities with problems in all, and theirs together. */
  total: number
  allErrors: number
  allWarnings: number
}

/** Of what these own, what has problems: the most errors first. */
export function listWorst(read: Reader, owners: readonly string[], most: number, scope: SQL | undefined): WorstRow[] {
  return read.all<WorstRow>(
    sql`select ${columns}, count(*) over () as total,
      sum(${entities.errors}) over () as "allErrors", sum(${entities.warnings}) over () as "allWarnings"
      from ${entities} where ${ownedBy(owners, scope)} and ${isProblematic}
      order by ${entities.errors} desc, ${entities.warnings} desc, ${entities.sortName}, 1 limit ${most}`,
  ) as unknown as WorstRow[]
}

export interface GravestRow {
  ref: string
  code: string
  severity: string
  message: string
  /** Milliseconds since 1970. */
  since: number
}

/** The gravest problem of each of these, among equals the newest. */
export function gravestOf(read: Reader, refs: readonly string[]): GravestRow[] {
  const rank = sql`case ${problems.severity} when 'error' then 0 when 'warning' then 1 else 2 end`
  return read.all<GravestRow>(
    sql`select * from (select ${problems.ref} as ref, ${problems.code} as code, ${problems.severity} as severity,
        ${placelessMessage} as message, ${problems.firstSeenAt} as since, row_number() over
          (partition by ${problems.ref} order by ${rank}, ${problems.firstSeenAt} desc, ${problems.id}) as position
      from ${problems} where ${problems.ref} in ${list(refs)}) where position = 1`,
  ) as unknown as GravestRow[]
}

/**
 * The last change of each of some entities and of all they are related to, the newest first, one line for each.
 *
 * @param near owners, and references
 */
export function changesAround(
  read: Reader,
  near: { owners: readonly string[]; refs: readonly string[] },
  most: number,
  scope: SQL | undefined,
): RecentChange[] {
  const visible = scope ? sql` and ${scope}` : sql``
  const own = sql`select ${entities.number} as number from ${entities}
    where ${ownedBy(near.owners, scope)} order by ${entities.changedAt} desc limit ${mostOwned}`
  const chosen = sql`select ${entities.number} as number from ${entities}
    where ${entities.ref} in ${list(near.refs)}${visible}`
  return read.all<RecentChange>(
    sql`with near(number) as (select number from (${own}) union select number from (${chosen})),
      around(number) as (select number from near
        union select ${edges.target} from near cross join ${edges} on ${edges.holder} = near.number
        union select ${edges.holder} from near cross join ${edges} on ${edges.target} = near.number),
      newest(number) as (select ${entities.number} from around cross join ${entities}
        on ${entities.number} = around.number where 1${visible} order by ${entities.changedAt} desc limit ${most})
      select c.id as id, c.at as at, c.ref as ref, c.action as action, c.fields as fields,
        coalesce(${entities.title}, ${entities.name}) as title, ${entities.owner} as owner, ${entities.name} as name,
        ${entities.kind} as kind, ${entities.namespace} as namespace, ${entities.type} as type, null as "ownerTitle"
      from newest cross join ${entities} on ${entities.number} = newest.number
      join ${changes} c on c.id = (select max(l.id) from ${changes} l where l.ref = ${entities.ref})
      order by c.at desc, ${entities.sortName}`,
  ) as unknown as RecentChange[]
}

/** What there is of some references, as a row of a list. */
export function listByRefs(read: Reader, refs: readonly string[], scope: SQL | undefined) {
  return read.all<Omit<OwnRow, 'owner'> & { owner: string | null }>(
    sql`select ${columns} from ${entities} where ${entities.ref} in ${list(refs)}${scope ? sql` and ${scope}` : sql``}`,
  ) as unknown as (Omit<OwnRow, 'owner'> & { owner: string | null })[]
}
