import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { filterExpression, wordExpression } from '../model/query.ts'
import type { Candidate } from '../model/ranking.ts'
import { type Conditions, conditions } from './conditions.ts'
import { type SourceScope, visible } from './scopes.ts'

export interface CandidateQuery extends Conditions {
  /** Expression for all words; undefined: everything that passes the filters. */
  match: string | undefined
  /** What the last word begins with, where that is a single letter, and the expression for all other words. */
  letter: { letter: string; match: string } | undefined
  /** Most that are found by name; by their whole text, which takes longer, half as many. */
  most: number
  /** Words that names may begin with. */
  begins: string
  /** References whose things are not missed among many. */
  own: readonly string[]
  /** Keys of documents that are not missed either. */
  keys: readonly string[]
  /** The reference or address that was typed. */
  exact: string
  /** Any of many do, since they are only counted. */
  isSample: boolean
}

type Found = Omit<Candidate, 'isNamed' | 'isHeaded' | 'isNear'>

/**
 * What has all the words, at most so many of each group, and whether there is more. Where there is more, those whose
 * name begins as asked, the actor's own and the marked ones are among them for certain.
 */
export function findCandidates(read: Reader, query: CandidateQuery): { found: Candidate[]; more: boolean } {
  const where = conditions(query)
  if (query.match === undefined) return unnamed(read, query, where)
  const found = new Map<number, Candidate>()
  // There are hundreds of them for each letter that somebody types: none is copied.
  const add = (rows: Found[], isNamed: boolean) => {
    for (const row of rows) {
      const known = found.get(row.id)
      if (!known) found.set(row.id, candidate(row, isNamed))
      else {
        known.isNamed ||= isNamed
        known.fit = Math.min(known.fit, row.fit)
      }
    }
    return rows.length
  }
  const all = (more: boolean) => ({ found: [...found.values()], more })
  const { most, match } = query
  const named = `{name words title} : (${match})`
  const isFull = add(matching(read, named, where, most), true) === most
  if (isFull && query.isSample) return all(true)
  if (isFull) {
    add(beginning(read, query.begins, where), true)
    if (query.own.length > 0) add(matching(read, named, sql`${where} and ${isOwn(query.own)}`, most), true)
  }
  const isMarked = hasKey([...query.keys, query.exact], query.scopes)
  const mostTexts = Math.ceil(most / 2)
  const text = query.letter?.match ?? match
  const inText = query.letter ? sql`${where} and ${hasWordWith(query.letter.letter)}` : where
  const inTexts = isFull ? 0 : add(matching(read, text, inText, mostTexts, selectFitting), false)
  const more = isFull || inTexts === mostTexts
  if (more && query.isSample) return all(true)
  if (more) add(markedMatching(read, text, sql`${inText} and ${isMarked}`), false)
  if (!isFull && inTexts > 0) {
    const headed = idsMatching(read, `{heading} : (${match})`, mostTexts)
    const missing = headed.filter((id) => !found.has(id))
    if (missing.length > 0) add(withIds(read, missing, where), false)
    for (const id of headed) {
      const one = found.get(id)
      if (one) one.isHeaded = true
    }
  }
  return all(more)
}

/** The documents with these keys that may be seen, in that order. */
export function findByKeys(read: Reader, keys: readonly string[], scopes: readonly SourceScope[]): Candidate[] {
  if (keys.length === 0) return []
  const rows = read.all<Found>(sql`${select} from search_documents
    where ${hasKey(keys, scopes)} and ${visible(scopes)} limit 500`) as unknown as Found[]
  const order = new Map(keys.map((key, at) => [key, at]))
  return rows.map(plain).sort((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0))
}

/** Whether something that may be found has a word that begins so, in its name or in what is said of it. */
export function isThere(read: Reader, word: string, scopes: readonly SourceScope[]): boolean {
  const match = `{name words title attributes} : ${wordExpression({ text: word, prefix: true })}`
  const rows = read.values(sql`select 1 from search_index join search_documents
    on search_documents.id = search_index.rowid where search_index match ${match} and ${visible(scopes)} limit 1`)
  return (rows as unknown as unknown[]).length > 0
}

/** What somebody owns, by name. */
export function findOwn(read: Reader, own: readonly string[], scopes: readonly SourceScope[], most: number) {
  if (own.length === 0) return []
  const rows = read.all<Found>(sql`${select} from search_documents where ${isOwn(own)}
    and ${visible(scopes)} order by search_documents.name_words limit ${most}`) as unknown as Found[]
  return rows.map(plain)
}

