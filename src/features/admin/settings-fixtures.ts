/** Made-up sections of somebody's settings. */
import type { SettingsSummary } from '../notifications/views.ts'
import type { Appearance, ShownSection, ZoneChoice } from '../settings/views.ts'
import { now } from './entity-fixtures.ts'

const section = (id: string, more: Partial<ShownSection['card']>, said: string | null = null): ShownSection => ({
  card: {
    id,
    title: 'Sign-in',
    state: 'ready',
    view: 'facts',
    props: { facts: [{ title: 'Signed in', value: { at: now - 3_600_000 } }] },
    message: null,
    hint: null,
    plugin: 'access',
    asOf: null,
    href: null,
    ...more,
  },
  anchor: `section-${id}`,
  said,
})

const long = 'Rechtsschutzversicherungsgesellschaften '.repeat(6)

const appearance: Appearance = { theme: 'dark', rail: 'narrow', back: '/settings' }
const zone: ZoneChoice = {
  zone: 'Asia/Calcutta',
  regions: [{ title: 'Asia', zones: [{ name: 'Asia/Calcutta', title: 'Kolkata (Calcutta)' }] }],
  now,
  back: '/settings',
}
const mailed: SettingsSummary = {
  topics: { all: 12, portal: 11, now: 1, digest: 9 },
  mail: { address: 'ada.lind@brackenlow.example', digest: 'every day' },
  noMail: null,
}

type Section = readonly [title: string, view: string, samples: [name: string, props: object][]]

export const settingsSections: readonly Section[] = [
  [
    'Section of settings',
    'settings/_section',
    [
      ['after its form', section('gallery-said', {}, 'The session is ended.')],
      [
        'of a plugin that fails',
        section('gallery-error', { title: long, state: 'error', view: null, props: null, message: long, hint: '<b>' }),
      ],
    ],
  ],
  ['Appearance', 'settings/_appearance', [['dark, narrow', appearance]]],
  ['Time zone', 'settings/_zone', [['chosen', zone]]],
  ['Notifications in short', 'notifications/_summary', [['with mail', mailed]]],
]
