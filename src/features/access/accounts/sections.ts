import type { SettingsSection } from '../../../api/settings.ts'
import { accountPagesRef } from './pages.ts'
import type { PasswordView } from './views.ts'

export const passwordSection = 'access.password'

export const accountSections: readonly SettingsSection[] = [
  {
    id: 'password',
    title: 'Password',
    permission: 'access.password',
    view: 'access/_change-password',
    messages: {
      changed: 'Your password is changed. Other browsers in which you signed in with it have to sign in again.',
    },
    load: ({ actor, ctx, request, form }) =>
      (form as PasswordView | undefined) ?? ctx.use(accountPagesRef).password(actor, request),
  },
]
