import { systemActor } from '../../../api/actor.ts'
import type { FactEntity, FactSpec } from '../../../api/fact.ts'
import { shownChanged } from '../../../api/live.ts'
import type { PluginContext, Progress } from '../../../api/plugin.ts'
import { milliseconds } from '../../../api/time.ts'
import { portalStarted, type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import type { Contributed } from '../../../platform/contributions.ts'
import { collectFact, rescue } from '../../../platform/facts/collecting.ts'
import { dropOtherFacts } from '../../../platform/facts/store.ts'
import { catalogChanged } from '../contract.ts'
import { ListAddress, readQuery } from '../query.ts'
import type { CatalogService } from '../service.ts'

/** Collects the facts that plugins contribute, each at its interval, and soon for entities that changed. */
export interface FactCollector {
  /** Grows whenever pages may show another fact. */
  readonly generation: number
  /** Collects one fact; the job behind each. A fact that is not contributed any more is passed over. */
  collect(fact: string, entities: 'due' | 'changed', progress: Progress, signal: AbortSignal): Promise<void>
  /** A collection was cancelled: the next one comes when it would have come anyway. */
  passOver(fact: string, entities: 'due' | 'changed'): Promise<void>
}

export const factCollectorRef: ServiceRef<FactCollector> = serviceRef('catalog.facts')

/** Of more changed entities all are looked at. */
const mostChanged = 2_000
/** Changes come in bursts: a crawl writes many transactions. */
const pause = milliseconds('2s')

export function createFactCollector(
  ctx: PluginContext,
  service: CatalogService,
  facts: () => readonly Contributed<FactSpec>[],
): FactCollector {
  let generation = 1
  const changed = new Map<string, Set<string>>()

  function* entities(): Generator<FactEntity[]> {
    const all = readQuery(ListAddress.parse({ kind: 'all' }))
    for (const some of service.documents(systemActor, all))
      yield some.map(({ row, entity }) => ({ ref: row.ref, entity }))
  }

  async function ask(fact: string, which: 'due' | 'changed', after: number): Promise<void> {
    const payload = { fact, entities: which }
    await ctx.db.write((tx) =>
      ctx.jobs.enqueue(tx, 'facts', { payload, key: `${fact} ${which}`, after: new Date(ctx.now().getTime() + after) }),
    )
  }

  async function start(): Promise<void> {
    await ctx.db.write((tx) =>
      dropOtherFacts(
        tx,
        facts().map(({ id }) => id),
      ),
    )
    for (const { id } of facts()) await ask(id, 'due', 0)
  }

  const later = (work: Promise<void>) =>
    void work.catch((error) => ctx.log.error({ err: error }, 'Facts cannot be asked for'))

  ctx.on(portalStarted, () => later(start()))
  ctx.on(catalogChanged, ({ refs, content }) => {
    if (!content || refs.length === 0) return
    for (const { id } of facts()) {
      const waiting = changed.get(id)
      if (!waiting) later(ask(id, 'changed', pause))
      const together = waiting ?? new Set<string>()
      for (const ref of refs) together.add(ref)
      changed.set(id, together)
    }
  })

  return {
    get generation() {
      return generation
    },

    async passOver(id, which) {
      if (which === 'changed') changed.delete(id)
      const fact = facts().find((one) => one.id === id)
      if (fact && which === 'due') await ask(id, 'due', milliseconds(fact.spec.every))
    },

    async collect(id, which, progress, signal) {
      const fact = facts().find((one) => one.id === id)
      if (!fact) return
      const refs = changed.get(id)
      if (which === 'changed') changed.delete(id)
      const only = which === 'changed' && refs && refs.size <= mostChanged ? refs : undefined
      const { failed } = await collectFact({
        db: ctx.db,
        fact,
        entities: entities(),
        only,
        now: ctx.now,
        signal,
        progress: (done) => progress(done, undefined, fact.spec.title),
        changed: (some) => {
          generation++
          ctx.emit(shownChanged, { topics: [...some] })
        },
      })
      if (which === 'due') {
        const every = milliseconds(fact.spec.every)
        await ask(id, 'due', failed > 0 ? Math.min(every, rescue) : every)
      }
    },
  }
}
