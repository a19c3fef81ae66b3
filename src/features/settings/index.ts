import { fileURLToPath } from 'node:url'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { settingsPages } from '../../api/settings.ts'
import { answerWithin } from './pages.ts'
import { routes } from './routes.ts'
import { sections } from './sections.ts'

/** One page for the person at the browser; every feature puts its part on it. */
export const settings = (): Plugin =>
  definePlugin({
    name: 'settings',
    apiVersion: 1,
    permissions: { 'settings.read': { on: 'portal', description: 'Open the page of one’s own settings.' } },
    nav: [
      {
        id: 'settings',
        title: 'Settings',
        href: '/settings',
        icon: 'settings',
        permission: 'settings.read',
        group: 'end',
        words: 'preferences appearance theme dark light time zone account',
      },
    ],
    routes,
    settings: sections,
    views: fileURLToPath(new URL('../../../views/settings', import.meta.url)),
    setup(ctx) {
      ctx.provide(settingsPages, { answer: (reply, answer) => answerWithin(ctx, reply, answer) })
    },
  })
