import type { NavItem } from '../../../api/plugin.ts'

export const explainNav: readonly NavItem[] = [
  {
    ...{ id: 'permissions', title: 'Permissions', href: '/admin/permissions', icon: 'lock' },
    ...{ permission: 'access.permissions', group: 'admin', words: 'rules roles who may explain allow deny' },
  },
]
