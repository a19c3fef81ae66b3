import { integer, text } from 'drizzle-orm/sqlite-core'

/**
 * What schema files build tables from: the only file that imports the database's own column types. A column
 * without a name of its own is called like its key in snake case: `changedAt: time()` is `changed_at`.
 */
export type {
  SelectedFieldsOrdered as SelectedFields,
  SQLiteColumn as AnyColumn,
  SQLiteTable as AnyTable,
} from 'drizzle-orm/sqlite-core'
export {
  check,
  foreignKey,
  getTableConfig as tableConfig,
  index,
  integer,
  primaryKey,
  real,
  SQLiteSyncDialect as Dialect,
  sqliteTable as table,
  sqliteView as view,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'

/** Turns a key of a table into its column's name; drizzle-kit and every connection are told the same. */
export const columnCasing = 'snake_case'

/** A moment: `Date` in the program, milliseconds since 1970 in the file. */
export const time = (name = '') => integer(name, { mode: 'timestamp_ms' })

/** `true` and `false`, 1 and 0 in the file. */
export const bool = (name = '') => integer(name, { mode: 'boolean' })

/** A document. It is stored as text and read whole: what is searched or sorted gets a column of its own. */
export const json = <T>(name = '') => text(name, { mode: 'json' }).$type<T>()
