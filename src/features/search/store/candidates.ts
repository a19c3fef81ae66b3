import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { type Filters, filterExpression, wordExpression } from '../model/query.ts'
import type { Candidate } from '../model/ranking.ts'
import { documents } from '../schema.ts'
import { indexTable } from './index-table.ts'
import { type SourceScope, visible } from './scopes.ts'

export interface CandidateQuery {
  /** Expression for all words; undefined: everything that passes the filters. */
  match: string | undefined
  /** Expression for what must not be there. */
  without: string | undefined
  filters: Filters
  withoutFilters: Filters
  section: string | undefined
  scopes: readonly SourceScope[]
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
}

type Found = Omit<Candidate, 'tags' | 'isNamed' | 'isHeaded' | 'isNear'> & { tags: string }

/**
 * What has all the words, at most so many of each group, and whether there is more. Where there is more, those whose
 * name begins as asked, the actor's own and the marked ones are among them for certain.
 */
export function findCandidates(read: Reader, query: CandidateQuery): { found: Candidate[]; more: boolean } {
  const where = conditions(query)
  if (query.match === undefined) return unnamed(read, query, where)
  const found = new Map<number, Candidate>()
  const add = (rows: Found[], more: Partial<Candidate>) => {
    for (const row of rows) {
      const known = found.get(row.id)
      const next = known ?? { ...row, tags: JSON.parse(row.tags), isNamed: false, isHeaded: false, isNear: false }
      found.set(row.id, { ...next, ...more, fit: Math.min(next.fit, row.fit) })
    }
    return rows.length
  }
  const { most, match } = query
  const named = `{name words title} : (${match})`
  const inNames = add(matching(read, named, where, most, noFit), { isNamed: true })
  const isFull = inNames === most
  if (isFull) {
    add(beginning(read, query.begins, where), { isNamed: true })
    if (query.own.length > 0) {
      add(matching(read, named, sql`${where} and ${documents.owner} in ${query.own}`, most, noFit), { isNamed: true })
    }
  }
  const isMarked = hasKey([...query.keys, query.exact], query.scopes)
  const mostTexts = Math.ceil(most / 2)
  const inTexts = isFull ? 0 : add(matching(read, match, where, mostTexts, textFit), {})
  if (isFull || inTexts === mostTexts) add(markedMatching(read, match, sql`${where} and ${isMarked}`), {})
  if (!isFull && inTexts > 0) {
    const headed = idsMatching(read, `{heading} : (${match})`, mostTexts)
    const missing = headed.filter((id) => !found.has(id))
    if (missing.length > 0) add(withIds(read, missing, where), {})
    for (const id of headed) {
      const one = found.get(id)
      if (one) found.set(id, { ...one, isHeaded: true })
    }
  }
  return { found: [...found.values()], more: isFull || inTexts === mostTexts }
}

/** The documents with these keys that may be seen, in that order. */
export function findByKeys(read: Reader, keys: readonly string[], scopes: readonly SourceScope[]): Candidate[] {
  if (keys.length === 0) return []
  const rows = read.all<Found>(sql`select ${columns(noFit)} from ${documents}
    where ${hasKey(keys, scopes)} and ${visible(scopes)} limit 500`) as unknown as Found[]
  const order = new Map(keys.map((key, at) => [key, at]))
  return rows.map(plain).sort((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0))
}

/** Whether something that may be found has a word that begins so, in its name or in what is said of it. */
export function isThere(read: Reader, word: string, scopes: readonly SourceScope[]): boolean {
  const match = `{name words title attributes} : ${wordExpression({ text: word, prefix: true })}`
  return matching(read, match, visible(scopes), 1, noFit).length > 0
}

/** What somebody owns, by name. */
export function findOwn(read: Reader, own: readonly string[], scopes: readonly SourceScope[], most: number) {
  if (own.length === 0) return []
  const rows = read.all<Found>(sql`select ${columns(noFit)} from ${documents} where ${documents.owner} in ${own}
    and ${visible(scopes)} order by ${documents.nameWords} limit ${most}`) as unknown as Found[]
  return rows.map(plain)
}

const noFit = sql`0.0`
const textFit = sql.raw('bm25(search_index, 8.0, 6.0, 6.0, 3.0, 2.0, 1.0)')

function columns(fit: SQL): SQL {
  const d = documents
  return sql`${d.id} as id, ${d.source} as source, ${d.key} as key, ${d.section} as section, ${d.kind} as kind,
    ${d.type} as type, ${d.lifecycle} as lifecycle, ${d.owner} as owner, ${d.tags} as tags,
    ${d.nameWords} as nameWords, ${d.titleWords} as titleWords, ${fit} as fit`
}

