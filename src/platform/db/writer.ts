import { AsyncLocalStorage } from 'node:async_hooks'
import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers'
import type { Transaction } from '../../api/database.ts'
import { messageOf } from '../../api/errors.ts'
import type { Log } from '../../api/plugin.ts'
import { attendance } from '../attendance.ts'
import { bulkDelete, bulkInsert } from './bulk.ts'
import type { Connection, Statement } from './driver.ts'
import { explainFailure } from './failure.ts'
import { drizzleOver, StatementCache } from './statements.ts'

/** Work that is asked for in one go is broken up after so many milliseconds, so that pages are served in between. */
const breath = 5
/** For so many milliseconds a long transaction gives way to those who wait for a page, and then goes on all the same. */
const courtesy = 25
/** A transaction of production that waits for something else is given up after so many milliseconds. */
const patience = 30_000
/** Rows that must have changed before the journal is moved for them alone: it waits for the disk twice. */
const worthMoving = 40
/** A transaction that held the process for so many milliseconds is worth a line in the log. */
const slow = 250

export interface WriterOptions {
  file: string
  connection: Connection
  now: () => Date
  /** A transaction that outlives one turn of the event loop fails at once, not only when it takes too long. */
  development: boolean
  log?: Pick<Log, 'warn' | 'error'> | undefined
}

type AfterCommit = () => void | Promise<void>
type Work<T> = (tx: Transaction) => Promise<T> | T

interface Open {
  open: boolean
  after: AfterCommit[]
  /** When it last let others in, by the clock of the options. */
  since: number
  /** The longest it held the process, in milliseconds. */
  longest: number
  patience: Patience
}

/** The one door for writes: transactions run one after the other, in the order in which they were asked for. */
export class Writer {
  readonly #options: WriterOptions
  readonly #connection: Connection
  readonly #statements: StatementCache
  readonly #current = new AsyncLocalStorage<Open>()
  readonly #listeners = new Set<() => void>()
  #tail: Promise<unknown> = Promise.resolve()
  #turn = performance.now()
  #closed = false
  #hasty = false
  readonly #changes: Statement
  /** Rows that had changed when the journal was last moved. */
  #moved = 0

  constructor(options: WriterOptions) {
    this.#options = options
    this.#connection = options.connection
    this.#statements = new StatementCache(options.connection, 128)
    this.#changes = options.connection.prepare<unknown[], unknown>('select total_changes()').pluck()
  }

