import type { Card } from '../../platform/views/cards.ts'
import type { Rail, Theme } from '../../platform/views/shell.ts'
import type { ZoneRegion } from '../../platform/views/zone.ts'

/** `settings/index`. */
export interface SettingsPage {
  groups: readonly { id: string; title: string; sections: readonly ShownSection[] }[]
}

/** `settings/_section`. */
export interface ShownSection {
  card: Card
  /** Its id on the page. */
  anchor: string
  /** What became of the form that was sent. */
  said: string | null
}

/** `settings/_appearance`. */
export interface Appearance {
  theme: Theme
  rail: Rail
  back: string
}

/** `settings/_zone`. */
export interface ZoneChoice {
  /** Null follows the browser. */
  zone: string | null
  regions: readonly ZoneRegion[]
  now: number
  back: string
}
