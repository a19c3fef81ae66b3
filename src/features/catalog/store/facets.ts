import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { ListQuery } from '../query.ts'
import { edges, entities, facets, refs, terms } from '../schema.ts'
import { conditions } from './conditions.ts'
import type { Counted } from './list.ts'

const most = 10_000

/**
 * The values of one key among the entities of a query, in the case they were written in, ascending. Values too long
 * to be compared are left out. `relations.<type>` counts what entities are related to.
 */
export function countFacet(read: Reader, key: string, query: ListQuery, scope: SQL | undefined): Counted[] {
  const among = sql`select ${entities.number} from ${entities} where ${conditions(query, scope)}`
  if (key.startsWith('relations.')) return countRelation(read, key.slice('relations.'.length), query, scope)
  return read.all<Counted>(
    sql`select ${terms.display} as value, count(*) as count
      from ${terms} join ${facets} on ${facets.term} = ${terms.id}
      where ${terms.key} = ${key} and ${terms.display} is not null and ${facets.entity} in (${among})
      group by 1 order by 1 limit ${most}`,
  ) as unknown as Counted[]
}

function countRelation(read: Reader, type: string, query: ListQuery, scope: SQL | undefined): Counted[] {
  const among = sql`select ${entities.number} from ${entities} where ${conditions(query, scope)}`
  const visible = scope ? sql` and (${entities.id} is null or ${scope})` : sql``
  return read.all<Counted>(
    sql`with related (source, target) as (
      select ${edges.holder}, ${edges.target} from ${edges} where lower(${edges.type}) = ${type}
      union select ${edges.target}, ${edges.holder} from ${edges} where lower(${edges.reverse}) = ${type})
      select ${refs.ref} as value, count(*) as count from related join ${refs} on ${refs.number} = related.target
      left join ${entities} on ${entities.number} = related.target
      where related.source in (${among})${visible}
      group by 1 order by 1 limit ${most}`,
  ) as unknown as Counted[]
}
