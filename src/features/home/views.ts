import type { Card, EntityRow } from '../catalog/views.ts'

/** `home/index`. */
export interface HomePage {
  /** Name of the portal. */
  portalTitle: string
  search: { action: string; name: string; placeholder: string }
  total: number
  kinds: readonly { title: string; href: string; icon: string; count: number }[]
  recent: readonly RecentRow[]
  recentHref: string
  sources: SourcesLine
  main: readonly Card[]
  side: readonly Card[]
  /** Lines to add to portal.config.ts; shown while there is no entity. */
  example: string
}

export interface RecentRow {
  entity: Pick<EntityRow, 'ref' | 'title' | 'name' | 'href' | 'icon' | 'owner'>
  /** `added`, `description changed`. */
  what: string
  at: number
}

/** One line about where all this comes from. */
export interface SourcesLine {
  href: string
  count: number
  failing: number
  reading: number
  problems: number
  problemsHref: string
  readAt: number | null
}
