import type { SQL } from 'drizzle-orm'
import type { Entity } from '../../api/entity.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

/** Who owns entities, in the two forms that a policy needs. They agree. */
export interface Ownership {
  /** The owner in full, in lower case; undefined where there is none, or none that can be read. */
  ownerOf(entity: Entity): string | undefined
  /** A query of the ids of what any of these owns. */
  ownedBy(refs: readonly string[]): SQL
}

/** The seam that whoever keeps the entities plugs into. Without a provider nobody owns anything. */
export const ownershipSeam: ServiceRef<Ownership> = serviceRef('platform.ownership')
