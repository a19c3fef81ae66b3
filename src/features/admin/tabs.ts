import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import type { Crumb } from '../../api/route.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

export interface AdminTab {
  id: string
  title: string
  href: string
  current: boolean
}

/** The pages of the administration that the actor may open. */
export type AdminTabs = (actor: Actor, current: string) => AdminTab[]

export const tabsRef: ServiceRef<AdminTabs> = serviceRef('admin.tabs')

const pages = [
  { id: 'overview', title: 'Overview', href: '/admin' },
  { id: 'plugins', title: 'Plugins', href: '/admin/plugins' },
  { id: 'jobs', title: 'Jobs', href: '/admin/jobs' },
  { id: 'audit', title: 'Audit', href: '/admin/audit' },
  { id: 'config', title: 'Configuration', href: '/admin/config' },
  { id: 'about', title: 'About', href: '/admin/about' },
]

export function createTabs(ctx: PluginContext): AdminTabs {
  return (actor, current) =>
    pages
      .filter(({ id }) => ctx.allows(actor, `admin.${id}`))
      .map((page) => ({ ...page, current: page.id === current }))
}

/** The way to a page of the administration. */
export const crumbsTo = (...crumbs: Crumb[]): Crumb[] => [{ text: 'Admin', href: '/admin' }, ...crumbs]
