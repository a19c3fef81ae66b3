import type { Card } from '../../platform/views/cards.ts'
import type { CatalogSummary, RecentChoices } from '../catalog/contract.ts'

/** `home/index`. */
export interface HomePage {
  /** Name of the portal. */
  portalTitle: string
  search: { action: string; name: string; placeholder: string }
  total: number
  kinds: readonly { title: string; href: string; icon: string; count: number }[]
  recent: readonly RecentRow[]
  choices: RecentChoices
  sources: SourcesLine
  main: readonly Card[]
  side: readonly Card[]
  /** Lines to add to portal.config.ts; shown while there is no entity. */
  example: string
}

/** An entity, what became of it (`added`, `description changed`), and when. */
export type RecentRow = CatalogSummary['recent'][number]

/** One line about where all this comes from. */
export type SourcesLine = CatalogSummary['sources']
