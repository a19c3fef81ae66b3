import type { Actor } from '../../api/actor.ts'
import type { Entity } from '../../api/entity.ts'
import { PortalError } from '../../api/errors.ts'
import type { EntityCard, EntityTab } from '../../api/plugin.ts'
import type { Contributed } from '../../platform/contributions.ts'
import type { Policy } from '../../platform/permissions/policy.ts'
import { type Card, failedCard, loadCard } from '../../platform/views/cards.ts'

/** Whether the actor is offered a tab or card of this entity. */
export function isOffered(
  { spec }: Contributed<EntityCard | EntityTab>,
  entity: Entity,
  actor: Actor,
  policy: Policy,
): boolean {
  return (spec.when?.(entity) ?? true) && policy.check(actor, spec.permission, entity).allow
}

export function loadEntityCard(card: Contributed<EntityCard>, entity: Entity, actor: Actor, href: string) {
  return loadCard(card, (signal) => card.spec.load({ entity, actor, ctx: card.ctx, signal }), 'page', href)
}

export async function loadEntityTab(
  tab: Contributed<EntityTab>,
  args: { entity: Entity; actor: Actor; query: Record<string, string | undefined> },
  href: string,
): Promise<Card> {
  const card = await loadCard(tab, (signal) => tab.spec.load({ ...args, ctx: tab.ctx, signal }), 'tab', href)
  return card ?? failedCard(tab, new PortalError('not_found', 'There is nothing here'), href)
}
