import type { Transaction } from '../../../api/database.ts'
import type { Entity } from '../../../api/entity.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import type { EntityCompanion, EntityStock, KeptEntity } from '../../../platform/permissions/entities.ts'
import type { Ownership } from '../../../platform/permissions/ownership.ts'
import {
  insertConditions,
  insertMatches,
  listConditions,
  type MatchRow,
  removeConditions,
  removeMatches,
} from '../store/matches.ts'
import type { StandingRule } from './decide.ts'
import { holds, type Subject } from './holds.ts'

/** For which entities the conditions of the rules hold, as rows that lists look into. */
export interface Matches extends EntityCompanion {
  /** Evaluates what is new among the rules, and forgets what is not among them any more: in one transaction. */
  prepare(): Promise<void>
  /** @throws Error before `prepare`: a list must not be shown without its rules */
  idOf(hash: string): number
}

export interface MatchesHost {
  rules: readonly StandingRule[]
  ownership(): Ownership | undefined
  stock(): EntityStock | undefined
}

interface Kept extends Pick<StandingRule, 'halves' | 'hash' | 'test'> {}

/** Entities that are evaluated between two looks at who else waits. */
const batch = 1_000

export function createMatches(ctx: PluginContext, host: MatchesHost): Matches {
  const kept = new Map(host.rules.filter(isKept).map((rule) => [rule.hash, rule as Kept]))
  let ids: ReadonlyMap<string, number> | undefined

  /** The same with every writing process: whoever writes entities has evaluated all conditions that are stored. */
  function* settle(tx: Transaction): Generator<void> {
    const stored = listConditions(tx)
    const outdated = [...stored].filter(([hash]) => !kept.has(hash)).map(([, id]) => id)
    const missing = [...kept.values()].filter(({ hash }) => !stored.has(hash))
    removeConditions(tx, outdated)
    if (missing.length === 0) return
    insertConditions(
      tx,
      missing.map(({ hash, test }) => ({ hash, text: JSON.stringify(test) })),
    )
    const known = listConditions(tx)
    for (let after = 0, more = true; more; ) {
      const some = host.stock()?.list(tx, after, batch) ?? []
      insertMatches(tx, rowsOf(some, missing, known))
      after = some.at(-1)?.key ?? after
      more = some.length === batch
      yield
    }
  }

  function rowsOf(some: readonly KeptEntity[], of: Iterable<Kept>, known: ReadonlyMap<string, number>): MatchRow[] {
    const all = [...of]
    return some.flatMap(({ id, entity }) => {
      const subject = subjectOf(entity, host)
      return all.flatMap(({ hash, halves }): MatchRow[] => {
        const [owned, other] = [dependsAndHolds(halves.owned, subject), dependsAndHolds(halves.other, subject)]
        return owned || other ? [{ entityId: id, conditionId: known.get(hash) ?? 0, owned, other }] : []
      })
    })
  }

  return {
    async prepare() {
      await ctx.db.write(async (tx) => {
        for (const _ of settle(tx)) await tx.breathe()
      })
      ids = listConditions(ctx.db.read)
    },

    idOf(hash) {
      const id = ids?.get(hash)
      if (id === undefined) throw new Error('The rules are not in force yet')
      return id
    },

    put(tx, entities) {
      // A command that writes entities has not prepared anything.
      if (!ids) Array.from(settle(tx))
      if (kept.size === 0) return
      removeMatches(
        tx,
        entities.map(({ id }) => id),
      )
      insertMatches(tx, rowsOf(entities, kept.values(), ids ?? listConditions(tx)))
    },

    remove(tx, entityIds) {
      removeMatches(tx, entityIds)
    },
  }
}

/** An entity as conditions see it. */
export function subjectOf(entity: Entity, { ownership, stock }: Pick<MatchesHost, 'ownership' | 'stock'>): Subject {
  return { entity, owner: ownership()?.ownerOf(entity), system: stock()?.systemOf(entity) }
}

/** What is the same for every entity needs no rows. */
export function isKept({ halves }: Pick<StandingRule, 'halves'>): boolean {
  return typeof halves.owned !== 'boolean' || typeof halves.other !== 'boolean'
}

function dependsAndHolds(half: Kept['halves']['owned'], subject: Subject): boolean {
  return typeof half !== 'boolean' && holds(half, subject, false)
}
