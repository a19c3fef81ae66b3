import type { Logger } from 'pino'
import type { Database } from '../api/database.ts'
import type { Plugin } from '../api/plugin.ts'
import { type Contributions, contributionsRef } from '../platform/contributions.ts'
import { createIdSource } from '../platform/db/id.ts'
import { createEvents } from '../platform/events/events.ts'
import { openPolicy } from '../platform/permissions/policy.ts'
import { createContext, Services } from './context.ts'
import { collect } from './registry.ts'

/**
 * What the plugins contribute, with nothing opened and no `setup` run, for commands that need nothing. Their contexts
 * have a log, the contributions, the time and ids; the database, the jobs and requests to other systems throw an error that names the command.
 *
 * @throws PortalError `invalid` for plugins that do not fit together
 */
export function unopened(
  plugins: readonly Plugin[],
  { log, command }: { log: Logger; command: string },
): Contributions {
  const refuse = (what: string): never => {
    throw new Error(`${what} is not open: the command ${command} says that it needs nothing (needs: 'nothing')`)
  }
  const db: Database = {
    get read(): Database['read'] {
      return refuse('The database')
    },
    write: async () => refuse('The database'),
  }
  const services = new Services()
  const now = () => new Date()
  const host = {
    db,
    log,
    services,
    http: {
      request: async () => refuse('The way to other systems'),
      stream: async () => refuse('The way to other systems'),
    },
    audit: () => refuse('The database'),
    events: createEvents({ db: { inTransaction: () => false, afterCommit: () => refuse('The database') }, log }),
    jobs: () => refuse('The list of jobs'),
    policy: () => openPolicy,
    now,
    id: createIdSource(now),
    onClose: () => refuse('The portal'),
  }
  const contributions = collect(plugins, (plugin) => createContext(plugin.name, host))
  services.provide(contributionsRef, contributions, 'the portal')
  return contributions
}
