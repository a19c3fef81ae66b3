import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import type { Crumb } from '../../api/route.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import { adminTabs } from '../../platform/http/page.ts'
import { openPolicy, policySeam } from '../../platform/permissions/policy.ts'
import type { TabLink } from '../../platform/views/shell.ts'

/** The pages of the administration that the actor may open. */
export type AdminTabs = (actor: Actor, path: string) => TabLink[]

export const tabsRef: ServiceRef<AdminTabs> = serviceRef('admin.tabs')

export function createTabs(ctx: PluginContext): AdminTabs {
  const { nav, permissions } = ctx.use(contributionsRef)
  return (actor, path) => adminTabs({ nav, permissions, policy: ctx.tryUse(policySeam) ?? openPolicy }, actor, path)
}

/** The way to a page of the administration. */
export const crumbsTo = (...crumbs: Crumb[]): Crumb[] => [{ text: 'Admin', href: '/admin' }, ...crumbs]
