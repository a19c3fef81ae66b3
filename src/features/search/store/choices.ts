import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { Counted, Others } from '../model/counts.ts'
import { type FilterName, filterNames } from '../model/query.ts'
import { type Conditions, conditions } from './conditions.ts'

/** For each choice what the others leave, counted among the first of what has the words. */
export function countOthers(read: Reader, match: string, asked: Conditions, most: number): Others {
  const others: Others = {}
  for (const name of filterNames) {
    if (asked.filters[name].length === 0) continue
    const where = conditions({ ...asked, filters: { ...asked.filters, [name]: [] } })
    others[name] = countValues(read, match, where, name, most)
  }
  if (asked.section !== undefined) {
    others.section = countValues(read, match, conditions({ ...asked, section: undefined }), 'section', most)
  }
  return others
}

function countValues(read: Reader, match: string, where: SQL, name: FilterName | 'section', most: number) {
  const column = sql.raw(name === 'tag' ? 'tags' : name)
  const found = sql`select search_documents.${column} as value from search_index join search_documents
    on search_documents.id = search_index.rowid where search_index match ${match} and ${where} limit ${most}`
  const counting = name === 'tag' ? countingTags(found) : countingValues(found)
  return read.all<Counted>(counting) as unknown as Counted[]
}

const countingValues = (found: SQL) => sql`select value, count(*) as count from (${found})
  where value is not null group by value`

const countingTags = (found: SQL) => sql`select t.value as value, count(*) as count
  from (${found}) f, json_each(f.value) t group by t.value`
