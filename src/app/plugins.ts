import type { Plugin } from '../api/plugin.ts'
import { access, admin, catalog, graph, home, notifications, search, settings } from '../features/index.ts'

/** Features that are there with their defaults, whether the configuration names them or not. */
const standing: Record<string, () => Plugin> = {
  access: () => access({ guest: true }),
  home,
  catalog,
  graph,
  search,
  notifications,
  admin,
  settings,
}

/** The plugins of the configuration in their order, behind the standing ones that it does not name. */
export function withStanding(configured: readonly Plugin[]): Plugin[] {
  const named = new Set(configured.map(({ name }) => name))
  const missing = Object.entries(standing).flatMap(([name, make]) => (named.has(name) ? [] : [make()]))
  return [...missing, ...configured]
}
