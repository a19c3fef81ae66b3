import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { PortalError } from '../../api/errors.ts'
import { backupDatabase, restoreDatabase } from '../../platform/db/backup.ts'
import { lockDataFolder } from '../../platform/db/lock.ts'
import type { CommandArgs } from '../cli.ts'
import { databaseFile } from '../paths.ts'

/** Writes a copy that is of one moment, also while the portal runs. */
export async function backup({ config, argv, print }: CommandArgs): Promise<number> {
  const file = databaseFile(config)
  const target = fileArgument(argv, 'callboard backup FILE')
  if (!existsSync(file)) {
    throw new PortalError('not_found', `There is no database at ${file}`, {
      hint: 'Start the portal once, or set DATA_DIR.',
    })
  }
  await backupDatabase(file, target, { overwrite: argv.includes('--overwrite') })
  print(`Wrote ${target}`)
  return 0
}

/** Takes the place of the database; the one that was there is kept beside it. */
export async function restore({ config, argv, print }: CommandArgs): Promise<number> {
  const source = fileArgument(argv, 'callboard restore FILE')
  await mkdir(config.dataDir, { recursive: true })
  const lock = await lockDataFolder(config.dataDir, { command: 'callboard restore' })
  try {
    const aside = await restoreDatabase(source, databaseFile(config), { lock })
    print(`Restored ${source}`)
    if (aside) print(`The database that was there is now ${aside}`)
    return 0
  } finally {
    await lock.release()
  }
}

function fileArgument(argv: readonly string[], usage: string): string {
  const files = argv.filter((word) => !word.startsWith('--'))
  const [file] = files
  if (file === undefined || files.length > 1) {
    throw new PortalError('invalid', 'Name one file', { hint: `Usage: ${usage}` })
  }
  return resolve(file)
}
