import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { PortalError } from '../../api/errors.ts'
import { type Connection, connect } from './driver.ts'
import { explainFailure, sqliteCode } from './failure.ts'

export interface LockInfo {
  /** What runs, as one types it: `callboard start`. */
  command?: string | undefined
  /** Where the portal answers, once it listens. */
  address?: string | undefined
  /** What proves to the portal that somebody may read its data folder. */
  key?: string | undefined
  now?: (() => Date) | undefined
}

/** A portal that answers. */
export interface Listening {
  address: string
  key: string
}

export interface DataFolderLock {
  /** The folder, absolute. */
  readonly dir: string
  readonly held: boolean
  /** Adds what is known by now, for the message that a second process shows. */
  describe(info: Omit<LockInfo, 'now'>): void
  release(): void
}

/** A connection that nobody refers to is closed by the garbage collector, and its lock would go with it. */
const held = new Set<Connection>()

/**
 * Takes the data folder for this process. The lock is an exclusive transaction on the file `lock`, which the kernel
 * ends with the process, however it dies; `lock.json` only tells people who holds it and decides nothing.
 * Never read or copy the file `lock` in the process that holds it: closing it frees the lock.
 *
 * @throws PortalError `conflict` when another process has the folder, `internal` when it cannot be written
 */
export async function lockDataFolder(dir: string, info: LockInfo = {}): Promise<DataFolderLock> {
  const { now = () => new Date(), ...known } = info
  const folder = resolve(dir)
  const card = join(folder, 'lock.json')
  const connection = await take(folder, card)
  const about = { pid: process.pid, host: hostname(), since: now().toISOString(), ...known }
  const write = () => writeFileSync(card, `${JSON.stringify(about, null, 2)}\n`, { mode: 0o600 })
  held.add(connection)
  write()

  return {
    dir: folder,
    get held() {
      return held.has(connection)
    },
    describe(more) {
      if (!held.has(connection)) throw new Error('The lock on the data folder has been released')
      Object.assign(about, more)
      write()
    },
    release() {
      if (!held.delete(connection)) return
      rmSync(card, { force: true })
      connection.close()
    },
  }
}

async function take(folder: string, card: string): Promise<Connection> {
  let connection: Connection | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    connection = await connect(join(folder, 'lock'), { create: true, timeout: 0 })
    connection.exec('begin exclusive')
    return connection
  } catch (error) {
    connection?.close()
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) throw taken(folder, card)
    if (error instanceof Error && 'code' in error && !sqliteCode(error)) throw unusable(folder, error)
    throw explainFailure(error, join(folder, 'lock'))
  }
}

function taken(folder: string, card: string): PortalError {
  const hint = 'Stop that process, or give this one a data folder of its own with DATA_DIR.'
  return new PortalError('conflict', `The data folder ${folder} is in use by ${holder(card)}.`, { hint })
}

function unusable(folder: string, cause: Error): PortalError {
  const hint = 'Give the user that runs the portal write access to it, or name another folder with DATA_DIR.'
  return new PortalError('internal', `The data folder ${folder} cannot be used: ${cause.message}.`, { hint, cause })
}

/** Where the portal that holds a folder answers, and its key. @returns undefined while it does not listen */
export function listeningHolder(dir: string): Listening | undefined {
  try {
    const { address, key } = JSON.parse(readFileSync(join(resolve(dir), 'lock.json'), 'utf8'))
    return typeof address === 'string' && typeof key === 'string' ? { address, key } : undefined
  } catch {
    return undefined
  }
}

/** The file may be missing, old or half written: then the holder stays unnamed. */
function holder(card: string): string {
  try {
    const { pid, host, since, command, address } = JSON.parse(readFileSync(card, 'utf8'))
    const name = command ? `"${command}", process ${pid}` : `process ${pid}`
    return `${name} on ${host}, since ${since}${address ? `, at ${address}` : ''}`
  } catch {
    return 'another process'
  }
}
