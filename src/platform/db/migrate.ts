import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { Log } from '../../api/plugin.ts'
import { openExisting, timestamp, writeCopy } from './copy.ts'
import type { Connection } from './driver.ts'
import { explainFailure, isDiskFailure } from './failure.ts'
import { type Migration, type MigrationFolder, readMigrations } from './migration-files.ts'
import { openWriter } from './open.ts'

export type { MigrationFolder } from './migration-files.ts'

export interface MigrateOptions {
  file: string
  /** What a folder's migrations refer to comes before it. */
  folders: readonly MigrationFolder[]
  /** Gets a copy of the database before it is changed; the last three are kept. */
  backupDir: string
  log?: Pick<Log, 'info'> | undefined
  now?: (() => Date) | undefined
  /** Bytes that are free on the disk of a folder. */
  freeSpace?: ((dir: string) => Promise<number>) | undefined
}

export interface MigrationName {
  feature: string
  name: string
}

const keptCopies = 3
const copyName = /^before-migration-\w+\.sqlite$/
/** What a copy leaves free of the disk, in bytes, for the portal to go on. */
const reserve = 32 * 2 ** 20

/**
 * Applies what is pending, all of it in one transaction, after a copy of a database that has content. The caller
 * holds the lock on the data folder.
 *
 * @returns what was applied, in that order
 * @throws PortalError `conflict` when the database was written by a newer program, `internal` when a migration or
 *   the copy fails; the database is then as it was before
 */
export async function migrateDatabase(options: MigrateOptions): Promise<MigrationName[]> {
  const { file, folders, log, now = () => new Date() } = options
  const known = await readMigrations(folders)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const connection = await openWriter(file)
  try {
    const pending = compare(known, applied(connection))
    if (pending.length === 0) return []
    const copy = hasContent(connection) ? await copyFirst(connection, options, now()) : undefined
    try {
      applyAll(connection, pending, now())
    } catch (error) {
      // The database is unchanged, so its copy would only push an older one out.
      if (copy) await rm(copy, { force: true })
      throw explainFailure(error, file)
    }
    if (copy) await dropOldCopies(options.backupDir)
    log?.info({ migrations: pending.map((migration) => `${migration.feature}/${migration.name}`), copy }, 'Migrated')
    return pending.map(({ feature, name }) => ({ feature, name }))
  } finally {
    connection.close()
  }
}

/**
 * What `migrateDatabase` would apply; writes nothing.
 *
 * @throws PortalError `conflict` as `migrateDatabase` does
 */
export async function pendingMigrations(options: Pick<MigrateOptions, 'file' | 'folders'>): Promise<MigrationName[]> {
  const known = await readMigrations(options.folders)
  if (!existsSync(options.file)) return known.map(({ feature, name }) => ({ feature, name }))
  const connection = await openExisting(options.file)
  try {
    return compare(known, applied(connection)).map(({ feature, name }) => ({ feature, name }))
  } catch (error) {
    throw explainFailure(error, options.file)
  } finally {
    connection.close()
  }
}

interface Applied extends MigrationName {
  hash: string
}

function applied(connection: Connection): Applied[] {
  const exists = connection.prepare("select 1 from sqlite_schema where name = 'callboard_migrations'").get()
  if (!exists) return []
  return connection.prepare<[], Applied>('select feature, name, hash from callboard_migrations').all()
}

function hasContent(connection: Connection): boolean {
  return connection.prepare('select 1 from sqlite_schema').get() !== undefined
}

/** Features that the program does not have are left alone: a plugin that was switched off keeps its tables. */
function compare(known: readonly Migration[], done: readonly Applied[]): Migration[] {
  const features = new Set(known.map((migration) => migration.feature))
  const byName = new Map(known.map((migration) => [`${migration.feature}/${migration.name}`, migration]))
  const unknown = done.filter((row) => features.has(row.feature) && !byName.has(`${row.feature}/${row.name}`))
  if (unknown.length > 0) throw newer(unknown)
  const changed = done.find((row) => (byName.get(`${row.feature}/${row.name}`)?.hash ?? row.hash) !== row.hash)
  if (changed) throw edited(changed)
  const names = new Set(done.map((row) => `${row.feature}/${row.name}`))
  return [...byName].filter(([name]) => !names.has(name)).map(([, migration]) => migration)
}

