import { eq, inArray, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { documents, texts } from '../schema.ts'

/** A document as it is shown. */
export type Shown = Omit<typeof documents.$inferSelect, 'nameWords' | 'titleWords'> &
  Pick<typeof texts.$inferSelect, 'heading' | 'attributes' | 'body'>

/** The documents of these rows, in their order. Whoever asks has found them through the actor. */
export function findShown(read: Reader, ids: readonly number[]): Shown[] {
  const rows = read
    .select()
    .from(documents)
    .innerJoin(texts, eq(texts.id, documents.id))
    .where(inArray(documents.id, [...ids]))
    .all()
  const byId = new Map(rows.map(({ search_documents: row, search_texts: text }) => [row.id, { ...row, ...text }]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** What references are called, those that nothing defines left out. */
export function findTitles(read: Reader, refs: readonly string[], from: readonly string[]): Map<string, string> {
  if (refs.length === 0 || from.length === 0) return new Map()
  const rows = read.all<{ key: string; title: string }>(sql`select ${documents.key} as key, ${documents.title} as title
    from ${documents} where ${documents.source} in ${from}
    and ${documents.key} in (select value from json_each(${JSON.stringify(refs)}))`)
  return new Map((rows as unknown as { key: string; title: string }[]).map(({ key, title }) => [key, title]))
}
