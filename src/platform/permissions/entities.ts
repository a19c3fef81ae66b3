import type { SQL } from 'drizzle-orm'
import type { Reader, Transaction } from '../../api/database.ts'
import type { Entity } from '../../api/entity.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

/** An entity as it is kept. */
export interface KeptEntity {
  id: string
  entity: Entity
}

/** All entities there are, for rules about them. Whoever keeps them provides it. */
export interface EntityStock {
  /** The next ones behind a key, in the order of their keys. */
  list(read: Pick<Reader, 'values'>, after: number, most: number): readonly (KeptEntity & { key: number })[]
  /** A query of every id. */
  ids: SQL
  /** The system that an entity is part of, in full, in lower case. */
  systemOf(entity: Entity): string | undefined
  /** Those of some references that nothing defines. */
  unknown(refs: readonly string[]): readonly string[]
  /** The references of all entities of a kind. */
  refsOf(kind: string): readonly string[]
  /** Whether every source has been read, so that what is not there does not exist. */
  isComplete(): Promise<boolean>
}

export const entityStockSeam: ServiceRef<EntityStock> = serviceRef('platform.entity-stock')

/** What is kept beside entities, told in the transaction that writes them. Whoever keeps it provides it. */
export interface EntityCompanion {
  /** Entities that are new or changed. */
  put(tx: Transaction, entities: readonly KeptEntity[]): void
  remove(tx: Transaction, ids: readonly string[]): void
}

export const entityCompanionSeam: ServiceRef<EntityCompanion> = serviceRef('platform.entity-companion')
