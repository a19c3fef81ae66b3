import { sql } from 'drizzle-orm'
import type { Actor } from '../../api/actor.ts'
import type { Entity } from '../../api/entity.ts'
import { PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type EntityRef, formatRef } from '../../api/ref.ts'
import { type Policy, within } from '../../platform/permissions/policy.ts'
import { targetsOf } from './history-service.ts'
import { etagOf } from './model/etag.ts'
import { entities } from './schema.ts'
import type { CatalogService } from './service.ts'
import { type DefinitionRow, definitionsOf } from './store/definitions.ts'
import type { EntityRow, RelatedEntity } from './store/entity.ts'
import { describeTargets } from './store/history.ts'
import { columnsOf, type Kinds } from './store/winners.ts'

/** One definition of an entity: where it stands, and whether it is the one that holds. */
export interface Definition {
  id: string
  ref: string
  sourceId: string
  path: string
  /** Counts the non-empty documents of the file from 0. */
  position: number
  holds: boolean
  seenAt: Date
}

/** A definition that does not hold, as the entity would be if it did. */
export interface RivalDefinition {
  definition: Definition
  /** The one that came first. */
  holding: Definition
  row: EntityRow
  /** What its own document says it is related to. */
  related: readonly RelatedEntity[]
}

/**
 * Entities that several files define. Whoever may not see the entity sees none of its definitions, and of the others
 * only those whose own content they may see.
 */
export interface DefinitionService {
  /** The definitions of each reference, the one that holds first. */
  of(actor: Actor, refs: readonly string[]): ReadonlyMap<string, Definition[]>
  /** @throws PortalError `not_found` when it is no longer read, when it holds, or when the actor may not see it */
  rival(actor: Actor, ref: EntityRef, id: string): Promise<RivalDefinition>
}

export function createDefinitionService(
  ctx: PluginContext,
  catalog: CatalogService,
  policy: () => Policy,
  kinds: () => Kinds,
): DefinitionService {
  const read = ctx.db.read

  function visible(actor: Actor, refs: readonly string[]): DefinitionRow[] {
    const shown = refs.filter((ref) => catalog.titleOf(actor, ref) !== null)
    const mayRead = (entity: Entity) => policy().check(actor, 'catalog.read', entity).allow
    return definitionsOf(read, shown).filter((row) => row.holds === 1 || mayRead(JSON.parse(row.entity) as Entity))
  }

  return {
    of(actor, refs) {
      const found = new Map<string, Definition[]>()
      for (const row of visible(actor, [...new Set(refs)])) {
        found.set(row.ref, [...(found.get(row.ref) ?? []), definitionOf(row)])
      }
      return found
    },

    async rival(actor, ref, id) {
      const full = formatRef(ref)
      const rows = visible(actor, [full])
      const rival = rows.find((row) => row.id === id)
      const holding = rows.find(({ holds }) => holds === 1)
      if (!rival || !holding || rival.holds === 1) throw isOver(ref)
      const entity = JSON.parse(rival.entity) as Entity
      const scope = within(policy().scope(actor, 'catalog.read'), sql`${entities.id}`)
      return {
        definition: definitionOf(rival),
        holding: definitionOf(holding),
        row: rowOf(rival, entity, kinds()),
        related: describeTargets(read, targetsOf(full, entity, kinds()), scope),
      }
    },
  }
}

function definitionOf({ id, ref, sourceId, path, position, holds, seenAt }: DefinitionRow): Definition {
  return { id, ref, sourceId, path, position, holds: holds === 1, seenAt: new Date(seenAt) }
}

function rowOf({ ref, id, sourceId, path, position, seenAt }: DefinitionRow, entity: Entity, kinds: Kinds): EntityRow {
  const since = new Date(seenAt)
  return {
    ...columnsOf(ref, entity, kinds),
    number: 0,
    id,
    uid: '',
    etag: etagOf(entity),
    sourceId,
    path,
    position,
    stale: false,
    orphanedAt: null,
    errors: 0,
    warnings: 0,
    createdAt: since,
    changedAt: since,
    entity,
  }
}

function isOver({ kind, name }: EntityRef): PortalError {
  return new PortalError('not_found', `There is no such second definition of the ${kind.toLowerCase()} ${name}`, {
    hint: 'It may have been removed or renamed, or it holds by now. Look at the entity itself.',
  })
}
