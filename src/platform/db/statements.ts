import type { Query } from 'drizzle-orm'
import { BetterSQLite3Database, BetterSQLiteSession } from 'drizzle-orm/better-sqlite3'
import type { Reader, Transaction } from '../../api/database.ts'
import { columnCasing, Dialect, type SelectedFields } from './columns.ts'
import type { Connection, Statement } from './driver.ts'

/** Keeps prepared statements by their text, the least recently used dropped: preparing costs as much as a read. */
export class StatementCache {
  readonly #connection: Connection
  readonly #limit: number
  readonly #kept = new Map<string, Statement>()

  constructor(connection: Connection, limit: number) {
    this.#connection = connection
    this.#limit = limit
  }

  prepare(text: string): Statement {
    const known = this.#kept.get(text)
    if (known) this.#kept.delete(text)
    const statement = known ?? this.#connection.prepare<unknown[], unknown>(text)
    this.#kept.set(text, statement)
    if (this.#kept.size > this.#limit) this.#dropOldest()
    return statement
  }

  get size(): number {
    return this.#kept.size
  }

  #dropOldest() {
    for (const text of this.#kept.keys()) {
      this.#kept.delete(text)
      return
    }
  }
}

/** What names of columns become is worked out once for all handles: each transaction has one of its own. */
export const dialect = new Dialect({ casing: columnCasing })

type None = Record<string, never>

/** A drizzle handle that takes its statements from a cache. `check` runs before each of them is prepared or run. */
export function drizzleOver(statements: StatementCache, check: (statement?: Statement) => void): BetterSQLite3Database {
  const client = new CachingClient(statements, check)
  const session = new BetterSQLiteSession<None, None>(client as unknown as Connection, dialect, undefined)
  const handle = new BetterSQLite3Database<None>('sync', dialect, session, undefined)
  return Object.assign(handle, { $client: client })
}

/** A query that was built and not run. */
export interface Draft {
  query: Query
  fields: SelectedFields | undefined
}

const draft = { prepareQuery: (query: Query, fields?: SelectedFields): Draft => ({ query, fields }) }

/** Belongs to no database: what is prepared with it is a `Draft`. */
export const drafting = new BetterSQLite3Database('sync', dialect, draft as never, undefined) as unknown as Transaction

/** @throws TypeError for a handle that no database of ours gave out */
export function clientOf(handle: Reader | Transaction): CachingClient {
  const client: unknown = '$client' in handle ? handle.$client : undefined
  if (client instanceof CachingClient) return client
  throw new TypeError('Only a transaction or the reader of an open database runs prepared queries')
}

/** The part of a connection that drizzle's session calls, and prepared queries. */
export class CachingClient {
  readonly #statements: StatementCache
  readonly #check: (statement?: Statement) => void

  constructor(statements: StatementCache, check: (statement?: Statement) => void) {
    this.#statements = statements
    this.#check = check
  }

  prepare(text: string): SharedStatement {
    return new SharedStatement(this.#statement(text), this.#check)
  }

  /** @returns how many rows were inserted, changed or removed */
  run(text: string, values: readonly unknown[]): number {
    return this.#statement(text).run(values).changes
  }

  /** @param raw whether the columns of a row come as a list, otherwise by their names */
  get(text: string, values: readonly unknown[], raw: boolean): unknown {
    return this.#statement(text).raw(raw).get(values)
  }

  all(text: string, values: readonly unknown[], raw: boolean): unknown[] {
    return this.#statement(text).raw(raw).all(values)
  }

  transaction(): never {
    throw new Error('Transactions are opened by db.write(tx => …)')
  }

  #statement(text: string): Statement {
    this.#check()
    const statement = this.#statements.prepare(text)
    this.#check(statement)
    return statement
  }
}

/**
 * `raw()` switches a statement for good, and drizzle calls it on the same text in one query and not in the next:
 * the mode is therefore set before each run.
 */
class SharedStatement {
  readonly #statement: Statement
  readonly #check: (statement?: Statement) => void
  readonly #raw: boolean

  constructor(statement: Statement, check: (statement?: Statement) => void, raw = false) {
    this.#statement = statement
    this.#check = check
    this.#raw = raw
  }

  run(...values: unknown[]) {
    this.#check()
    return this.#statement.run(...values)
  }

  get(...values: unknown[]) {
    return this.#ready().get(...values)
  }

  all(...values: unknown[]) {
    return this.#ready().all(...values)
  }

  raw() {
    return new SharedStatement(this.#statement, this.#check, true)
  }

  #ready(): Statement {
    this.#check()
    return this.#statement.reader ? this.#statement.raw(this.#raw) : this.#statement
  }
}
