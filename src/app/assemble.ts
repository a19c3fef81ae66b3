import { existsSync } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { messageOf, PortalError } from '../api/errors.ts'
import { shownChanged } from '../api/live.ts'
import type { Plugin } from '../api/plugin.ts'
import { type Audit, auditRef, createAuditor } from '../platform/audit/auditor.ts'
import { type LoadedConfig, loadedConfig } from '../platform/config/load.ts'
import { type Contributions, contributionsRef } from '../platform/contributions.ts'
import { dataFolder } from '../platform/data-folder.ts'
import { createIdSource } from '../platform/db/id.ts'
import { type DataFolderLock, lockDataFolder } from '../platform/db/lock.ts'
import { migrateDatabase } from '../platform/db/migrate.ts'
import { openDatabase, type PortalDatabase } from '../platform/db/open.ts'
import { createEvents, type Events } from '../platform/events/events.ts'
import { portalAddress } from '../platform/http/address.ts'
import { createMetrics, metricsRegistry } from '../platform/http/metrics.ts'
import { portalTitle } from '../platform/http/page.ts'
import { createSenders, type Senders, senderSeam } from '../platform/http/senders.ts'
import { addressGuard, createAddressGuard } from '../platform/http-client/address-guard.ts'
import { createHttpClient, type HttpClientOptions } from '../platform/http-client/client.ts'
import { createListedHosts, listedHosts } from '../platform/http-client/listed-hosts.ts'
import { createJobs, type JobRunner, jobRunner, jobsTopic } from '../platform/jobs/jobs.ts'
import { kindOf } from '../platform/jobs/kind.ts'
import { openPolicy, policySeam } from '../platform/permissions/policy.ts'
import { createForges } from '../platform/source/forges/forges.ts'
import { forgesRef } from '../platform/source/forges/forges-ref.ts'
import { portalVersion } from '../platform/version.ts'
import { Closing } from './closing.ts'
import { createContext, Services } from './context.ts'
import { migrationFolders } from './migrations.ts'
import { databaseFile } from './paths.ts'
import { collect } from './registry.ts'
import { version } from './version.ts'

export interface AssembleOptions {
  config: LoadedConfig
  plugins: readonly Plugin[]
  log: Logger
  /** What holds the data folder, as a second process is told: `callboard start`. */
  command: string
  /** Leaves the lock alone and refuses to write, so that it may run beside the portal. */
  readonly?: boolean
  now?: () => Date
  /** A write that awaits anything but the database fails. */
  development?: boolean
  /** How other systems are found and reached. For tests. */
  network?: Pick<HttpClientOptions, 'resolver' | 'connector'>
}

/** The portal without its server: data, plugins with their contexts, services, jobs that do not run yet. */
export interface Parts {
  db: PortalDatabase
  lock: DataFolderLock | undefined
  services: Services
  events: Events
  metrics: Registry
  jobs: JobRunner
  senders: Senders
  audit: Audit
  contributions: Contributions
  now: () => Date
  id: () => string
  closing: Closing
  close(): Promise<void>
}

/**
 * Opens the data folder and puts the plugins together. What was opened is closed again when a later step fails.
 *
 * @throws PortalError `conflict` when another process owns the data folder, `invalid` for plugins that do not fit
 */
export async function assemble(options: AssembleOptions): Promise<Parts> {
  const closing = new Closing(options.log)
  try {
    return await assembleParts(options, closing)
  } catch (error) {
    await closing.close()
    throw error
  }
}

async function assembleParts(options: AssembleOptions, closing: Closing): Promise<Parts> {
  const { config, plugins, log, now = () => new Date() } = options
  const lock = options.readonly ? undefined : await prepareData(options, closing, now)
  const db = await openData(options, closing, now)
  const id = createIdSource(now)
  const services = new Services()
  const events = createEvents({ db, log })
  const metrics = createMetrics()
  const http = createHttpClient({ ...options.network, options: config.outbound, log, metrics, now })
  closing.add('the connections to other systems', () => http.close())
  const senders = createSenders(() => services.tryUse(senderSeam))
  const audit = createAuditor({ now, id, senders, events })
  let jobs: JobRunner | undefined
  const contextOf = (plugin: Plugin) =>
    createContext(plugin.name, {
      db,
      log,
      services,
      events,
      http,
      audit,
      jobs: () => there(jobs, 'The jobs'),
      policy: () => services.tryUse(policySeam) ?? openPolicy,
      now,
      id,
      onClose: (close) => closing.add(`a part of plugin "${plugin.name}"`, close),
    })
  const contributions = collect(plugins, contextOf)
  services.provide(contributionsRef, contributions, 'the portal')
  services.provide(metricsRegistry, metrics, 'the portal')
  services.provide(portalTitle, config.title, 'the portal')
  services.provide(dataFolder, config.dataDir, 'the portal')
  services.provide(forgesRef, createForges(config.forges), 'the portal')
  services.provide(listedHosts, createListedHosts(config.outbound), 'the portal')
  const { resolver } = options.network ?? {}
  services.provide(addressGuard, createAddressGuard({ options: config.outbound, resolver }), 'the portal')
  services.provide(auditRef, audit, 'the portal')
  services.provide(loadedConfig, config, 'the portal')
  services.provide(portalVersion, version, 'the portal')
  services.provide(portalAddress, config.baseUrl, 'the portal')
  const jobsChanged = () => events.emit(shownChanged, { topics: [jobsTopic] })
  jobs = createJobs({ db, log, now, id, kinds: contributions.jobs.map(kindOf), changed: jobsChanged })
  services.provide(jobRunner, jobs, 'the portal')
  for (const plugin of plugins) await plugin.setup?.(there(contributions.contexts.get(plugin.name), plugin.name))
  const close = () => closing.close()
  return { db, lock, services, events, metrics, jobs, senders, audit, contributions, now, id, closing, close }
}

async function prepareData({ config, plugins, log, command }: AssembleOptions, closing: Closing, now: () => Date) {
  await makeFolder(config.dataDir)
  const lock = await lockDataFolder(config.dataDir, { command, address: config.baseUrl, now })
  closing.add('the lock on the data folder', () => lock.release())
  const backupDir = join(config.dataDir, 'backups')
  await migrateDatabase({ file: databaseFile(config), folders: migrationFolders(plugins), backupDir, log, now })
  return lock
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (error) {
    throw new PortalError('internal', `The data folder ${folder} cannot be written to: ${messageOf(error)}`, {
      hint: 'Give the user that runs the portal write access to it, or set DATA_DIR to another folder.',
      cause: error,
    })
  }
}

async function openData(options: AssembleOptions, closing: Closing, now: () => Date): Promise<PortalDatabase> {
  const { config, log, development = config.development, readonly } = options
  const file = databaseFile(config)
  if (readonly && !existsSync(file)) {
    throw new PortalError('not_found', `There is no database at ${file}`, {
      hint: 'Start the portal once, or set DATA_DIR.',
    })
  }
  const db = await openDatabase({ file, now, development, log })
  closing.add('the database', () => db.close())
  if (!readonly) return db
  return { ...db, write: () => Promise.reject(new Error('This command only reads')) }
}

function there<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what}: not there yet; use it later than in setup`)
  return value
}