  async write<T>(work: Work<T>): Promise<T> {
    if (this.inTransaction()) throw new Error('db.write was called inside db.write: pass the tx on instead')
    if (this.#closed) throw new Error('The database is closed: nothing can be written any more')
    return this.#enqueue(() => this.#transact(work))
  }

  inTransaction(): boolean {
    return this.#current.getStore()?.open ?? false
  }

  afterCommit(run: AfterCommit): void {
    const current = this.#current.getStore()
    if (!current?.open) throw new Error('afterCommit works inside db.write only')
    current.after.push(run)
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Runs between two transactions, with none open. */
  async between<T>(work: (connection: Connection) => T): Promise<T> {
    if (this.inTransaction()) throw new Error('This cannot be done inside db.write')
    if (this.#closed) throw new Error('The database is closed')
    return this.#enqueue(async () => work(this.#connection))
  }

  /**
   * While much is written each commit is large, and SQLite would move it into the file at its end, which takes as long
   * again. Then it is done on its own, after pages had their turn.
   */
  hasten(hasty: boolean): void {
    this.#hasty = hasty
    this.#connection.pragma(`wal_autocheckpoint = ${hasty ? 0 : 1000}`)
  }

  /** Refuses new transactions and waits for those that were asked for. */
  async drain(): Promise<void> {
    this.#closed = true
    await this.#tail
  }

  #enqueue<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => this.#breathe(courtesy)).then(run)
    const settled = () => (this.#hasty ? this.#moveJournal() : undefined)
    this.#tail = result.then(settled, settled)
    return result
  }

  /** What little jobs write is moved with what comes next; at the latest, by SQLite when the haste is over. */
  async #moveJournal(): Promise<void> {
    const changes = this.#changes.get() as number
    if (changes - this.#moved < worthMoving) return
    this.#moved = changes
    await this.#breathe(courtesy)
    try {
      this.#connection.pragma('wal_checkpoint(PASSIVE)')
    } catch (error) {
      // The journal stays as it is; the next commit tries again.
      this.#options.log?.warn({ err: error }, `The journal could not be moved into the database: ${messageOf(error)}`)
    }
  }

  async #breathe(most = 0): Promise<void> {
    const from = performance.now()
    const isWaitedFor = most > 0 && attendance.isAnybodyWaiting()
    if (from - this.#turn < breath && !isWaitedFor) return
    // A page that reads files takes a dozen turns of the event loop: with work in between, each would take as long as it.
    do await new Promise((resolve) => setImmediate(resolve))
    while (attendance.isAnybodyWaiting() && performance.now() - from < most)
    this.#turn = performance.now()
  }

  async #transact<T>(work: Work<T>): Promise<T> {
    const patience = new Patience(this.#options.development)
    const state: Open = { open: true, after: [], since: this.#options.now().getTime(), longest: 0, patience }
    let result: T
    try {
      this.#connection.exec('begin immediate')
      result = await patience.with(this.#current.run(state, async () => work(this.#transaction(state))))
      this.#assertOpen(state)
      state.open = false
      this.#connection.exec('commit')
    } catch (error) {
      state.open = false
      // A full disk has already rolled everything back.
      if (this.#connection.inTransaction) this.#connection.exec('rollback')
      throw explainFailure(error, this.#options.file)
    }
    this.#measure(state)
    const took = state.longest
    if (took > slow) this.#options.log?.warn({ took }, 'A transaction took long: pages waited for it')
    for (const run of state.after) void this.#afterwards(run)
    for (const listener of this.#listeners) void this.#afterwards(listener)
    return result
  }

  #transaction(state: Open): Transaction {
    const check = () => this.#assertOpen(state)
    const tx = drizzleOver(this.#statements, check)
    const more: Pick<Transaction, 'bulkInsert' | 'bulkDelete' | 'breathe'> = {
      bulkInsert: (table, rows, conflict) => {
        check()
        return bulkInsert(this.#statements, table, rows, conflict)
      },
      bulkDelete: (column, values) => {
        check()
        return bulkDelete(this.#statements, column, values)
      },
      breathe: async () => {
        check()
        await this.#breatheInside(state)
        check()
      },
    }
    return Object.assign(tx, more)
  }

  async #breatheInside(state: Open): Promise<void> {
    if (performance.now() - this.#turn < breath) return
    this.#measure(state)
    state.patience.rest()
    await this.#breathe(courtesy)
    state.patience.begin()
    state.since = this.#options.now().getTime()
  }

  #measure(state: Open): void {
    state.longest = Math.max(state.longest, this.#options.now().getTime() - state.since)
  }

  #assertOpen(state: Open): void {
    if (!state.open) throw new Error('The transaction has ended: its tx cannot be used after the callback of db.write')
    if (!this.#connection.inTransaction) throw new Error('The transaction was rolled back after an earlier error in it')
  }

  /** The transaction is committed: what fails now must not look like a failed write. */
  async #afterwards(run: AfterCommit): Promise<void> {
    try {
      await run()
    } catch (error) {
      if (this.#options.log) this.#options.log.error({ err: error }, `After a commit: ${messageOf(error)}`)
      else process.emitWarning(error instanceof Error ? error : String(error))
    }
  }
}

const waited =
  'A transaction waited for something other than the database and was rolled back: fetch and compute before db.write'

/** How long a transaction may wait for something else: not a turn of the event loop in development. */
class Patience {
  readonly #development: boolean
  #cancel: (() => void) | undefined
  #giveUp: (() => void) | undefined
  #rests = false

  constructor(development: boolean) {
    this.#development = development
  }

  with<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#giveUp = () => reject(new Error(waited))
      // It may breathe already.
      if (!this.#rests) this.begin()
      answer.finally(() => this.#end()).then(resolve, reject)
    })
  }

  /** Counts anew from here. */
  begin(): void {
    this.rest()
    this.#rests = false
    if (this.#giveUp) this.#cancel = this.#development ? nextTurn(this.#giveUp) : later(this.#giveUp)
  }

  rest(): void {
    this.#rests = true
    this.#cancel?.()
    this.#cancel = undefined
  }

  #end(): void {
    this.rest()
    this.#giveUp = undefined
  }
}

function nextTurn(run: () => void): () => void {
  const handle = setImmediate(run)
  return () => clearImmediate(handle)
}

function later(run: () => void): () => void {
  const handle = setTimeout(run, patience).unref()
  return () => clearTimeout(handle)
}
