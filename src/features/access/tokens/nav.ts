import type { NavItem } from '../../../api/plugin.ts'

export const tokenNav: readonly NavItem[] = [
  {
    ...{ id: 'tokens', title: 'Tokens', href: '/admin/tokens', icon: 'key' },
    ...{ permission: 'access.tokens', group: 'admin', words: 'service api programs bearer' },
  },
  {
    ...{ id: 'own-tokens', title: 'Personal tokens', href: '/settings#section-access-own-tokens', icon: 'shield' },
    ...{ permission: 'access.own-tokens', group: 'palette', words: 'settings api bearer' },
  },
]
