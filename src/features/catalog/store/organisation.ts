import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { Entity } from '../../../api/entity.ts'
import { emailOf } from '../model/profile.ts'
import { documents, edges, entities, refs as names, relations } from '../schema.ts'
import { type Keyset, keysetPage, readCursor } from './cursor.ts'

/** Groups that one walk down or up the organisation meets before it stops: files can say anything. */
const mostGroups = 5000

/** Somebody or something in the organisation; `name` is null when a file names it and nothing defines it. */
export interface NamedRow {
  ref: string
  name: string | null
  title: string | null
  type: string | null
}

export interface MemberRow extends NamedRow {
  description: string | null
  /** Where to write to. */
  email: string | null
  direct: number
  /** The groups that it is a member of, as JSON. */
  via: string
  unknown: number
  sortName: string
}

/** Everybody once. */
export interface MemberCounts {
  direct: number
  /** Those of sub-groups as well. */
  all: number
  /** Among all, those who are in the catalog. */
  known: number
  /** Among the direct ones, those who are not. */
  unknown: number
}

export interface MemberQuery {
  inherited: boolean
  after: string | undefined
  before: string | undefined
}

const visible = (scope: SQL | undefined) => (scope ? sql` and ${scope}` : sql``)

/**
 * A recursive table of numbers: those of `start`, and what relations of one type lead to from there, as long as these
 * are groups that may be seen: one that may not be is no way to those behind it. Each is met once, so that a circle
 * ends. Both directions of an edge are asked for, since either side may have stated it.
 */
function walk(name: string, start: SQL, type: string, scope: SQL | undefined): SQL {
  const table = sql.raw(name)
  const met = sql`cross join ${entities} on ${entities.kind} = 'group' and ${entities.number}`
  return sql`${table}(number) as (${start}
    union select ${entities.number} from ${table}
      cross join ${edges} on ${edges.holder} = ${table}.number and ${edges.type} = ${type}
      ${met} = ${edges.target} where 1${visible(scope)}
    union select ${entities.number} from ${table}
      cross join ${edges} on ${edges.target} = ${table}.number and ${edges.reverse} = ${type}
      ${met} = ${edges.holder} where 1${visible(scope)} limit ${mostGroups})`
}

/** One step further: a table `steps(source, target)` of numbers, whatever the targets are. */
function steps(name: string, type: string): SQL {
  const table = sql.raw(name)
  return sql`steps(source, target) as (
    select ${table}.number, ${edges.target} from ${table}
      cross join ${edges} on ${edges.holder} = ${table}.number and ${edges.type} = ${type}
    union select ${table}.number, ${edges.holder} from ${table}
      cross join ${edges} on ${edges.target} = ${table}.number and ${edges.reverse} = ${type})`
}

const numbersOf = (refs: readonly string[]) =>
  sql`select ${names.number} from ${names} where ${names.ref} in (select value from json_each(${JSON.stringify(refs)}))`

/** The groups given and all below them. */
function below(refs: readonly string[], scope: SQL | undefined): SQL {
  const start = sql`select ${entities.number} from ${entities} where ${entities.kind} = 'group'
    and ${entities.number} in (${numbersOf(refs)})${visible(scope)}`
  return walk('below', start, 'parentOf', scope)
}

/** A query of references: these owners, and the groups below those of them that are groups. */
export function withSubGroups(refs: readonly string[], scope: SQL | undefined): SQL {
  return sql`with recursive ${below(refs, scope)}
    select value from json_each(${JSON.stringify(refs)})
    union select ${names.ref} from below join ${names} on ${names.number} = below.number`
}

/** The same, read out. */
export function chosenOwners(read: Reader, refs: readonly string[], scope: SQL | undefined): string[] {
  return (read.values(withSubGroups(refs, scope)) as unknown as [string][]).map(([ref]) => ref)
}

/** Members by page: those whom the catalog knows by name, then those it does not know. */
export function listMembers(
  read: Reader,
  ref: string,
  query: MemberQuery,
  scope: SQL | undefined,
  size: number,
): Keyset<MemberRow> {
  const cursor = readCursor(query.after ?? query.before, 3)
  const backwards = query.after === undefined && query.before !== undefined
  const [sign, direction] = backwards ? [sql`<`, sql`desc`] : [sql`>`, sql`asc`]
  const beyond = cursor ? sql` and (unknown, "sortName", ref) ${sign} ${cursor}` : sql``
  // Documents are joined to the page alone: thousands of them would be sorted otherwise.
  const found = read.all<MemberDocument>(
    sql`${membersOf(ref, query.inherited, scope)}, page as (select * from members where 1${beyond}
        order by unknown ${direction}, "sortName" ${direction}, ref ${direction} limit ${size + 1})
      select page.*, ${entities.description} as description, ${documents.entity} as document
      from page left join ${entities} on ${entities.ref} = page.ref
      left join ${documents} on ${documents.number} = ${entities.number}
      order by unknown ${direction}, "sortName" ${direction}, page.ref ${direction}`,
  ) as unknown as MemberDocument[]
  const rows = found.map(({ document, ...row }) => {
    return { ...row, email: document === null ? null : emailOf(JSON.parse(document) as Entity) }
  })
  return keysetPage(rows, size, { backwards, inside: cursor !== undefined }, edgeOf)
}

/** How many stand in front of the page. */
export function countMembersBefore(
  read: Reader,
  ref: string,
  query: MemberQuery,
  scope: SQL | undefined,
  first: MemberRow,
): number {
  const counted = read.get(
    sql`${membersOf(ref, query.inherited, scope)} select count(*) as n from members
      where (unknown, "sortName", ref) < ${edgeOf(first)}`,
  ) as unknown as { n: number }
  return counted.n
}