function matching(read: Reader, match: string, where: SQL, most: number, fit: SQL): Found[] {
  return read.all<Found>(sql`select ${columns(fit)} from ${indexTable} join ${documents}
    on ${documents.id} = ${indexTable.rowid} where ${indexTable} match ${match} and ${where}
    limit ${most}`) as unknown as Found[]
}

/** Whoever may see them or not: to find them in the index alone is quick. */
function idsMatching(read: Reader, match: string, most: number): number[] {
  const rows = read.values<[number]>(sql`select ${indexTable.rowid} from ${indexTable}
    where ${indexTable} match ${match} limit ${most}`) as unknown as [number][]
  return rows.map(([id]) => id)
}

function withIds(read: Reader, ids: readonly number[], where: SQL): Found[] {
  return read.all<Found>(sql`select ${columns(noFit)} from ${documents}
    where ${documents.id} in (select value from json_each(${JSON.stringify(ids)})) and ${where}`) as unknown as Found[]
}

/** The few first, each looked up in the index: it is quicker to find them than all that match. */
function markedMatching(read: Reader, match: string, where: SQL): Found[] {
  return read.all<Found>(sql`select ${columns(noFit)} from ${documents} cross join ${indexTable}
    on ${indexTable.rowid} = ${documents.id} where ${where} and ${indexTable} match ${match}
    limit 100`) as unknown as Found[]
}

function beginning(read: Reader, begins: string, where: SQL): Found[] {
  if (begins === '') return []
  return read.all<Found>(sql`select ${columns(noFit)} from ${documents}
    where ${documents.nameWords} >= ${begins} and ${documents.nameWords} < ${`${begins}\u{10ffff}`} and ${where}
    order by ${documents.nameWords} limit 300`) as unknown as Found[]
}

/** By its filters alone: what has their words in the index. Of very many it is some, with the actor's own among them. */
function unnamed(read: Reader, query: CandidateQuery, where: SQL) {
  const { most, own } = query
  const match = filterExpression(query.filters)
  if (match !== undefined) {
    const found = matching(read, match, where, most, noFit)
    const more = found.length === most
    const owned =
      more && own.length > 0 ? matching(read, match, sql`${where} and ${documents.owner} in ${own}`, most, noFit) : []
    const all = new Map([...found, ...owned].map((row) => [row.id, row]))
    return { found: [...all.values()].map(plain), more }
  }
  const rows = read.all<Found>(sql`select ${columns(noFit)} from ${documents} where ${where}
    order by ${documents.nameWords} limit ${most}`) as unknown as Found[]
  return { found: rows.map(plain), more: rows.length === most }
}

/** Through the index of keys. */
function hasKey(keys: readonly string[], scopes: readonly SourceScope[]): SQL {
  const list = JSON.stringify(keys)
  return sql`${documents.source} in ${scopes.map(({ source }) => source)}
    and ${documents.key} in (select value from json_each(${list}))`
}

function plain(row: Found): Candidate {
  return { ...row, tags: JSON.parse(row.tags) as string[], isNamed: false, isHeaded: false, isNear: false }
}

function conditions({ filters, withoutFilters, section, scopes, without }: CandidateQuery): SQL {
  const parts = [visible(scopes)]
  if (section !== undefined) parts.push(sql`${documents.section} = ${section}`)
  for (const [name, values] of Object.entries(filters)) {
    if (values.length > 0) parts.push(hasValue(name as keyof Filters, values))
  }
  for (const [name, values] of Object.entries(withoutFilters)) {
    if (values.length > 0) parts.push(sql`coalesce(${hasValue(name as keyof Filters, values)}, 0) = 0`)
  }
  if (without !== undefined) {
    parts.push(sql`${documents.id} not in (select ${indexTable.rowid} from ${indexTable}
      where ${indexTable} match ${without})`)
  }
  return sql.join(parts, sql` and `)
}

/** An owner may be written as its whole reference or as its name alone. */
function hasValue(name: keyof Filters, values: readonly string[]): SQL {
  if (name === 'tag') {
    return sql`exists (select 1 from json_each(${documents.tags}) t where lower(t.value) in ${values})`
  }
  if (name !== 'owner') return sql`lower(${documents[name]}) in ${values}`
  const refs = values.filter((value) => value.includes('/'))
  const names = values.filter((value) => !value.includes('/'))
  const either = [
    ...(refs.length > 0 ? [sql`${documents.owner} in ${refs}`] : []),
    ...(names.length > 0 ? [sql`substr(${documents.owner}, instr(${documents.owner}, '/') + 1) in ${names}`] : []),
  ]
  return sql`(${sql.join(either, sql` or `)})`
}
