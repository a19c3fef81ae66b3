import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { ListQuery } from '../query.ts'
import { entities, facets, relations } from '../schema.ts'
import { conditions } from './conditions.ts'
import type { Counted } from './list.ts'

const most = 10_000

/**
 * The values of one key among the entities of a query, in the case they were written in, ascending. Values too long
 * to be compared are left out. `relations.<type>` counts what entities are related to.
 */
export function countFacet(read: Reader, key: string, query: ListQuery, scope: SQL | undefined): Counted[] {
  const among = sql`select ${entities.id} from ${entities} where ${conditions(query, scope)}`
  if (key.startsWith('relations.')) return countRelation(read, key.slice('relations.'.length), query, scope)
  return read.all<Counted>(
    sql`select ${facets.display} as value, count(*) as count from ${facets}
      where ${facets.key} = ${key} and ${facets.display} is not null and ${facets.entityId} in (${among})
      group by 1 order by 1 limit ${most}`,
  ) as unknown as Counted[]
}

function countRelation(read: Reader, type: string, query: ListQuery, scope: SQL | undefined): Counted[] {
  const among = sql`select ${entities.ref} from ${entities} where ${conditions(query, scope)}`
  const visible = scope ? sql` and (${entities.id} is null or ${scope})` : sql``
  return read.all<Counted>(
    sql`select ${relations.targetRef} as value, count(distinct ${relations.sourceRef}) as count from ${relations}
      left join ${entities} on ${entities.ref} = ${relations.targetRef}
      where lower(${relations.type}) = ${type} and ${relations.sourceRef} in (${among})${visible}
      group by 1 order by 1 limit ${most}`,
  ) as unknown as Counted[]
}
