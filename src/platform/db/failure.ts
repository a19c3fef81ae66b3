import { PortalError } from '../../api/errors.ts'

/** The code SQLite gave, also where drizzle has wrapped the error; undefined for errors that are not SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && cause.code.startsWith('SQLITE_')) return cause.code
  }
  return undefined
}

/** Whether disk or file failed, and not what was asked of them. */
export function isDiskFailure(error: unknown): boolean {
  const code = sqliteCode(error)
  return code !== undefined && failures.some(([prefix]) => code.startsWith(prefix))
}

/** Puts the failures of disk and file in words; all others, such as a broken constraint, stay as they are. */
export function explainFailure(error: unknown, file: string): unknown {
  const code = sqliteCode(error)
  const words = code && failures.find(([prefix]) => code.startsWith(prefix))
  if (!words || error instanceof PortalError) return error
  const [, what, hint] = words
  return new PortalError('internal', `The database ${file} was not changed: ${what} (${code}).`, { hint, cause: error })
}

const restoreHint =
  'Stop the portal, run "callboard doctor", and bring back a backup with "callboard restore" if it reports damage.'

const failures: [prefix: string, what: string, hint: string][] = [
  ['SQLITE_FULL', 'the disk is full', 'Free some space on the disk that holds the data folder, then try again.'],
  [
    'SQLITE_READONLY',
    'the file or its folder cannot be written',
    'Give the user that runs the portal write access to the data folder and all files in it.',
  ],
  ['SQLITE_CANTOPEN', 'the file cannot be opened', 'Check that the data folder exists and may be written.'],
  ['SQLITE_BUSY', 'another program holds the database', 'End the program that has the file open, then try again.'],
  ['SQLITE_IOERR', 'the disk reports an error', 'Look into the system log for errors of the disk, then try again.'],
  ['SQLITE_CORRUPT', 'the file is damaged', restoreHint],
  ['SQLITE_NOTADB', 'the file is not a database', restoreHint],
]
