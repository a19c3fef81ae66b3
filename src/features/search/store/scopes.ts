import { type SQL, sql } from 'drizzle-orm'
import { type Scope, within } from '../../../platform/permissions/policy.ts'

/** What an actor may find of one source. */
export interface SourceScope {
  source: string
  /** Undefined: its permission is not on entities, and was granted. */
  scope: Scope | undefined
}

const entityId = sql.raw('search_documents.entity_id')

/**
 * The condition on documents that keeps a query to what may be found. The sign in front of the source keeps SQLite from
 * going through all documents of a source instead of through what a query is about.
 */
export function visible(scopes: readonly SourceScope[]): SQL {
  const parts = scopes.flatMap(({ source, scope }) => {
    if (scope?.kind === 'none') return []
    const own = sql`+search_documents.source = ${source}`
    const inside = scope && within(scope, entityId)
    return [inside ? sql`(${own} and ${inside})` : own]
  })
  return parts.length === 0 ? sql`0` : sql`(${sql.join(parts, sql` or `)})`
}
