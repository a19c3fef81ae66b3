import type { PermissionSpec } from '../../api/plugin.ts'

export const permissions: Record<string, PermissionSpec> = {
  'search.read': { on: 'portal', description: 'Search. What is found is what one may see anyway.' },
  'search.rebuild': { on: 'portal', description: 'Have what can be searched built anew.' },
}
