import type { SettingsSection } from '../../../api/settings.ts'
import { tokenPagesRef } from './pages.ts'
import type { TokensPage } from './views.ts'

export const tokensSection = 'access.own-tokens'

export const tokenSections: readonly SettingsSection[] = [
  {
    id: 'own-tokens',
    title: 'Personal tokens',
    permission: 'access.own-tokens',
    view: 'access/_own-tokens',
    messages: { revoked: 'The token does not work any more.' },
    load({ actor, ctx, form }): TokensPage | undefined {
      if (actor.kind !== 'user') return undefined
      return (form as TokensPage | undefined) ?? ctx.use(tokenPagesRef).page('personal', actor)
    },
  },
]
