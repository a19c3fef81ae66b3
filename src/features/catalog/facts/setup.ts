import type { PluginContext } from '../../../api/plugin.ts'
import type { Contributions } from '../../../platform/contributions.ts'
import { openPolicy, type Policy } from '../../../platform/permissions/policy.ts'
import { createCatalogService } from '../service.ts'
import { createFactCollector, factCollectorRef } from './collector.ts'
import { wholeCatalogRef } from './repository.ts'
import { createFacts, type Facts, factsRef } from './shown.ts'

export interface FactsArgs {
  ctx: PluginContext
  contributions: Contributions
  policy: () => Policy
}

/** Collects facts and offers what was collected. */
export function setUpFacts({ ctx, contributions, policy }: FactsArgs): Facts {
  // The portal collects for everybody; who reads sees what is for them.
  const whole = createCatalogService(ctx, () => openPolicy)
  const collector = createFactCollector(ctx, whole, () => contributions.facts)
  const facts = createFacts(ctx, contributions.facts, policy, () => collector.generation)
  ctx.provide(factCollectorRef, collector)
  ctx.provide(factsRef, facts)
  ctx.provide(wholeCatalogRef, whole)
  return facts
}
