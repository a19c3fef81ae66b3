import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { entities, relations } from '../schema.ts'
import { type Keyset, keysetPage, readCursor } from './cursor.ts'

/** A group of the whole organisation. */
export interface GroupRow {
  ref: string
  title: string
  type: string | null
}

/** The whole organisation as the actor may see it, every statement once. */
export interface OrganisationRows {
  /** In the order of their names. */
  groups: GroupRow[]
  parents: { child: string; parent: string }[]
  /** Parents that nothing defines. */
  unknownParents: { child: string; parent: string }[]
  members: { group: string; user: string }[]
  owned: { owner: string; count: number }[]
}

export function readOrganisation(read: Reader, scope: SQL | undefined): OrganisationRows {
  const all = <T>(query: SQL) => read.all<T>(query) as unknown as T[]
  const visible = scope ? sql` and ${scope}` : sql``
  // Every join is a cross join, or SQLite goes through all pairs of groups and people first.
  const seen = sql`seen(ref, kind) as materialized (
    select ${entities.ref}, ${entities.kind} from ${entities} where ${entities.kind} in ('group', 'user')${visible})`
  return {
    groups: all(sql`select ${entities.ref} as ref, coalesce(${entities.title}, ${entities.name}) as title,
      ${entities.type} as type from ${entities} where ${entities.kind} = 'group'${visible}
      order by ${entities.sortName}, ${entities.id}`),
    parents: all(sql`with ${seen} select distinct c.ref as child, p.ref as parent from seen c
      cross join ${relations} on ${relations.sourceRef} = c.ref and ${relations.type} = 'childOf'
      cross join seen p on p.ref = ${relations.targetRef} where c.kind = 'group' and p.kind = 'group'`),
    unknownParents: all(sql`with ${seen} select distinct c.ref as child, ${relations.targetRef} as parent from seen c
      cross join ${relations} on ${relations.sourceRef} = c.ref and ${relations.type} = 'childOf'
      where c.kind = 'group' and not exists (select 1 from ${entities} where ${entities.ref} = ${relations.targetRef})`),
    members: all(sql`with ${seen} select distinct g.ref as "group", m.ref as user from seen g
      cross join ${relations} on ${relations.sourceRef} = g.ref and ${relations.type} = 'hasMember'
      cross join seen m on m.ref = ${relations.targetRef} where g.kind = 'group' and m.kind = 'user'`),
    owned: all(sql`select ${entities.owner} as owner, count(*) as count from ${entities}
      where ${entities.owner} is not null${visible} group by 1`),
  }
}

export interface PersonRow {
  ref: string
  title: string
  description: string | null
  sortName: string
}

export interface PeopleQuery {
  after: string | undefined
  before: string | undefined
}

/** Users that are in no group that may be seen. */
function loose(scope: SQL | undefined): SQL {
  const visible = scope ? sql` and ${scope}` : sql``
  // From the groups, because relations are found by their source.
  const members = sql`select ${relations.targetRef} from ${entities}
    cross join ${relations} on ${relations.sourceRef} = ${entities.ref} and ${relations.type} = 'hasMember'
    where ${entities.kind} = 'group'${visible}`
  return sql`${entities.kind} = 'user' and ${entities.ref} not in (${members})${visible}`
}

export function countLoosePeople(read: Reader, scope: SQL | undefined): number {
  const row = read.get(sql`select count(*) as n from ${entities} where ${loose(scope)}`) as unknown as { n: number }
  return row.n
}

export function listLoosePeople(
  read: Reader,
  query: PeopleQuery,
  scope: SQL | undefined,
  size: number,
): Keyset<PersonRow> {
  const cursor = readCursor(query.after ?? query.before, 2)
  const backwards = query.after === undefined && query.before !== undefined
  const [sign, direction] = backwards ? [sql`<`, sql`desc`] : [sql`>`, sql`asc`]
  const beyond = cursor ? sql` and (${entities.sortName}, ${entities.ref}) ${sign} ${cursor}` : sql``
  const found = read.all<PersonRow>(
    sql`select ${personColumns} from ${entities} where ${loose(scope)}${beyond}
      order by ${entities.sortName} ${direction}, ${entities.ref} ${direction} limit ${size + 1}`,
  ) as unknown as PersonRow[]
  return keysetPage(found, size, { backwards, inside: cursor !== undefined }, edgeOf)
}

export function countLooseBefore(read: Reader, scope: SQL | undefined, first: PersonRow): number {
  const row = read.get(sql`select count(*) as n from ${entities} where ${loose(scope)}
    and (${entities.sortName}, ${entities.ref}) < ${edgeOf(first)}`) as unknown as { n: number }
  return row.n
}

const edgeOf = ({ sortName, ref }: PersonRow) => [sortName, ref]

const personColumns = sql`${entities.ref} as ref, coalesce(${entities.title}, ${entities.name}) as title,
  ${entities.description} as description, ${entities.sortName} as "sortName"`

/** Groups or users with every one of the words in name, title, description or tags. */
export function findInOrganisation(
  read: Reader,
  kind: 'group' | 'user',
  words: readonly string[],
  scope: SQL | undefined,
  most: number,
): { rows: PersonRow[]; total: number } {
  const holds = words.map((word) => sql` and instr(${entities.haystack}, ${word}) > 0`)
  const where = sql`${entities.kind} = ${kind}${sql.join(holds)}${scope ? sql` and ${scope}` : sql``}`
  const rows = read.all<PersonRow>(
    sql`select ${personColumns} from ${entities} where ${where}
      order by ${entities.sortName}, ${entities.id} limit ${most}`,
  ) as unknown as PersonRow[]
  const { n } = read.get(sql`select count(*) as n from ${entities} where ${where}`) as unknown as { n: number }
  return { rows, total: n }
}

/** The groups that each of these is a member of; those that nothing defines included. */
export function groupsOf(
  read: Reader,
  refs: readonly string[],
  scope: SQL | undefined,
): { user: string; group: string; title: string | null }[] {
  return read.all(
    sql`select distinct ${relations.sourceRef} as user, ${relations.targetRef} as "group",
      coalesce(${entities.title}, ${entities.name}) as title
      from ${relations} left join ${entities} on ${entities.ref} = ${relations.targetRef}
      where ${relations.sourceRef} in (select value from json_each(${JSON.stringify(refs)}))
      and ${relations.type} = 'memberOf' and (${entities.id} is null or ${scope ?? sql`1`})
      order by ${entities.sortName}, 2`,
  ) as unknown as { user: string; group: string; title: string | null }[]
}
