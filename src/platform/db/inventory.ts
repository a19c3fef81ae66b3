import { sql } from 'drizzle-orm'
import type { Reader } from '../../api/database.ts'

export interface AppliedMigration {
  feature: string
  name: string
  appliedAt: Date
}

/** What was applied, feature by feature, the oldest first. */
export function appliedMigrations(reader: Reader): AppliedMigration[] {
  const rows = reader.all<{ feature: string; name: string; applied_at: number }>(
    sql`select feature, name, applied_at from callboard_migrations order by feature, name`,
  )
  return rows.map(({ feature, name, applied_at }) => ({ feature, name, appliedAt: new Date(applied_at) }))
}

/** Tables whose names begin with a prefix, without those behind a search index. */
export function tableNames(reader: Reader, prefix: string): string[] {
  const rows = reader.all<{ name: string }>(
    sql`select name from pragma_table_list where schema = 'main' and type <> 'shadow'
      and substr(name, 1, ${prefix.length}) = ${prefix} order by name`,
  )
  return rows.map(({ name }) => name)
}

export function sqliteVersion(reader: Reader): string {
  return reader.get<{ version: string }>(sql`select sqlite_version() as version`)?.version ?? 'unknown'
}
