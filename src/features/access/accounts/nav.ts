import type { NavItem } from '../../../api/plugin.ts'

export const accountNav: readonly NavItem[] = [
  {
    ...{ id: 'accounts', title: 'Accounts', href: '/admin/accounts', icon: 'users' },
    ...{ permission: 'access.accounts', group: 'admin', words: 'users administrators passwords people' },
  },
  {
    ...{ id: 'password', title: 'Change your password', href: '/settings#section-access-password', icon: 'lock' },
    ...{ permission: 'access.password', group: 'palette', words: 'settings account' },
  },
]