// Written out: to put them together from the columns of the schema takes as long as many a query.
const columns = `search_documents.id as id, search_documents.source as source, search_documents.key as key,
  search_documents.section as section, search_documents.kind as kind, search_documents.type as type,
  search_documents.lifecycle as lifecycle, search_documents.owner as owner, search_documents.tags as tags,
  search_documents.name_words as nameWords, search_documents.title_words as titleWords`
const select = sql.raw(`select ${columns}, 0.0 as fit`)
const selectFitting = sql.raw(`select ${columns}, bm25(search_index, 8.0, 6.0, 6.0, 3.0, 2.0, 1.0) as fit`)

function matching(read: Reader, match: string, where: SQL, most: number, selecting = select): Found[] {
  return read.all<Found>(sql`${selecting} from search_index join search_documents
    on search_documents.id = search_index.rowid where search_index match ${match} and ${where}
    limit ${most}`) as unknown as Found[]
}

/** Whoever may see them or not: to find them in the index alone is quick. */
function idsMatching(read: Reader, match: string, most: number): number[] {
  const rows = read.values<[number]>(sql`select search_index.rowid from search_index
    where search_index match ${match} limit ${most}`) as unknown as [number][]
  return rows.map(([id]) => id)
}

function withIds(read: Reader, ids: readonly number[], where: SQL): Found[] {
  return read.all<Found>(sql`${select} from search_documents
    where search_documents.id in (select value from json_each(${JSON.stringify(ids)})) and ${where}`) as unknown as Found[]
}

/** The few first, each looked up in the index: it is quicker to find them than all that match. */
function markedMatching(read: Reader, match: string, where: SQL): Found[] {
  return read.all<Found>(sql`${select} from search_documents cross join search_index
    on search_index.rowid = search_documents.id where ${where} and search_index match ${match}
    limit 100`) as unknown as Found[]
}

function beginning(read: Reader, begins: string, where: SQL): Found[] {
  if (begins === '') return []
  return read.all<Found>(sql`${select} from search_documents
    where search_documents.name_words >= ${begins} and search_documents.name_words < ${`${begins}\u{10ffff}`} and ${where}
    order by search_documents.name_words limit 300`) as unknown as Found[]
}

/** By its filters alone: what has their words in the index. Of very many it is some, with the actor's own among them. */
function unnamed(read: Reader, query: CandidateQuery, where: SQL) {
  const { most, own } = query
  const match = filterExpression(query.filters)
  if (match !== undefined) {
    const found = matching(read, match, where, most)
    const more = found.length === most
    const isOwnMissing = more && own.length > 0 && !query.isSample
    const owned = isOwnMissing ? matching(read, match, sql`${where} and ${isOwn(own)}`, most) : []
    const all = new Map([...found, ...owned].map((row) => [row.id, row]))
    return { found: [...all.values()].map(plain), more }
  }
  const rows = read.all<Found>(sql`${select} from search_documents where ${where}
    order by search_documents.name_words limit ${most}`) as unknown as Found[]
  return { found: rows.map(plain), more: rows.length === most }
}

function isOwn(own: readonly string[]): SQL {
  return sql`search_documents.owner in ${own}`
}

/** Has a word that begins so: asked of those alone that have the other words. Long texts have one of every letter. */
function hasWordWith(letter: string): SQL {
  const d = sql.raw(`lower(' ' || search_documents.name_words || ' ' || search_documents.title_words || ' ' ||
    coalesce(search_documents.kind, '') || ' ' || coalesce(search_documents.type, '') || ' ' ||
    coalesce(search_documents.lifecycle, '') || ' ' || coalesce(search_documents.owner, '') || search_documents.tags ||
    t.attributes || t.heading || ' ' || t.body)`)
  return sql`exists (select 1 from search_texts t where t.id = search_documents.id
    and (octet_length(t.body) > 3000 or ${d} glob ${`*[^a-z0-9]${letter}*`}))`
}

/** Through the index of keys. */
function hasKey(keys: readonly string[], scopes: readonly SourceScope[]): SQL {
  const list = JSON.stringify(keys)
  return sql`search_documents.source in ${scopes.map(({ source }) => source)}
    and search_documents.key in (select value from json_each(${list}))`
}

function plain(row: Found): Candidate {
  return candidate(row, false)
}

function candidate(row: Found, isNamed: boolean): Candidate {
  return Object.assign(row, { isNamed, isHeaded: false, isNear: false })
}
