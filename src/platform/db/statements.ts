import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3'
import { columnCasing } from './columns.ts'
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

/** A drizzle handle that takes its statements from a cache. `check` runs before each of them is prepared or run. */
export function drizzleOver(statements: StatementCache, check: (statement?: Statement) => void): BetterSQLite3Database {
  const client = new CachingClient(statements, check)
  return drizzle({ client: client as unknown as Connection, casing: columnCasing })
}

/** The part of a connection that drizzle's session calls. */
class CachingClient {
  readonly #statements: StatementCache
  readonly #check: (statement?: Statement) => void

  constructor(statements: StatementCache, check: (statement?: Statement) => void) {
    this.#statements = statements
    this.#check = check
  }

  prepare(text: string): SharedStatement {
    this.#check()
    const statement = this.#statements.prepare(text)
    this.#check(statement)
    return new SharedStatement(statement, this.#check)
  }

  transaction(): never {
    throw new Error('Transactions are opened by db.write(tx => …)')
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
