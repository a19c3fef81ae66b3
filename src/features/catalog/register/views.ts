import type { EntityRefLink, Problem, SourceActivity } from '../views.ts'
import type { Outcome } from './compare.ts'

/** `catalog/register`: the field, and what is registered. */
export interface RegisterPage {
  /** What stands in the field. */
  written: string
  /** Why what was written is not looked at; `href` leads to where it is registered already. */
  fault: { message: string; hint: string | null; href: string | null } | null
  locations: readonly RegisteredRow[]
  /** Null when the actor may not see the sources. */
  sourcesHref: string | null
}

export interface RegisteredRow {
  id: string
  title: string
  target: string
  href: string
  removalHref: string
  type: string
  state: RegisteredState
  entities: number
  problems: number
  by: string
  at: number
  readAt: number | null
  error: string | null
  hint: string | null
}

export type RegisteredState = 'ok' | 'partial' | 'failed' | 'reading' | 'waiting' | 'leaving'

/** `catalog/review`: what is at an address, and what would become of it. */
export interface ReviewPage {
  /** Own address, polled while it is being looked at. */
  href: string
  written: string
  /** The form with what was written, to be changed. */
  againHref: string
  state: 'looking' | 'failed' | 'done'
  activity: SourceActivity | null
  fault: { message: string; hint: string | null } | null
  /** Null until there is something to show. */
  found: ReviewFound | null
}

export interface ReviewFound {
  title: string
  branch: string | null
  revision: string | null
  files: readonly string[]
  moreFiles: number
  groups: readonly ReviewGroup[]
  locations: readonly ReviewLocation[]
  overlaps: readonly { title: string; files: number; href: string | null }[]
  problems: readonly Problem[]
  moreProblems: number
  notes: readonly string[]
  /** Where the same is registered already. */
  existingHref: string | null
  /** POST here to register it; null where that cannot be. */
  registerHref: string | null
  /** What a first catalog-info.yaml could be, where there is none, and where it can be written. */
  example: { text: string; newFileHref: string | null } | null
}

export interface ReviewGroup {
  outcome: Outcome
  title: string
  count: number
  rows: readonly ReviewRow[]
}

export interface ReviewRow {
  title: string
  /** Null where it cannot be told. */
  ref: string | null
  icon: string
  /** The page of the entity that is there already. */
  href: string | null
  file: string
  fileHref: string | null
  /** Where the definition stands that holds. */
  held: { file: string; source: string } | null
}

export interface ReviewLocation {
  ref: string
  file: string
  targets: readonly { written: string; words: string; tone: 'ok' | 'info' | 'bad' }[]
  more: number
}

/** `catalog/registered`: one location that was registered. */
export interface RegisteredPage {
  location: RegisteredRow
  activity: SourceActivity | null
  entities: readonly EntityRefLink[]
  more: number
  problemsHref: string | null
  /** Null where nobody may have it read. */
  refreshHref: string | null
}

/** `catalog/unregister`: what goes with a location. */
export interface RemovalPage {
  location: RegisteredRow
  going: DefinedGroup
  staying: DefinedGroup
}

export interface DefinedGroup {
  count: number
  rows: readonly (EntityRefLink & { source: string | null })[]
}
