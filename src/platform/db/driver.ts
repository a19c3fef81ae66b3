import { isMainThread } from 'node:worker_threads'
import type DatabaseDriver from 'better-sqlite3'

export type Connection = DatabaseDriver.Database
export type Statement = DatabaseDriver.Statement<unknown[], unknown>
type Driver = typeof DatabaseDriver

/** Written into the file's header: `CALL`. It tells our databases from other people's. */
export const applicationId = 0x43414c4c

export interface ConnectOptions {
  readonly?: boolean
  create?: boolean
  /** How long to wait for another process that writes, in milliseconds. */
  timeout?: number
}

let driver: Promise<Driver> | undefined

/**
 * Opens one connection with the pragmas that hold for a connection, not for the file.
 *
 * @throws Error in a worker thread: terminating a worker that is inside SQLite aborts the whole process
 */
export async function connect(file: string, options: ConnectOptions = {}): Promise<Connection> {
  if (!isMainThread) throw new Error('The database is opened on the main thread only; workers parse and compute')
  driver ??= loadDriver()
  const Driver = await driver
  const connection = new Driver(file, {
    readonly: options.readonly ?? false,
    fileMustExist: !(options.create ?? false),
    timeout: options.timeout ?? 5000,
  })
  connection.pragma('foreign_keys = ON')
  connection.pragma('trusted_schema = OFF')
  return connection
}

/** What `PRAGMA quick_check` complains about; empty when the file is sound. Reads all of it. */
export function quickCheck(connection: Connection): string[] {
  const lines = connection.prepare<[], string>('pragma quick_check').pluck().all()
  return lines.filter((line) => line !== 'ok')
}

/** Version 13 crashes below Node-API 10 (Node 20), version 12 from Node 24 on: hence two packages. */
async function loadDriver(): Promise<Driver> {
  const name = Number(process.versions.napi) >= 10 ? 'better-sqlite3' : 'better-sqlite3-node20'
  try {
    const module: { default: Driver } = await import(name)
    return module.default
  } catch (cause) {
    throw new Error(`The package ${name} cannot be loaded: run "npm ci", then "npm rebuild ${name}"`, { cause })
  }
}
