import { constants, existsSync } from 'node:fs'
import { copyFile, link, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { PortalError } from '../../api/errors.ts'
import { openExisting, sync, timestamp, verifyCopy, writeCopy } from './copy.ts'
import type { DataFolderLock } from './lock.ts'

/**
 * Copies a database, also while the portal runs: the copy is the state of one moment, checked, and complete as soon
 * as it has its name.
 *
 * @throws PortalError `conflict` when the target exists and `overwrite` is not set, `not_found` without a database,
 *   `internal` when the disk fails
 */
export async function backupDatabase(file: string, target: string, options: { overwrite?: boolean } = {}) {
  if (resolve(file) === resolve(target)) throw new PortalError('invalid', 'A backup cannot replace its own database.')
  if (existsSync(target) && !options.overwrite) {
    const hint = 'Choose another name, or allow overwriting.'
    throw new PortalError('conflict', `The file ${target} exists already.`, { hint })
  }
  const connection = await openExisting(file)
  try {
    await writeCopy(connection, target)
  } finally {
    connection.close()
  }
}

export interface RestoreOptions {
  /** The lock on the folder of the database: nobody else may have it open. */
  lock: DataFolderLock
  now?: () => Date
}

/**
 * Replaces a database by a backup. The backup is checked first and stays where it is; the replaced database is kept
 * beside the new one. A crash on the way leaves one or the other, whole.
 *
 * @returns the path of the replaced database, undefined when there was none
 * @throws PortalError `not_found` or `invalid` when the backup is missing, damaged or not ours
 */
export async function restoreDatabase(backupFile: string, file: string, options: RestoreOptions) {
  const { lock, now = () => new Date() } = options
  if (!lock.held || lock.dir !== dirname(resolve(file))) {
    throw new Error('restoreDatabase wants the lock on the folder of the database')
  }
  await verifyCopy(backupFile)
  const fresh = `${file}.restoring`
  const backup = await openExisting(backupFile)
  try {
    await writeCopy(backup, fresh)
  } finally {
    backup.close()
  }
  const aside = existsSync(file) ? await keepAside(file, now()) : undefined
  await rename(fresh, file)
  await sync(dirname(file))
  return aside
}

/** Keeps the old file under a second name; its journal must be gone before a new file takes the first one. */
async function keepAside(file: string, at: Date): Promise<string> {
  const aside = `${file}.before-restore-${timestamp(at)}`
  await secondName(file, aside)
  if (existsSync(`${file}-wal`)) await rename(`${file}-wal`, `${aside}-wal`)
  await rm(`${file}-shm`, { force: true })
  await sync(dirname(file))
  return aside
}

async function secondName(file: string, name: string): Promise<void> {
  try {
    await link(file, name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw error
    // Not every file system has links.
    await copyFile(file, name, constants.COPYFILE_EXCL)
    await sync(name)
  }
}
