import type { AuditResult } from '../../../platform/audit/audit.ts'
import type { CellState, FactsView } from '../../../platform/views/built-in.ts'

/** `admin/audit`. */
export interface AuditPage extends AuditList {
  /** What the fields of the form hold. */
  filter: Readonly<Record<'who' | 'action' | 'target' | 'from' | 'to' | 'q', string>>
  results: readonly { id: AuditResult; chosen: boolean }[]
  /** Everything that was ever done, by its name. */
  actions: readonly string[]
  exports: { csv: string; json: string }
  /** How long lines are kept and where they go besides, in a sentence each. */
  kept: string
  stream: string | null
  /** Why lines do not go there at the moment. */
  trouble: { since: number; reason: string } | null
}

/** `admin/_audit`. */
export interface AuditList {
  rows: readonly AuditRow[]
  /** Whether less is shown than there is. */
  filtered: boolean
  clearHref: string
  /** The first page; null on it. */
  newestHref: string | null
  olderHref: string | null
  /** Only so many lines were looked at: there may be more that match. */
  isPartial: boolean
}

export interface AuditRow {
  id: string
  href: string
  at: number
  action: string
  target: string
  result: AuditResult
  tone: CellState
  who: { name: string; href: string }
  address: string | null
}

/** `admin/audit-line`. */
export interface AuditLinePage {
  line: AuditRow
  facts: FactsView['facts']
  change: AuditChange | null
  /** As JSON; null where it has none. */
  detail: string | null
}

/** `admin/_audit-change`: what a thing was before and is now. */
export interface AuditChange {
  /** `changed`: both are known; `made`: only what it is; `removed`: only what it was. */
  kind: 'changed' | 'made' | 'removed'
  /** In one that was changed, only what differs. */
  fields: readonly { name: string; before: string | null; after: string | null }[]
  /** How many fields stayed as they were. */
  same: number
}
