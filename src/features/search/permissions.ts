import type { PermissionSpec } from '../../api/plugin.ts'

export const permissions = {
  'search.read': { on: 'portal', description: 'Search. What is found is what one may see anyway.' },
  'search.rebuild': { on: 'portal', description: 'Have what can be searched built anew.' },
} satisfies Record<string, PermissionSpec>

type Names = Record<keyof typeof permissions, true>

declare module '../../api/permission-names.ts' {
  interface PermissionNames extends Names {}
}
