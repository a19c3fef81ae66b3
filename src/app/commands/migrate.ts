import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { lockDataFolder } from '../../platform/db/lock.ts'
import { migrateDatabase, pendingMigrations } from '../../platform/db/migrate.ts'
import type { CommandArgs } from '../cli.ts'
import { migrationFolders } from '../migrations.ts'
import { databaseFile } from '../paths.ts'
import { withStanding } from '../plugins.ts'

/** Applies what is pending, as the start does; `--dry-run` only lists it. */
export async function migrate({ config, argv, print }: CommandArgs): Promise<number> {
  const file = databaseFile(config)
  const folders = migrationFolders(withStanding(config.plugins))
  if (argv.includes('--dry-run')) {
    const pending = await pendingMigrations({ file, folders })
    for (const { feature, name } of pending) print(`pending: ${feature} ${name}`)
    if (pending.length === 0) print('Nothing is pending.')
    return 0
  }
  await mkdir(config.dataDir, { recursive: true })
  const lock = await lockDataFolder(config.dataDir, { command: 'callboard migrate' })
  try {
    const applied = await migrateDatabase({ file, folders, backupDir: join(config.dataDir, 'backups') })
    for (const { feature, name } of applied) print(`applied: ${feature} ${name}`)
    if (applied.length === 0) print('Nothing was pending.')
    return 0
  } finally {
    await lock.release()
  }
}
