import type { SettingsArgs, SettingsSection } from '../../api/settings.ts'
import { pagesRef } from './pages.ts'
import { type SettingsSummary, settingsSummary } from './views.ts'

/** On the page of one's settings: what is chosen, and where it is changed. */
export const sections: readonly SettingsSection[] = [
  {
    id: 'topics',
    title: 'Notifications',
    permission: 'notifications.read',
    view: 'notifications/_summary',
    load: async ({ actor, ctx }: SettingsArgs): Promise<SettingsSummary> =>
      settingsSummary(await ctx.use(pagesRef).settings(actor, false)),
  },
]