function newer(unknown: readonly MigrationName[]): PortalError {
  const names = unknown.map((row) => `${row.feature}/${row.name}`).join(', ')
  const hint = 'Start the newer version, or bring back the copy made before its migration with "callboard restore".'
  const message = `The database was written by a newer version of the portal: this one does not know ${names}.`
  return new PortalError('conflict', message, { hint })
}

function edited(row: MigrationName): PortalError {
  const hint = 'Bring back the file as it was and put the change in a migration of its own.'
  const message = `The migration ${row.feature}/${row.name} was changed after it had been applied.`
  return new PortalError('conflict', message, { hint })
}

async function copyFirst(connection: Connection, options: MigrateOptions, at: Date): Promise<string> {
  const { backupDir, freeSpace = freeBytes } = options
  await mkdir(backupDir, { recursive: true, mode: 0o700 })
  const needed = bytesUsed(connection) + reserve
  const free = await freeSpace(backupDir)
  if (free < needed) {
    const message = `There is no room for the copy made before a migration: ${backupDir} has ${megabytes(free)} free, ${megabytes(needed)} are needed.`
    const hint = 'Free some space on that disk, for example by removing old backups, then start again.'
    throw new PortalError('internal', message, { hint })
  }
  const copy = join(backupDir, `before-migration-${timestamp(at)}.sqlite`)
  await writeCopy(connection, copy)
  return copy
}

async function freeBytes(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir)
  return bavail * bsize
}

function bytesUsed(connection: Connection): number {
  const [pages, empty, size] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
    Number(connection.pragma(name, { simple: true })),
  )
  return ((pages ?? 0) - (empty ?? 0)) * (size ?? 0)
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`
}

/**
 * Foreign keys are off while tables are rebuilt (dropping one would delete what refers to it) and checked at the end;
 * the pragma does nothing inside a transaction, so it comes first.
 */
function applyAll(connection: Connection, pending: readonly Migration[], at: Date): void {
  connection.pragma('foreign_keys = OFF')
  connection.exec('begin immediate')
  try {
    connection.exec(`create table if not exists callboard_migrations (feature text not null, name text not null,
      hash text not null, applied_at integer not null, primary key (feature, name)) without rowid`)
    const note = connection.prepare('insert into callboard_migrations values (?, ?, ?, ?)')
    for (const migration of pending) {
      applyOne(connection, migration)
      note.run(migration.feature, migration.name, migration.hash, at.getTime())
    }
    const broken = connection.pragma('foreign_key_check')
    if (Array.isArray(broken) && broken.length > 0) {
      const rows = JSON.stringify(broken.slice(0, 3))
      throw new PortalError('internal', `The migrations leave rows that refer to nothing: ${rows}.`, {
        hint: reportHint,
      })
    }
    connection.exec('commit')
  } catch (error) {
    if (connection.inTransaction) connection.exec('rollback')
    throw error
  }
}

function applyOne(connection: Connection, { feature, name, statements }: Migration): void {
  try {
    for (const statement of statements) {
      connection.exec(statement)
      if (!connection.inTransaction) throw new Error('it ends the transaction it runs in')
    }
  } catch (cause) {
    if (isDiskFailure(cause)) throw cause
    const message = `The migration ${feature}/${name} failed and nothing was changed: ${messageOf(cause)}.`
    throw new PortalError('internal', message, { hint: reportHint, cause })
  }
}

const reportHint = 'Go back to the version that ran before, and report this message.'

async function dropOldCopies(backupDir: string): Promise<void> {
  const copies = (await readdir(backupDir)).filter((name) => copyName.test(name)).sort()
  for (const name of copies.slice(0, -keptCopies)) await rm(join(backupDir, name), { force: true })
}
