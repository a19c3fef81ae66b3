import { chmod, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf, PortalError } from '../../api/errors.ts'
import { applicationId, type Connection, connect, quickCheck } from './driver.ts'
import { explainFailure, sqliteCode } from './failure.ts'

/**
 * Writes a compact copy of the database as it is now, checks it, and only then gives it its name: a file of that
 * name is a whole copy. Row numbers stay as they are, which search depends on. Blocks the process while it copies.
 */
export async function writeCopy(connection: Connection, target: string): Promise<void> {
  const draft = `${target}.${process.pid}.partial`
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  await rm(draft, { force: true })
  try {
    copyInto(connection, draft, target)
    await chmod(draft, 0o600)
    await verifyCopy(draft)
    await sync(draft)
    await rename(draft, target)
    await sync(dirname(target))
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/**
 * Makes sure that a file is a sound database of ours.
 *
 * @throws PortalError `not_found`, or `invalid` when it is damaged or belongs to another program
 */
export async function verifyCopy(file: string): Promise<void> {
  const connection = await openExisting(file)
  try {
    const problems = inspect(connection)
    if (problems.length > 0) throw damaged(file, problems.slice(0, 3).join('; '))
  } catch (error) {
    if (error instanceof PortalError) throw error
    throw damaged(file, messageOf(error), error)
  } finally {
    connection.close()
  }
}

/** Opens a file for reading that must be there. The caller closes it. */
export async function openExisting(file: string): Promise<Connection> {
  try {
    await (await open(file, 'r')).close()
  } catch (cause) {
    const hint = 'Check the path and whether this user may read it.'
    throw new PortalError('not_found', `The database ${file} cannot be read.`, { hint, cause })
  }
  return connect(file, { readonly: true })
}

/** Makes the kernel write a file, or the names in a folder, to the disk. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A moment as part of a file's name, sortable: `20260314T092653123Z`. */
export function timestamp(at: Date): string {
  return at.toISOString().replaceAll(/[-:.]/g, '')
}

function copyInto(connection: Connection, draft: string, target: string): void {
  try {
    connection.prepare('vacuum into ?').run(draft)
  } catch (error) {
    // Which of the two files it is about, only the code tells.
    const source = /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error) ?? '')
    throw explainFailure(error, source ? connection.name : target)
  }
}

function inspect(connection: Connection): string[] {
  if (connection.pragma('application_id', { simple: true }) !== applicationId) return ['it is not a Callboard database']
  return quickCheck(connection)
}

function damaged(file: string, why: string, cause?: unknown): PortalError {
  const hint = 'Choose another backup; "callboard backup" writes them and checks each one.'
  return new PortalError('invalid', `The file ${file} cannot be used: ${why}.`, { hint, cause })
}
