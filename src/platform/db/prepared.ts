import { Column, is, Param, Placeholder, SQL, sql } from 'drizzle-orm'
import type { Reader, Transaction } from '../../api/database.ts'
import { clientOf, type Draft, dialect, drafting } from './statements.ts'

/**
 * Stands where a value comes when the query is run, wherever drizzle takes one. `values` and `set` write it as their
 * column does; in a condition a `Date` becomes milliseconds and a boolean 1 or 0, as columns.ts has it.
 */
export type Slot<T> = SQL<T>
export type Given<Values> = { readonly [K in keyof Values]: Slot<Values[K]> }

/** A query of drizzle, or SQL whose rows are taken as they are in the file. */
type Stated = { prepare(): unknown; all: unknown } | SQL<unknown>
type RowOf<Query> =
  Query extends SQL<infer Row> ? Row : Query extends { all(): readonly (infer Row)[] } ? Row : undefined

/** A query that was built once and runs in any transaction or reader of any database. */
export interface Prepared<Values, Row> {
  all(handle: Reader | Transaction, values: Values): Row[]
  get(handle: Reader | Transaction, values: Values): Row | undefined
  /** @returns how many rows were inserted, changed or removed */
  run(handle: Transaction, values: Values): number
}

/**
 * Builds a query at its first use and never again: building costs as much as running it a few times. What it is made of
 * must therefore depend on nothing but the values; what `$defaultFn` computes would be the same in every row. Null is
 * null in every column.
 *
 *     const findNote = prepared((db, { id }: Given<{ id: string }>) => db.select().from(notes).where(eq(notes.id, id)))
 *     findNote.get(tx, { id: 'a' })
 *
 * @throws Error when it is run without one of its values, or in a transaction that has ended
 */
export function prepared<Values extends object, Query extends Stated>(
  state: (db: Transaction, given: Given<Values>) => Query,
): Prepared<Values, RowOf<Query>> {
  type Row = RowOf<Query>
  let known: Plan | undefined
  const plan = () => {
    known ??= planOf(state(drafting, slots as Given<Values>))
    return known
  }

  return {
    all(handle, values) {
      const { text, bind, rowOf } = plan()
      const rows = clientOf(handle).all(text, bind(values), rowOf !== undefined)
      return (rowOf ? rows.map((row) => rowOf(row as unknown[])) : rows) as Row[]
    },
    get(handle, values) {
      const { text, bind, rowOf } = plan()
      const row = clientOf(handle).get(text, bind(values), rowOf !== undefined)
      return (rowOf && row !== undefined ? rowOf(row as unknown[]) : row) as Row | undefined
    },
    run(handle, values) {
      const { text, bind } = plan()
      return clientOf(handle).run(text, bind(values))
    },
  }
}

interface Plan {
  text: string
  bind(values: object): unknown[]
  /** Makes what drizzle would make of the columns of a row; undefined where rows are taken as they are. */
  rowOf: ((columns: readonly unknown[]) => Record<string, unknown>) | undefined
}

/** They look like SQL to the compiler, since drizzle's types take that everywhere, and are placeholders to drizzle. */
const slots: unknown = new Proxy(
  {},
  {
    get: (_, name) => sql.placeholder(String(name)),
    ownKeys: () => {
      throw new Error('A prepared query names each of its values: it cannot take all of them, or the rest')
    },
  },
)

function planOf(stated: Stated): Plan {
  const { query, fields } = is(stated, SQL)
    ? { query: dialect.sqlToQuery(stated), fields: undefined }
    : ((stated as { prepare(): unknown }).prepare() as Draft)
  const binders = query.params.map(binderOf)
  return {
    text: query.sql,
    bind: (values) => binders.map((binder) => binder(values as Readonly<Record<string, unknown>>)),
    rowOf: fields && rowsOf(fields),
  }
}

type Binder = (values: Readonly<Record<string, unknown>>) => unknown

function binderOf(param: unknown): Binder {
  if (is(param, Placeholder)) return (values) => plain(given(param.name, values))
  if (!is(param, Param) || !is(param.value, Placeholder)) return () => param
  const { encoder } = param
  const { name } = param.value
  return (values) => {
    const value = given(name, values)
    return value === null ? null : encoder.mapToDriverValue(value)
  }
}

function given(name: string, values: Readonly<Record<string, unknown>>): unknown {
  const value = values[name]
  if (value === undefined) throw new Error(`A prepared query lacks its value "${name}"; write null where there is none`)
  return value
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime()
  return typeof value === 'boolean' ? Number(value) : value
}

function rowsOf(fields: NonNullable<Draft['fields']>): NonNullable<Plan['rowOf']> {
  const columns = fields.map(({ path, field }) => {
    const [key = '', ...more] = path
    if (more.length > 0)
      throw new Error(`A prepared query gives flat rows: select ${path.join('.')} by a name of its own`)
    return { key, decoder: decoderOf(field) }
  })
  return (values) => {
    const row: Record<string, unknown> = {}
    for (let i = 0; i < columns.length; i++) {
      const { key, decoder } = columns[i] as (typeof columns)[number]
      const value = values[i]
      row[key] = value === null ? null : decoder.mapFromDriverValue(value)
    }
    return row
  }
}

interface Decoder {
  mapFromDriverValue(value: unknown): unknown
}

/** As drizzle finds it: its types leave out what SQL and its aliases hold. */
function decoderOf(field: NonNullable<Draft['fields']>[number]['field']): Decoder {
  if (is(field, Column)) return field
  const inner = is(field, SQL) ? field : is(field, SQL.Aliased) ? field.sql : field._.sql
  return (inner as unknown as { decoder: Decoder }).decoder
}
