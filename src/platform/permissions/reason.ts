import type { Actor } from '../../api/actor.ts'
import type { Entity } from '../../api/entity.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { sentence } from '../views/plural.ts'
import { openPolicy, policySeam } from './policy.ts'

/** Why an actor may not do something, as a sentence for the place where they would look for it; null where they may. */
export function refusal(ctx: PluginContext, actor: Actor, permission: string, entity?: Entity): string | null {
  const decision = (ctx.tryUse(policySeam) ?? openPolicy).check(actor, permission, entity)
  return decision.allow ? null : sentence(decision.reason)
}
