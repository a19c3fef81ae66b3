import type { SettingsArgs, SettingsSection } from '../../api/settings.ts'
import { ownSessionsRef } from './session-service.ts'
import { type SessionsView, sessionsView } from './views.ts'

/** What people find about their access on the page of their settings. */
export const sections: readonly SettingsSection[] = [
  {
    id: 'sessions',
    title: 'Where you are signed in',
    permission: 'access.sessions',
    view: 'access/_sessions',
    messages: {
      ended: 'That browser has to sign in again.',
      others: 'All other browsers have to sign in again.',
    },
    load({ actor, ctx, request }: SettingsArgs): SessionsView | undefined {
      if (actor.kind !== 'user') return undefined
      const { sessions, current } = ctx.use(ownSessionsRef).list(actor, request)
      return sessionsView(sessions, current)
    },
  },
]
