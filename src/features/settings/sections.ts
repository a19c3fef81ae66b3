import { type SettingsArgs, type SettingsSection, settingsPath } from '../../api/settings.ts'
import { lookOf } from '../../platform/http/look.ts'
import { zoneRegions } from '../../platform/views/zone.ts'
import type { Appearance, ZoneChoice } from './views.ts'

/** What a browser keeps about itself, in cookies. */
export const sections: readonly SettingsSection[] = [
  {
    id: 'appearance',
    title: 'Appearance',
    permission: 'settings.read',
    place: 'browser',
    view: 'settings/_appearance',
    load({ request }: SettingsArgs): Appearance {
      const { theme, rail } = lookOf(request)
      return { theme, rail, back: settingsPath('settings.appearance') }
    },
  },
  {
    id: 'zone',
    title: 'Time zone',
    permission: 'settings.read',
    place: 'browser',
    view: 'settings/_zone',
    messages: { saved: 'Your choice is saved.' },
    load({ request, ctx }: SettingsArgs): ZoneChoice {
      return {
        zone: lookOf(request).zone ?? null,
        regions: zoneRegions(),
        now: ctx.now().getTime(),
        back: settingsPath('settings.zone', 'saved'),
      }
    },
  },
]
