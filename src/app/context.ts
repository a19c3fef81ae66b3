import type { Logger } from 'pino'
import type { Actor } from '../api/actor.ts'
import type { Database } from '../api/database.ts'
import type { Entity } from '../api/entity.ts'
import type { HttpClient } from '../api/http-client.ts'
import type { Jobs, PluginContext } from '../api/plugin.ts'
import type { ServiceRef } from '../api/wiring.ts'
import type { Audit } from '../platform/audit/auditor.ts'
import type { Events } from '../platform/events/events.ts'
import { authorize, type Policy } from '../platform/permissions/policy.ts'

/** What the features offer each other, by reference. */
export class Services {
  readonly #offers = new Map<string, { by: string; implementation: unknown }>()

  /** @throws Error when another plugin provides it already */
  provide<T>(service: ServiceRef<T>, implementation: T, by: string): void {
    const other = this.#offers.get(service.id)
    if (other) throw new Error(`Plugins "${other.by}" and "${by}" both provide ${service.id}; leave one of them out`)
    this.#offers.set(service.id, { by, implementation })
  }

  /** @throws Error that names both sides when nobody provides it */
  use<T>(service: ServiceRef<T>, by: string): T {
    const offer = this.#offers.get(service.id)
    if (!offer) throw new Error(`"${by}" needs ${service.id}, which no plugin provides; add the plugin that does`)
    return offer.implementation as T
  }

  tryUse<T>(service: ServiceRef<T>): T | undefined {
    return this.#offers.get(service.id)?.implementation as T | undefined
  }
}

export interface ContextHost {
  db: Database
  log: Logger
  services: Services
  events: Events
  http: HttpClient
  audit: Audit
  /** Asked for late: jobs need the contributions, and these their contexts. */
  jobs(): Jobs
  policy(): Policy
  now: () => Date
  id: () => string
  onClose(close: () => void | Promise<void>): void
}

/** What a plugin gets of the portal, with its name on everything it does. */
export function createContext(plugin: string, host: ContextHost): PluginContext {
  return {
    plugin,
    db: host.db,
    log: host.log.child({ plugin }),
    jobs: { enqueue: (tx, id, options) => host.jobs().enqueue(tx, `${plugin}.${id}`, options) },
    http: host.http,
    audit: host.audit,
    authorize: (actor: Actor, permission: string, entity?: Entity) =>
      authorize(host.policy(), actor, permission, entity),
    allows: (actor, permission, entity) => host.policy().check(actor, permission, entity).allow,
    use: (service) => host.services.use(service, plugin),
    tryUse: (service) => host.services.tryUse(service),
    provide: (service, implementation) => host.services.provide(service, implementation, plugin),
    on: (event, listener) => void host.events.on(event, listener),
    emit: (event, payload) => host.events.emit(event, payload),
    onClose: host.onClose,
    now: host.now,
    id: host.id,
  }
}
