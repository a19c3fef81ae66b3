import { sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { documents, texts } from '../schema.ts'

/** A document as it is shown. */
export type Shown = Omit<typeof documents.$inferSelect, 'nameWords' | 'titleWords'> &
  Pick<typeof texts.$inferSelect, 'heading' | 'attributes' | 'body'>

/** A document as it is listed, without its texts. */
export type Listed = Pick<Shown, 'id' | 'source' | 'key' | 'url' | 'icon' | 'title' | 'kind' | 'owner'>

type Stored = Omit<Shown, 'tags' | 'attributes'> & { tags: string; attributes: string }

/** The documents of these rows, in their order. Whoever asks has found them through the actor. */
export function findShown(read: Reader, ids: readonly number[]): Shown[] {
  if (ids.length === 0) return []
  // By the query builder it would take more memory than all else about a page of results.
  const rows = read.all<Stored>(sql`select d.id as id, d.source as source, d.key as key, d.section as section,
    d.entity_id as entityId, d.url as url, d.icon as icon, d.name as name, d.title as title, d.kind as kind,
    d.type as type, d.lifecycle as lifecycle, d.owner as owner, d.tags as tags,
    t.heading as heading, t.attributes as attributes, t.body as body
    from search_documents d join search_texts t on t.id = d.id where ${isOneOf(ids)}`) as unknown as Stored[]
  return inOrder(ids, rows).map((row) => {
    return { ...row, tags: JSON.parse(row.tags), attributes: JSON.parse(row.attributes) }
  })
}

/** The same without what only passages and reasons are taken from. */
export function findListed(read: Reader, ids: readonly number[]): Listed[] {
  if (ids.length === 0) return []
  const rows = read.all<Listed>(sql`select d.id as id, d.source as source, d.key as key, d.url as url, d.icon as icon,
    d.title as title, d.kind as kind, d.owner as owner from search_documents d where ${isOneOf(ids)}`)
  return inOrder(ids, rows as unknown as Listed[])
}

/** What references are called, those that nothing defines left out. */
export function findTitles(read: Reader, refs: readonly string[], from: readonly string[]): Map<string, string> {
  if (refs.length === 0 || from.length === 0) return new Map()
  const rows = read.all<{ key: string; title: string }>(sql`select key, title from search_documents
    where source in ${from} and key in (select value from json_each(${JSON.stringify(refs)}))`)
  return new Map((rows as unknown as { key: string; title: string }[]).map(({ key, title }) => [key, title]))
}

function isOneOf(ids: readonly number[]) {
  return sql`d.id in (select value from json_each(${JSON.stringify(ids)}))`
}

function inOrder<T extends { id: number }>(ids: readonly number[], rows: readonly T[]): T[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}
