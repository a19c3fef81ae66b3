import type { Entity } from './entity.ts'
import type { PluginContext } from './plugin.ts'
import type { Duration } from './time.ts'

/**
 * Something that another system knows about entities. A job collects it in batches; pages show what was collected last,
 * with its age, and never wait for it.
 *
 * @example
 * { id: 'month', title: 'Cost this month', permission: 'costs.read', every: '6h',
 *   when: (entity) => 'acme.dev/cost-centre' in (entity.metadata.annotations ?? {}),
 *   collect: async (entities) => entities.map(({ ref }) => ({ ref, value: '€ 310', state: 'ok' })) }
 */
export interface FactSpec {
  id: string
  title: string
  permission: string
  /** How often it is collected anew. */
  every: Duration
  /** How long one batch may take; 30 seconds unless told otherwise. */
  timeout?: Duration
  /** Most entities of one batch; 50 unless told otherwise. */
  batch?: number
  /** Name of an icon in `public/icons`: with one, the fact stands in the header of the entity as well. */
  icon?: string
  /** Whether there is anything to ask at the moment; asked once before entities are looked at. */
  ready?(ctx: PluginContext): Promise<boolean> | boolean
  when?(entity: Entity): boolean
  /**
   * Asks for a batch. An entity without a result has none: what was known of it goes. What is thrown is shown beside what
   * was known before, for the whole batch.
   */
  collect(entities: readonly FactEntity[], ctx: PluginContext, signal: AbortSignal): Promise<readonly FactResult[]>
}

export interface FactEntity {
  /** The full reference, lower case. */
  ref: string
  entity: Entity
}

export interface FactResult {
  ref: string
  value: FactValue
  /** `ok`, `warn` and `bad` get a mark; `plain` unless told otherwise. */
  state?: FactState
  /** Where a person reads more: `https:`, `http:` or a path of the portal. */
  href?: string
}

/** A text of at most 300 characters, a finite number, or a moment in milliseconds since 1970. */
export type FactValue = string | number | { at: number }

export type FactState = 'ok' | 'warn' | 'bad' | 'plain'
