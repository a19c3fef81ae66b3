import { getTableColumns, getTableName, is, SQL } from 'drizzle-orm'
import { toSnakeCase } from 'drizzle-orm/casing'
import { type AnyColumn, type AnyTable, tableConfig } from './columns.ts'
import type { Statement } from './driver.ts'
import type { StatementCache } from './statements.ts'

export type Conflict = 'replace' | 'ignore'
type Row = Record<string, unknown>

/**
 * Inserts rows one by one through one prepared statement for each set of columns they fill. What a row leaves out
 * gets its default, from the program or from the file. `replace` sets every column but the primary key of the row
 * that is there: unlike SQLite's REPLACE it deletes nothing, so nothing that refers to the row goes with it.
 *
 * @returns how many rows were inserted or replaced
 */
export function bulkInsert(statements: StatementCache, table: AnyTable, rows: Iterable<Row>, conflict?: Conflict) {
  const shape = shapeOf(table)
  const plans = new Map<string, Statement>()
  let filled: boolean[] = []
  let statement: Statement | undefined
  let changes = 0
  for (const row of rows) {
    const values: unknown[] = []
    let same = statement !== undefined
    shape.columns.forEach((column, i) => {
      const value = driverValue(column, row[column.key])
      if (value !== undefined) values.push(value)
      if (filled[i] !== (value !== undefined)) {
        same = false
        filled[i] = value !== undefined
      }
    })
    if (!same || !statement) {
      filled = [...filled]
      const set = filled.map(Number).join('')
      statement = plans.get(set) ?? statements.prepare(insertText(shape, filled, conflict))
      plans.set(set, statement)
    }
    changes += statement.run(values).changes
  }
  return changes
}

/** Deletes the rows whose column has one of the values; the column wants an index. @returns how many went */
export function bulkDelete(statements: StatementCache, column: AnyColumn, values: Iterable<string | number>) {
  const table = getTableName(column.table)
  const statement = statements.prepare(`delete from ${quote(table)} where ${quote(nameOf(column))} = ?`)
  let changes = 0
  for (const value of values) changes += statement.run(column.mapToDriverValue(value)).changes
  return changes
}

interface Shape {
  name: string
  columns: { key: string; name: string; primary: boolean; column: AnyColumn }[]
}

const shapes = new WeakMap<AnyTable, Shape>()

function shapeOf(table: AnyTable): Shape {
  const known = shapes.get(table)
  if (known) return known
  const { name, primaryKeys } = tableConfig(table)
  const primary = new Set(primaryKeys.flatMap((key) => key.columns.map(nameOf)))
  const columns = Object.entries(getTableColumns(table))
    .filter(([, column]) => !column.generated)
    .map(([key, column]) => {
      const name = nameOf(column)
      return { key, name, primary: column.primary || primary.has(name), column }
    })
  const shape = { name, columns }
  shapes.set(table, shape)
  return shape
}

function driverValue({ key, column }: Shape['columns'][number], given: unknown): unknown {
  const value = given === undefined ? (column.defaultFn ?? column.onUpdateFn)?.() : given
  if (value === undefined || value === null) return value
  if (typeof value === 'object' && is(value, SQL)) {
    throw new TypeError(`bulkInsert takes plain values, but "${key}" is an SQL expression; use tx.insert() for it`)
  }
  return column.mapToDriverValue(value)
}

function insertText(shape: Shape, filled: boolean[], conflict: Conflict | undefined): string {
  const names = shape.columns.filter((_, i) => filled[i]).map((column) => quote(column.name))
  const marks = names.map(() => '?').join(', ')
  const into = `insert into ${quote(shape.name)}`
  const insert = names.length === 0 ? `${into} default values` : `${into} (${names.join(', ')}) values (${marks})`
  return conflict ? `${insert} ${onConflict(shape, conflict)}` : insert
}

function onConflict(shape: Shape, conflict: Conflict): string {
  const rest = shape.columns.filter((column) => !column.primary).map((column) => quote(column.name))
  if (conflict === 'ignore' || rest.length === 0) return 'on conflict do nothing'
  return `on conflict do update set ${rest.map((name) => `${name} = excluded.${name}`).join(', ')}`
}

function nameOf(column: AnyColumn): string {
  return column.keyAsName ? toSnakeCase(column.name) : column.name
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
