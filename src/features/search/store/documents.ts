import { eq, type SQL, sql } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import type { SearchDocument } from '../../../api/search.ts'
import { type Given, prepared } from '../../../platform/db/prepared.ts'
import { entryOf } from '../model/entry.ts'
import { documents, sources, terms, texts } from '../schema.ts'
import { indexTable } from './index-table.ts'

/** Of both tables: each takes the columns that it has. */
type Row = typeof documents.$inferSelect & Pick<typeof texts.$inferSelect, 'heading' | 'attributes' | 'body'>

/** Adds or replaces. @returns how many were new or other */
export function putDocuments(tx: Transaction, source: string, given: readonly SearchDocument[], anew = false): number {
  if (given.length === 0) return 0
  const wanted = new Map(given.map((document) => [document.key, document]))
  const known = new Map(rowsOf(tx, source, [...wanted.keys()]).map((row) => [row.key, row]))
  let next = nextId(tx)
  const rows: Row[] = []
  const entries: ReturnType<typeof entryOf>[] = []
  const replaced: number[] = []
  for (const [key, document] of wanted) {
    const before = known.get(key)
    const entry = entryOf(document)
    const row = rowOf(source, document, entry, before?.id ?? next)
    if (before && !anew && isSame(before, row)) continue
    if (before) replaced.push(before.id)
    else next++
    rows.push(row)
    entries.push(entry)
  }
  tx.bulkDelete(indexTable.rowid, replaced)
  tx.bulkInsert(documents, rows, 'replace')
  tx.bulkInsert(texts, rows, 'replace')
  tx.bulkInsert(
    indexTable,
    rows.map(({ id }, at) => ({ rowid: id, ...(entries[at]?.columns ?? nothing) })),
  )
  const spelling = new Set(entries.flatMap(({ spelling }) => spelling))
  addSpelling.run(tx, { words: JSON.stringify([...spelling]) })
  return rows.length
}

/** In one statement: nearly all are known. */
const addSpelling = prepared(
  (_, { words }: Given<{ words: string }>) => sql`insert or ignore into ${terms} select value from json_each(${words})`,
)

/** @returns how many there were */
export function removeDocuments(tx: Transaction, source: string, keys: readonly string[]): number {
  if (keys.length === 0) return 0
  const found = tx.all<{ id: number }>(sql`select ${documents.id} as id from ${documents}
    where ${documents.source} = ${source} and ${documents.key} in (select value from json_each(${JSON.stringify(keys)}))`)
  return drop(tx, found as unknown as { id: number }[])
}

/** Drops what a source no longer has between two keys, the first left out. @param to undefined: to the end */
export function removeBetween(
  tx: Transaction,
  source: string,
  { after, to, keep }: { after: string | undefined; to: string | undefined; keep: readonly string[] },
): number {
  const found = tx.all<{ id: number }>(sql`select ${documents.id} as id from ${documents}
    where ${documents.source} = ${source} and ${documents.key} > ${after ?? ''}
    and ${to === undefined ? sql`1` : sql`${documents.key} <= ${to}`}
    and ${documents.key} not in (select value from json_each(${JSON.stringify(keep)}))`)
  return drop(tx, found as unknown as { id: number }[])
}

/** Sources of which there are documents, or were. */
export function listSources(read: Reader): { id: string; version: string; builtAt: Date }[] {
  return read.select().from(sources).all()
}

export function noteSource(tx: Transaction, id: string, version: string, builtAt: Date): void {
  tx.bulkInsert(sources, [{ id, version, builtAt }], 'replace')
}

/** A source that no plugin brings any more. @returns how many documents are left, after some have gone */
export function forgetSome(tx: Transaction, source: string, most: number): number {
  const found = tx.all<{ id: number }>(sql`select ${documents.id} as id from ${documents}
    where ${documents.source} = ${source} limit ${most}`) as unknown as { id: number }[]
  drop(tx, found)
  if (found.length < most) tx.delete(sources).where(eq(sources.id, source)).run()
  return found.length
}

export function countDocuments(read: Reader): { source: string; count: number }[] {
  return read.all<{ source: string; count: number }>(sql`select ${documents.source} as source, count(*) as count
    from ${documents} group by 1`) as unknown as { source: string; count: number }[]
}

const nothing = { name: '', words: '', title: '', heading: '', attributes: '', body: '' }

function drop(tx: Transaction, found: readonly { id: number }[]): number {
  const ids = found.map(({ id }) => id)
  tx.bulkDelete(indexTable.rowid, ids)
  tx.bulkDelete(texts.id, ids)
  tx.bulkDelete(documents.id, ids)
  return ids.length
}

/** @param keys as JSON */
const among = (source: SQL, keys: SQL) =>
  sql`${documents.source} = ${source} and ${documents.key} in (select value from json_each(${keys}))`

/** Most often all are new: to ask that much costs a third of asking for whole rows. */
const anyOf = prepared(
  (_, { source, keys }: Given<{ source: string; keys: string }>) =>
    sql`select 1 from ${documents} where ${among(source, keys)} limit 1`,
)

function rowsOf(tx: Transaction, source: string, keys: readonly string[]): Row[] {
  const list = JSON.stringify(keys)
  if (anyOf.get(tx, { source, keys: list }) === undefined) return []
  const wanted = among(sql`${source}`, sql`${list}`)
  const found = tx.select().from(documents).innerJoin(texts, eq(texts.id, documents.id)).where(wanted).all()
  return found.map(({ search_documents: row, search_texts: { heading, attributes, body } }) => {
    return { ...row, heading, attributes, body }
  })
}

const lastId = prepared(() => sql<{ id: number }>`select coalesce(max(${documents.id}), 0) as id from ${documents}`)

function nextId(tx: Transaction): number {
  return (lastId.get(tx, {})?.id ?? 0) + 1
}

function rowOf(
  source: string,
  document: SearchDocument,
  { nameWords, titleWords }: { nameWords: string; titleWords: string },
  id: number,
): Row {
  return {
    id,
    source,
    key: document.key,
    section: document.section,
    entityId: document.entityId ?? null,
    url: document.url,
    icon: document.icon,
    name: document.name ?? null,
    title: document.title,
    nameWords,
    titleWords,
    kind: document.kind ?? null,
    type: document.type ?? null,
    lifecycle: document.lifecycle ?? null,
    owner: document.owner ?? null,
    tags: document.tags ?? [],
    heading: document.heading ?? '',
    attributes: document.attributes ?? [],
    body: document.body ?? '',
  }
}

function isSame(before: Row, after: Row): boolean {
  const keys = Object.keys(after) as (keyof Row)[]
  return keys.every((key) => {
    const [a, b] = [before[key], after[key]]
    return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))
  })
}