export function countMembers(read: Reader, ref: string, scope: SQL | undefined): MemberCounts {
  return read.get<MemberCounts>(
    sql`${membersOf(ref, true, scope)} select coalesce(sum(direct), 0) as direct, count(*) as "all",
      coalesce(sum(not unknown), 0) as known, coalesce(sum(unknown and direct), 0) as unknown from members`,
  ) as unknown as MemberCounts
}

type MemberDocument = Omit<MemberRow, 'email'> & { document: string | null }

const edgeOf = ({ unknown, sortName, ref }: MemberRow) => [unknown, sortName, ref]

/** A table `members`, everybody once, whichever side says so. */
function membersOf(ref: string, inherited: boolean, scope: SQL | undefined): SQL {
  const groups = inherited ? below([ref], scope) : sql`below(number) as (${numbersOf([ref])})`
  return sql`with recursive ${groups}, ${steps('below', 'hasMember')},
    listed(ref, direct, via) as (
      select m.ref, max(g.ref = ${ref}), json_group_array(distinct g.ref)
      from steps join ${names} m on m.number = steps.target join ${names} g on g.number = steps.source group by 1),
    members as (
      select listed.ref as ref, listed.direct as direct, listed.via as via, ${entities.name} as name,
        ${entities.title} as title, ${entities.type} as type, ${entities.id} is null as unknown,
        coalesce(${entities.sortName}, listed.ref) as "sortName"
      from listed left join ${entities} on ${entities.ref} = listed.ref
      where (${entities.id} is null or ${scope ?? sql`1`}))`
}

/** What an entity is related to by one type of relation: every one once, those that nothing defines last. */
export function neighbours(read: Reader, ref: string, type: string, scope: SQL | undefined): NamedRow[] {
  return read.all<NamedRow>(
    sql`select distinct ${relations.targetRef} as ref, ${entities.name} as name, ${entities.title} as title,
      ${entities.type} as type from ${relations} left join ${entities} on ${entities.ref} = ${relations.targetRef}
      where ${relations.sourceRef} = ${ref} and ${relations.type} = ${type}
      and (${entities.id} is null or ${scope ?? sql`1`})
      order by ${entities.id} is null, ${entities.sortName}, 1 limit ${mostGroups}`,
  ) as unknown as NamedRow[]
}

/** One step up: a group and one of its parents, which may be unknown. */
export interface ParentRow extends NamedRow {
  child: string
}

/** Every step from these groups to the top, those to parents that nothing defines included. */
export function parentsAbove(read: Reader, refs: readonly string[], scope: SQL | undefined): ParentRow[] {
  return read.all<ParentRow>(
    sql`with recursive ${walk('above', numbersOf(refs), 'childOf', scope)}, ${steps('above', 'childOf')}
      select distinct c.ref as child, p.ref as ref, ${entities.name} as name, ${entities.title} as title,
        ${entities.type} as type
      from steps join ${names} c on c.number = steps.source join ${names} p on p.number = steps.target
      left join ${entities} on ${entities.number} = steps.target
      where (${entities.id} is null or ${scope ?? sql`1`})
      order by ${entities.id} is null, ${entities.sortName}, 2`,
  ) as unknown as ParentRow[]
}

/** Entities of one kind and type. */
export interface OwnedKind {
  kind: string
  type: string | null
  direct: number
  all: number
  /** Among all. */
  problems: number
}

/** What a group or user owns, by kind and type; `all` counts what its sub-groups own as well. */
export function ownedKinds(read: Reader, ref: string, scope: SQL | undefined): OwnedKind[] {
  return read.all<OwnedKind>(
    sql`select ${entities.kind} as kind, lower(${entities.type}) as type, sum(${entities.owner} = ${ref}) as direct,
      count(*) as "all", ${problematic} as problems from ${entities}
      where ${entities.owner} in (${withSubGroups([ref], scope)})${visible(scope)}
      group by 1, 2 order by 4 desc, 1, 2`,
  ) as unknown as OwnedKind[]
}

const problematic = sql`coalesce(sum(${entities.errors} > 0 or ${entities.warnings} > 0), 0)`

export interface OwnedCount {
  owner: string
  count: number
  problems: number
}

/** How much each of these owns itself. */
export function countOwned(read: Reader, owners: readonly string[], scope: SQL | undefined): OwnedCount[] {
  return read.all<OwnedCount>(
    sql`select ${entities.owner} as owner, count(*) as count, ${problematic} as problems from ${entities}
      where ${entities.owner} in (select value from json_each(${JSON.stringify(owners)}))${visible(scope)} group by 1`,
  ) as unknown as OwnedCount[]
}

export interface OwnedEntity extends NamedRow {
  kind: string
  owner: string
  errors: number
  warnings: number
}

/** Some of what these own: what has problems first. */
export function listOwned(
  read: Reader,
  owners: readonly string[],
  options: { sub: boolean; most: number },
  scope: SQL | undefined,
): OwnedEntity[] {
  const whose = options.sub ? withSubGroups(owners, scope) : sql`select value from json_each(${JSON.stringify(owners)})`
  return read.all<OwnedEntity>(
    sql`select ${entities.ref} as ref, ${entities.kind} as kind, ${entities.name} as name, ${entities.title} as title,
      ${entities.type} as type, ${entities.owner} as owner, ${entities.errors} as errors, ${entities.warnings} as warnings
      from ${entities} where ${entities.owner} in (${whose})${visible(scope)}
      order by ${entities.errors} > 0 desc, ${entities.warnings} > 0 desc, ${entities.sortName}, 1 limit ${options.most}`,
  ) as unknown as OwnedEntity[]
}
