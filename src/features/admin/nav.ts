import type { NavItem } from '../../api/plugin.ts'

const tab = (id: string, title: string, icon: string, words: string): NavItem => ({
  ...{ id: `tab-${id}`, title, icon, words, group: 'admin' },
  ...{ href: id === 'overview' ? '/admin' : `/admin/${id}`, permission: `admin.${id}` },
})

export const nav: readonly NavItem[] = [
  {
    id: 'admin',
    title: 'Admin',
    href: '/admin',
    icon: 'shield',
    permission: 'admin.overview',
    group: 'end',
    words: 'administration',
  },
  tab('overview', 'Overview', 'shield', 'administration attention'),
  tab('plugins', 'Plugins', 'box', 'contributions permissions options'),
  tab('jobs', 'Jobs', 'clock', 'queue schedules failed retry run now'),
  tab('audit', 'Audit', 'history', 'who did what log trail denied sign-in'),
  tab('config', 'Configuration', 'code', 'portal.config.ts environment options'),
  tab('about', 'About', 'info', 'version memory uptime size'),
]
