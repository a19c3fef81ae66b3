import { type SQL, sql } from 'drizzle-orm'
import type { Filters } from '../model/query.ts'
import { type SourceScope, visible } from './scopes.ts'

/** What documents must be, whatever their words. */
export interface Conditions {
  /** Expression for what must not be there. */
  without: string | undefined
  filters: Filters
  withoutFilters: Filters
  section: string | undefined
  scopes: readonly SourceScope[]
}

export function conditions({ filters, withoutFilters, section, scopes, without }: Conditions): SQL {
  const parts = [visible(scopes)]
  if (section !== undefined) parts.push(sql`search_documents.section = ${section}`)
  for (const [name, values] of Object.entries(filters)) {
    if (values.length > 0) parts.push(hasValue(name as keyof Filters, values))
  }
  for (const [name, values] of Object.entries(withoutFilters)) {
    if (values.length > 0) parts.push(sql`coalesce(${hasValue(name as keyof Filters, values)}, 0) = 0`)
  }
  if (without !== undefined) {
    parts.push(sql`search_documents.id not in (select search_index.rowid from search_index
      where search_index match ${without})`)
  }
  return sql.join(parts, sql` and `)
}

/** An owner may be written as its whole reference or as its name alone. */
function hasValue(name: keyof Filters, values: readonly string[]): SQL {
  if (name === 'tag') {
    return sql`exists (select 1 from json_each(search_documents.tags) t where lower(t.value) in ${values})`
  }
  if (name !== 'owner') return sql`lower(${sql.raw(`search_documents.${name}`)}) in ${values}`
  const refs = values.filter((value) => value.includes('/'))
  const names = values.filter((value) => !value.includes('/'))
  const either = [
    ...(refs.length > 0 ? [sql`search_documents.owner in ${refs}`] : []),
    ...(names.length > 0
      ? [sql`substr(search_documents.owner, instr(search_documents.owner, '/') + 1) in ${names}`]
      : []),
  ]
  return sql`(${sql.join(either, sql` or `)})`
}
