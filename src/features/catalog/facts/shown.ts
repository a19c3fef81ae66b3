import type { Actor } from '../../../api/actor.ts'
import type { Entity } from '../../../api/entity.ts'
import type { FactSpec } from '../../../api/fact.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { AskedAgain } from '../../../platform/asked-again.ts'
import type { Contributed } from '../../../platform/contributions.ts'
import { type ShownFact, shownFact } from '../../../platform/facts/shown.ts'
import { factsOf, type StoredFact } from '../../../platform/facts/store.ts'
import { type Policy, within } from '../../../platform/permissions/policy.ts'
import { visibleOf } from '../store/visible.ts'

/** What was collected about entities, found through the actor. */
export interface Facts {
  /** All facts that can be chosen as columns of the list. */
  readonly columns: readonly { id: string; title: string }[]
  /** Grows whenever pages may show another fact. */
  readonly generation: number
  ofEntity(actor: Actor, ref: string, entity: Entity): (ShownFact & { icon: string | undefined })[]
  /** Equal for who may see the same facts of it, as long as these are the same. */
  version(actor: Actor, ref: string, entity: Entity): string
  /** For each entity the facts asked for, by id. */
  ofList(actor: Actor, refs: readonly string[], facts: readonly string[]): Map<string, Map<string, ShownFact>>
}

export const factsRef: ServiceRef<Facts> = serviceRef('catalog.shown-facts')

export function createFacts(
  ctx: PluginContext,
  facts: readonly Contributed<FactSpec>[],
  policy: () => Policy,
  generation: () => number,
): Facts {
  const byId = new Map(facts.map((fact) => [fact.id, fact]))
  // The header and the card of a page show the same, and so do the next readers.
  const known = new AskedAgain<StoredFact[]>({ recent: 1, max: 200 })

  function stored(ref: string): StoredFact[] {
    const key = `${generation()} ${ref}`
    const found = known.get(key)
    if (found) return found
    const rows = factsOf(ctx.db.read, [ref])
    known.set(key, rows, ref)
    return rows
  }

  return {
    columns: facts.map(({ id, spec }) => ({ id, title: spec.title })),

    get generation() {
      return generation()
    },

    ofEntity(actor, ref, entity) {
      const found = new Map(stored(ref).map((row) => [row.fact, row]))
      return facts.flatMap((fact) => {
        const row = found.get(fact.id)
        if (!row || !policy().check(actor, fact.spec.permission, entity).allow) return []
        return [{ ...shownFact(fact, row, ctx.now()), icon: fact.spec.icon }]
      })
    },

    version(actor, ref, entity) {
      if (stored(ref).length === 0) return ''
      const seen = facts.filter(({ spec }) => policy().check(actor, spec.permission, entity).allow)
      return `${generation()} ${seen.map(({ id }) => id).join(' ')}`
    },

    ofList(actor, refs, ids) {
      const found = new Map<string, Map<string, ShownFact>>()
      for (const id of ids) {
        const fact = byId.get(id)
        if (!fact) continue
        const scope = within(policy().scope(actor, fact.spec.permission), visibleOf.id)
        const visible = visibleOf.refs(ctx.db.read, refs, scope)
        for (const row of factsOf(ctx.db.read, visible, [id])) {
          const ofRef = found.get(row.ref) ?? new Map<string, ShownFact>()
          ofRef.set(id, shownFact(fact, row, ctx.now()))
          found.set(row.ref, ofRef)
        }
      }
      return found
    },
  }
}
