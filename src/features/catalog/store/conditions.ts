import { type SQL, sql } from 'drizzle-orm'
import type { Filter } from '../model/filter.ts'
import { type Group, groups, type ListQuery } from '../query.ts'
import { edges, entities, facets, refs, terms } from '../schema.ts'
import { withSubGroups } from './organisation.ts'

/** Everything a query asks for. */
export function conditions(query: ListQuery, scope: SQL | undefined): SQL {
  const parts: SQL[] = []
  if (scope) parts.push(scope)
  for (const group of groups) {
    const chosen = query.chosen[group]
    if (chosen.length === 0) continue
    const isWide = group === 'owner' && query.sub
    parts.push(isWide ? sql`${entities.owner} in (${withSubGroups(chosen, scope)})` : groupCondition(group, chosen))
  }
  parts.push(...attention(query), ...textAndFilter(query, scope))
  return parts.length > 0 ? sql.join(parts, sql` and `) : sql`1`
}

/** What of a query is not counted by; undefined where nothing is left out by it. The scope is for what it names. */
export function filtered(query: ListQuery, scope: SQL | undefined): SQL | undefined {
  const parts = textAndFilter(query, scope)
  return parts.length > 0 ? sql.join(parts, sql` and `) : undefined
}

function textAndFilter(query: ListQuery, scope: SQL | undefined): SQL[] {
  const words = query.words.map((word) => sql`instr(${entities.haystack}, ${word}) > 0`)
  return [...words, ...(filterCondition(query.filter, scope) ?? [])]
}

function groupCondition(group: Group, chosen: readonly string[]): SQL {
  if (group === 'tag') return hasFacet('metadata.tags', chosen)
  const column = entities[group]
  // The others are stored in lower case, and their indexes know no other.
  return group === 'type' || group === 'lifecycle'
    ? sql`${column} collate nocase in ${chosen}`
    : sql`${column} in ${chosen}`
}

function attention(query: ListQuery): SQL[] {
  const parts: SQL[] = []
  if (query.problems.length > 0) parts.push(sql`(${sql.join(query.problems.map(problemCondition), sql` or `)})`)
  if (query.orphan) parts.push(sql`${entities.orphanedAt} is not null`)
  return parts
}

function problemCondition(choice: ListQuery['problems'][number]): SQL {
  if (choice === 'error') return sql`${entities.errors} > 0`
  if (choice === 'warning') return sql`${entities.warnings} > 0`
  return sql`(${entities.errors} > 0 or ${entities.warnings} > 0)`
}

/** The grammar of `filter=`: any of the sets, in each set every statement. */
function filterCondition(filter: Filter, scope: SQL | undefined): [SQL] | undefined {
  if (filter.length === 0) return undefined
  const sets = filter.map(
    (set) =>
      sql`(${sql.join(
        set.map((one) => statement(one, scope)),
        sql` and `,
      )})`,
  )
  return [sql`(${sql.join(sets, sql` or `)})`]
}

const relationKey = 'relations.'

function statement({ key, values }: Filter[number][number], scope: SQL | undefined): SQL {
  if (!key.startsWith(relationKey)) return hasFacet(key, values)
  const type = key.slice(relationKey.length)
  // A relation to what may not be seen is none.
  const hidden = scope && sql`select ${entities.number} from ${entities} where not (${scope})`
  const side = (from: SQL, name: SQL, to: SQL) => {
    const target = values
      ? sql` and ${to} in (select ${refs.number} from ${refs} where ${refs.ref} in ${values})`
      : sql``
    return sql`select ${from} from ${edges} where lower(${name}) = ${type}${target}${
      hidden ? sql` and ${to} not in (${hidden})` : sql``
    }`
  }
  const stated = side(sql`${edges.holder}`, sql`${edges.type}`, sql`${edges.target}`)
  const reverse = side(sql`${edges.target}`, sql`${edges.reverse}`, sql`${edges.holder}`)
  return sql`${entities.number} in (${stated} union all ${reverse})`
}

function hasFacet(key: string, values: readonly string[] | undefined): SQL {
  const equal = values ? sql` and ${terms.value} in ${values}` : sql``
  return sql`${entities.number} in (select ${facets.entity} from ${terms}
    join ${facets} on ${facets.term} = ${terms.id} where ${terms.key} = ${key}${equal})`
}
