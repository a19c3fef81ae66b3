import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { access, constants, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { messageOf, PortalError } from '../../api/errors.ts'
import { checkAccess } from '../../features/access/index.ts'
import { pendingMigrations } from '../../platform/db/migrate.ts'
import { openDatabase, type PortalDatabase } from '../../platform/db/open.ts'
import { createForges } from '../../platform/source/forges/forges.ts'
import { tokensOf } from '../../platform/source/forges/forges-ref.ts'
import type { CommandArgs } from '../cli.ts'
import { migrationFolders } from '../migrations.ts'
import { databaseFile } from '../paths.ts'
import { withStanding } from '../plugins.ts'

/** @returns what to say when it is fine */
type Check = (args: CommandArgs) => Promise<string>

const leastFree = 500 * 1024 * 1024
/** A clock before this program was released is wrong. */
const earliest = Date.UTC(2026, 10, 1)

const checks: Record<string, Check> = {
  configuration: async ({ config }) => `${config.file}, ${withStanding(config.plugins).length} plugins`,

  disk: async ({ config }) => {
    const folder = nearestFolder(config.dataDir)
    await access(folder, constants.W_OK)
    const { bavail, bsize } = await statfs(folder)
    const free = bavail * bsize
    if (free < leastFree) {
      throw new PortalError('internal', `Only ${mebibytes(free)} are free in ${config.dataDir}`, {
        hint: `Free some: migrations and backups need a copy of the database, at least ${mebibytes(leastFree)}.`,
      })
    }
    return `${mebibytes(free)} free in ${config.dataDir}`
  },

  database: async ({ config }) => {
    const file = databaseFile(config)
    if (!existsSync(file)) return 'not there yet; the first start makes it'
    const db = await openDatabase({ file })
    try {
      const complaints = await db.quickCheck()
      if (complaints.length === 0) return `sound, ${mebibytes(db.size())}`
      throw new PortalError('internal', `The database is damaged: ${complaints.slice(0, 3).join('; ')}`, {
        hint: 'Stop the portal and run "callboard restore" with the newest backup.',
      })
    } finally {
      await db.close()
    }
  },

  migrations: async ({ config }) => {
    const file = databaseFile(config)
    const folders = migrationFolders(withStanding(config.plugins))
    if (!existsSync(file)) return 'none applied yet; the first start does it'
    const pending = await pendingMigrations({ file, folders })
    if (pending.length === 0) return 'all applied'
    return `${pending.length} pending; the next start applies them`
  },

  'sign-in': async ({ config }) => {
    const access = withStanding(config.plugins).find(({ name }) => name === 'access')
    const file = databaseFile(config)
    let db: PortalDatabase | undefined
    const read = async () => {
      db = existsSync(file) ? await openDatabase({ file }) : undefined
      return db?.read
    }
    try {
      return await checkAccess(access?.options ?? {}, { baseUrl: config.baseUrl, read })
    } finally {
      await db?.close()
    }
  },

  git: async () => {
    const { stdout } = await promisify(execFile)('git', ['--version'], { timeout: 5_000 })
    return stdout.trim()
  },

  sources: async ({ config }) => {
    const providers = withStanding(config.plugins).flatMap((plugin) => plugin.providers ?? [])
    const failures: string[] = []
    for (const provider of providers) {
      try {
        const host = { data: config.dataDir, offline: false, tokenFor: tokensOf(createForges(config.forges)) }
        const signal = AbortSignal.timeout(30_000)
        await (provider.check ? provider.check(signal, host) : provider.open(signal, host))
      } catch (error) {
        failures.push(`${provider.title}: ${messageOf(error)}`)
      }
    }
    if (failures.length > 0) throw new PortalError('upstream', failures.join('; '))
    return providers.length === 0 ? 'none configured' : `${providers.length} can be read`
  },

  clock: async () => {
    const now = new Date()
    if (now.getTime() > earliest) return now.toISOString()
    throw new PortalError('internal', `The clock says ${now.toISOString()}`, {
      hint: 'Set it: tokens and ages depend on it.',
    })
  },
}

/** Looks at everything that keeps a portal from working. Exit code 1 when anything does. */
export async function doctor(args: CommandArgs): Promise<number> {
  let troubles = 0
  for (const [name, check] of Object.entries(checks)) {
    try {
      args.print(`ok       ${name}: ${await check(args)}`)
    } catch (error) {
      troubles++
      args.print(`trouble  ${name}: ${messageOf(error)}`)
      if (error instanceof PortalError && error.hint) args.print(`         ${error.hint}`)
    }
  }
  args.print(
    troubles === 0 ? 'Everything is fine.' : `${troubles} of ${Object.keys(checks).length} checks found trouble.`,
  )
  return troubles === 0 ? 0 : 1
}

/** The folder itself, or the one it would be made in. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder))
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024).toLocaleString('en-US')} MiB`
}
