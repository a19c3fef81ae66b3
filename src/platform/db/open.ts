import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from '../../api/database.ts'
import { PortalError } from '../../api/errors.ts'
import type { Log } from '../../api/plugin.ts'
import { alsoHastened } from '../haste.ts'
import { applicationId, type Connection, connect, quickCheck, type Statement } from './driver.ts'
import { explainFailure } from './failure.ts'
import { drizzleOver, StatementCache } from './statements.ts'
import { Writer } from './writer.ts'

export interface OpenOptions {
  /** Path of the database file; it and its folder are created when absent. */
  file: string
  now?: (() => Date) | undefined
  /** Fails a transaction that awaits anything but the database. On in development and tests. */
  development?: boolean | undefined
  log?: Pick<Log, 'warn' | 'error'> | undefined
}

/** The portal's database: what plugins see of it, and what the portal itself needs besides. */
export interface PortalDatabase extends Database {
  readonly file: string
  /** Whether the caller runs inside `write`. */
  inTransaction(): boolean
  /**
   * Runs after the commit of the `write` it is called in, in the order of the calls; never after a rollback. What
   * it throws is logged.
   *
   * @throws Error outside `write`
   */
  afterCommit(run: () => void | Promise<void>): void
  /** Calls the listener after every commit. @returns what takes the listener off again */
  onCommit(listener: () => void): () => void
  /** Bytes on disk, journal included. */
  size(): number
  /** Moves the journal's content into the file and empties it. */
  checkpoint(): Promise<void>
  /** What is wrong with the file; empty when it is sound. Reads all of it. */
  quickCheck(): Promise<string[]>
  /** Waits for the writes that were asked for, refuses others, and closes both connections. */
  close(): Promise<void>
}

/**
 * Opens the file with a connection that writes and one that only reads.
 *
 * @throws PortalError `internal` when the file cannot be opened or is no database
 */
export async function openDatabase(options: OpenOptions): Promise<PortalDatabase> {
  const { file, now = () => new Date(), development = false, log } = options
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const connection = await openWriter(file)
  const reader = await connect(file, { readonly: true })
  reader.pragma('cache_size = -2000')
  const writer = new Writer({ file, connection, now, development, log })
  let closing: Promise<void> | undefined
  // Much that is written goes all over the indexes: with a small cache each page is read and written ten times.
  const calm = alsoHastened({
    begin: () => {
      writer.hasten(true)
      connection.pragma('cache_size = -4000')
    },
    end: () => {
      writer.hasten(false)
      connection.pragma('cache_size = -2000')
      connection.pragma('shrink_memory')
    },
  })

  const close = async () => {
    await writer.drain()
    calm()
    reader.close()
    // The last to close, if it may write, folds the journal into the file.
    connection.close()
  }

  return {
    file,
    read: drizzleOver(new StatementCache(reader, 256), onlyReads),
    write: (work) => writer.write(work),
    inTransaction: () => writer.inTransaction(),
    afterCommit: (run) => writer.afterCommit(run),
    onCommit: (listener) => writer.onCommit(listener),
    size: () => sizeOnDisk(file),
    checkpoint: () => writer.between((open) => void open.pragma('wal_checkpoint(TRUNCATE)')),
    quickCheck: async () => quickCheck(reader),
    close: async () => {
      if (writer.inTransaction()) throw new Error('The database cannot be closed inside db.write')
      closing ??= close()
      await closing
    },
  }
}

/** Opens the connection that writes: journal mode and page cache included. The caller closes it. */
export async function openWriter(file: string): Promise<Connection> {
  let connection: Connection | undefined
  try {
    connection = await connect(file, { create: true })
    claim(connection, file)
    connection.pragma('journal_mode = WAL')
    connection.pragma('synchronous = NORMAL')
    connection.pragma('cache_size = -2000')
    connection.pragma('wal_autocheckpoint = 1000')
    connection.pragma('journal_size_limit = 16777216')
    return connection
  } catch (error) {
    connection?.close()
    throw explainFailure(error, file)
  }
}

/** Marks a new file as ours, and refuses a database that belongs to another program. */
function claim(connection: Connection, file: string): void {
  const owner = connection.pragma('application_id', { simple: true })
  if (owner === applicationId) return
  const tables = connection.prepare<[], number>('select count(*) from sqlite_schema').pluck().get()
  if (owner !== 0 || tables !== 0) {
    const hint = 'Choose another data folder, or move that file away.'
    throw new PortalError('internal', `${file} is a database of another program.`, { hint })
  }
  connection.pragma(`application_id = ${applicationId}`)
}

function onlyReads(statement?: Statement): void {
  if (statement && !statement.readonly) throw new Error('db.read only reads: write through db.write(tx => …)')
}

function sizeOnDisk(file: string): number {
  const sizes = ['', '-wal', '-shm'].map((end) => statSync(file + end, { throwIfNoEntry: false })?.size ?? 0)
  return sizes.reduce((sum, size) => sum + size, 0)
}
