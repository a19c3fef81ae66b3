import type { Card } from '../../platform/views/cards.ts'
import type { CatalogSummary, RecentChoices } from '../catalog/contract.ts'
import type { MarkedThing, StarToggle } from './contract.ts'

/** `home/index`. */
export interface HomePage {
  /** Name of the portal. */
  portalTitle: string
  /** Null for who may not search. */
  search: { action: string; name: string; placeholder: string } | null
  total: number
  kinds: readonly { title: string; href: string; icon: string; count: number }[]
  recent: readonly RecentRow[]
  choices: RecentChoices
  sources: SourcesLine
  /** The reader is somebody who can own something: what is theirs comes before what there is. */
  isPersonal: boolean
  /** What the reader should know of that, such as why nothing is theirs; null where all is well. */
  note: string | null
  waiting: readonly Card[]
  main: readonly Card[]
  side: readonly Card[]
  organisation: readonly Card[]
  starred: StarredList
  visits: VisitList
  /** Lines to add to portal.config.ts; shown while there is no entity. */
  example: string
}

/** `home/_starred`. */
export interface StarredList {
  rows: readonly StarredRow[]
  total: number
  /** All of them; null where these are all. */
  allHref: string | null
  /** Names of what is gone, or out of the reader's sight. */
  gone: readonly string[]
  goneHref: string
  /** By themselves on a page there is room for more of each. */
  isWide: boolean
}

export interface StarredRow extends MarkedThing {
  star: StarToggle
}

/** `home/_visits`. */
export interface VisitList {
  rows: readonly (MarkedThing & { at: number })[]
  clearHref: string
}

/** `home/stars`. */
export interface StarsPage {
  starred: StarredList
  pager: { from: number | null; to: number | null; total: number; previousHref: string | null; nextHref: string | null }
}

/** An entity, what became of it (`added`, `description changed`), and when. */
export type RecentRow = CatalogSummary['recent'][number]

/** One line about where all this comes from. */
export type SourcesLine = CatalogSummary['sources']
