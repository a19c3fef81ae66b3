import { eq, sql } from 'drizzle-orm'
import type { Transaction } from '../../../api/database.ts'
import type { Entity } from '../../../api/entity.ts'
import type { KindSpec } from '../../../api/kind.ts'
import type { Processor } from '../../../api/provider.ts'
import { formatRef, parseRef } from '../../../api/ref.ts'
import { attendance } from '../../../platform/attendance.ts'
import { type Given, prepared } from '../../../platform/db/prepared.ts'
import { diffEntity } from '../model/changes.ts'
import { etagOf } from '../model/etag.ts'
import { facetRows } from '../model/facets.ts'
import { relationsOf } from '../model/relations.ts'
import { candidates, changes, documents, edges, entities, facets } from '../schema.ts'
import type { EntityIndex } from '../search-documents.ts'
import { type IngestClock, newUid } from './ingest.ts'
import { createInterned, type Interned } from './interned.ts'

export interface Kinds {
  kinds: ReadonlyMap<string, KindSpec>
  processors: readonly Processor[]
  /** Told what is written; absent where nothing is. */
  index?: EntityIndex
}

interface Candidate {
  id: string
  ref: string
  sourceId: string
  path: string
  position: number
  stale: number
  seenAt: number
}

type Row = typeof entities.$inferSelect & Pick<typeof documents.$inferSelect, 'entity' | 'terms'>
/** As much of a row as tells whether there is anything to do. */
type Standing = Pick<Row, 'ref' | 'etag' | 'sourceId' | 'path' | 'position'> & { stale: number; orphaned: number }

export const orphanAnnotation = 'backstage.io/orphan'

export interface WinnerArgs {
  /** Of the source that is being read, or a word for what else made the change. */
  revision: string
  kinds: Kinds
  clock: IngestClock
  /** Given where one crawl chooses many times. */
  interned?: Interned
  /** Candidates that were written just now, by id: they need not be read. */
  written?: ReadonlyMap<string, Entity>
}

/** What a choice of winners comes to, written table by table at its end. */
interface Outcome {
  rows: Row[]
  /** Moved or marked, and otherwise as before. */
  moved: (typeof entities.$inferInsert)[]
  /** As they were before. */
  gone: Pick<Row, 'number' | 'terms'>[]
  lines: (typeof changes.$inferInsert)[]
}

/**
 * Chooses for each reference which of its candidates is the entity, and writes entity, relations, facets and the
 * line of history together. The first owner keeps it; without one the candidate that was seen first gets it.
 *
 * @returns the references whose entity is now another one than before
 */
export async function chooseWinners(tx: Transaction, refs: Iterable<string>, args: WinnerArgs): Promise<string[]> {
  const interned = args.interned ?? createInterned()
  const all = [...new Set(refs)]
  const changed: string[] = []
  for (let [at, count] = [0, 0]; at < all.length; at += count) {
    await tx.breathe()
    count = piece()
    changed.push(...choose(tx, all.slice(at, at + count), args, interned))
  }
  return changed
}

/** References that are decided about in one go: few enough that no page notices. */
const piece = () => (attendance.isLively() ? 8 : 25)

function choose(tx: Transaction, wanted: readonly string[], args: WinnerArgs, interned: Interned): string[] {
  const list = JSON.stringify(wanted)
  const stood = new Map(standing.all(tx, { wanted: list }).map((row) => [row.ref, row]))
  const found = byRef(called.all(tx, { wanted: list }))
  const winners = new Map<string, Candidate>()
  for (const ref of wanted) {
    const winner = pick(found.get(ref) ?? [], stood.get(ref))
    if (winner) winners.set(ref, winner)
  }
  const said = entitiesOf(tx, winners.values(), args.written)
  const different = wanted.filter((ref) => isDifferent(stood.get(ref), winners.get(ref), said.get(ref)))
  const rows = new Map(rowsOf(tx, stood.size > 0 ? different : []).map((row) => [row.ref, row]))
  const numbers = interned.numbersOf(tx, different)
  const outcome: Outcome = { rows: [], moved: [], gone: [], lines: [] }
  for (const ref of different) {
    const number = numbers.get(ref) ?? 0
    const [winner, entity, row] = [winners.get(ref), said.get(ref), rows.get(ref)]
    if (winner && entity) put({ ref, number, winner, ...entity }, row, args, outcome)
    else if (row) orphan(row, args, outcome)
  }
  write(tx, outcome, args.kinds, interned)
  return different
}

/** Raw rows: drizzle takes longer to map them than SQLite to find them, and there are as many as documents. */
const standing = prepared(
  (_, { wanted }: Given<{ wanted: string }>) =>
    sql<Standing>`select ${entities.ref} as ref, ${entities.etag} as etag, ${entities.sourceId} as sourceId,
      ${entities.path} as path, ${entities.position} as position, ${entities.stale} as stale,
      ${entities.orphanedAt} is not null as orphaned from ${entities}
      where ${entities.ref} in (select value from json_each(${wanted}))`,
)

function rowsOf(tx: Transaction, refs: readonly string[]): Row[] {
  if (refs.length === 0) return []
  const list = JSON.stringify(refs)
  const found = tx
    .select()
    .from(entities)
    .innerJoin(documents, eq(documents.number, entities.number))
    .where(sql`${entities.ref} in (select value from json_each(${list}))`)
    .all()
  return found.map(({ catalog_entities: row, catalog_documents: { entity, terms } }) => ({ ...row, entity, terms }))
}

const called = prepared(
  (_, { wanted }: Given<{ wanted: string }>) =>
    sql<Candidate>`select ${candidates.id} as id, ${candidates.ref} as ref, ${candidates.sourceId} as sourceId,
      ${candidates.path} as path, ${candidates.position} as position, ${candidates.stale} as stale,
      ${candidates.seenAt} as seenAt from ${candidates}
      where ${candidates.ref} in (select value from json_each(${wanted}))`,
)

function byRef(rows: readonly Candidate[]): Map<string, Candidate[]> {
  const found = new Map<string, Candidate[]>()
  for (const row of rows) {
    const rivals = found.get(row.ref)
    if (rivals) rivals.push(row)
    else found.set(row.ref, [row])
  }
  return found
}

interface Said {
  entity: Entity
  etag: string
}

/** What the winners say, by reference. */
function entitiesOf(tx: Transaction, winners: Iterable<Candidate>, written?: ReadonlyMap<string, Entity>) {
  const said = new Map<string, Said>()
  const unread: string[] = []
  const add = (ref: string, entity: Entity) => said.set(ref, { entity, etag: etagOf(entity) })
  for (const { id, ref } of winners) {
    const entity = written?.get(id)
    if (entity) add(ref, entity)
    else unread.push(id)
  }
  if (unread.length === 0) return said
  const rows = tx.all<{ ref: string; entity: string }>(
    sql`select ${candidates.ref} as ref, ${candidates.entity} as entity from ${candidates}
      where ${candidates.id} in (select value from json_each(${JSON.stringify(unread)}))`,
  ) as unknown as { ref: string; entity: string }[]
  for (const { ref, entity } of rows) add(ref, JSON.parse(entity) as Entity)
  return said
}

function pick(found: readonly Candidate[], row: Standing | undefined): Candidate | undefined {
  const owner = found.find(({ sourceId, path }) => sourceId === row?.sourceId && path === row.path)
  return owner ?? found.toSorted((a, b) => a.seenAt - b.seenAt || compare(a.sourceId + a.path, b.sourceId + b.path))[0]
}

function isDifferent(row: Standing | undefined, winner: Candidate | undefined, said: Said | undefined): boolean {
  if (!row) return winner !== undefined
  if (!winner) return row.orphaned === 0
  return row.orphaned === 1 || row.etag !== said?.etag || isMoved(row, winner)
}

const isMoved = (row: Standing, { sourceId, path, position, stale }: Candidate) =>
  row.sourceId !== sourceId || row.path !== path || row.position !== position || row.stale !== stale

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))

interface Chosen extends Said {
  ref: string
  number: number
  winner: Candidate
}

function put(chosen: Chosen, row: Row | undefined, { kinds, clock, revision }: WinnerArgs, outcome: Outcome): void {
  const { ref, number, winner, entity, etag } = chosen
  const { sourceId, path, position } = winner
  const stale = winner.stale === 1
  if (row && row.etag === etag && row.orphanedAt === null) {
    const { entity: _entity, terms: _terms, ...known } = row
    outcome.moved.push({ ...known, sourceId, path, position, stale })
    return
  }
  const now = clock.now()
  const next = {
    ...columnsOf(ref, entity, kinds),
    number,
    id: row?.id ?? clock.id(),
    uid: row?.uid ?? newUid(),
    etag,
    sourceId,
    path,
    position,
    stale,
    orphanedAt: null,
    errors: row?.errors ?? 0,
    warnings: row?.warnings ?? 0,
    createdAt: row?.createdAt ?? now,
    changedAt: now,
    entity,
    terms: [],
  }
  outcome.rows.push(next)
  if (row) outcome.gone.push(row)
  outcome.lines.push(...record(row, next, revision, clock))
}

/** Nothing defines it any more: it stays, marked, until it is swept. */
function orphan(row: Row, { clock, revision }: WinnerArgs, outcome: Outcome): void {
  const annotations = { ...row.entity.metadata.annotations, [orphanAnnotation]: 'true' }
  const entity: Entity = { ...row.entity, metadata: { ...row.entity.metadata, annotations } }
  const now = clock.now()
  const next = { ...row, entity, etag: etagOf(entity), orphanedAt: now, changedAt: now }
  outcome.rows.push(next)
  outcome.gone.push(row)
  outcome.lines.push(...record(row, next, revision, clock))
}

function write(tx: Transaction, { rows, moved, gone, lines }: Outcome, kinds: Kinds, interned: Interned): void {
  for (const row of gone) dropDerived(tx, row)
  const termsOf = termsOfRows(tx, rows, interned)
  tx.bulkInsert(entities, [...rows.map(({ entity: _entity, terms: _terms, ...row }) => row), ...moved], 'replace')
  // Printed once more: to copy the text from the candidate took three times as long.
  tx.bulkInsert(
    documents,
    rows.map(({ number, entity }) => ({ number, entity, terms: termsOf.get(number) ?? [] })),
    'replace',
  )
  tx.bulkInsert(edges, edgesOf(tx, rows, kinds, interned), 'ignore')
  insertFacets(tx, rows)
  kinds.index?.put(tx, rows)
  tx.bulkInsert(changes, lines)
}

/** In one statement, in the order of the index: row by row it took a third of the time of all reading. */
function insertFacets(tx: Transaction, rows: readonly Row[]): void {
  if (rows.length === 0) return
  addFacets.run(tx, { numbers: JSON.stringify(rows.map(({ number }) => number)) })
}

const addFacets = prepared(
  (_, { numbers }: Given<{ numbers: string }>) => sql`insert or ignore into ${facets} (term, entity)
    select t.value, ${documents.number} from ${documents} join json_each(${documents.terms}) t
    where ${documents.number} in (select value from json_each(${numbers})) order by 1, 2`,
)

/** Takes entities away for good; their last state stays in the history. */
export async function removeEntities(tx: Transaction, refs: readonly string[], revision: string, clock: IngestClock) {
  for (const ref of refs) {
    const [row] = rowsOf(tx, [ref])
    if (!row) continue
    dropDerived(tx, row)
    tx.bulkDelete(documents.number, [row.number])
    tx.bulkDelete(entities.number, [row.number])
    tx.bulkInsert(changes, [{ ...lineOf(row, clock), action: 'removed', revision, before: row.entity }])
  }
}

/** What lists and pages need of a document besides the document itself. */
export function columnsOf(ref: string, entity: Entity, kinds: Kinds) {
  const { metadata, spec } = entity
  const { namespace, name } = metadata
  const title = metadata.title ?? profileName(entity)
  const tags = metadata.tags ?? []
  const targetOf = (field: string) => firstTarget(ref, entity, kinds, field)
  return {
    ref,
    kind: entity.kind.toLocaleLowerCase('en-US'),
    namespace: (namespace ?? 'default').toLocaleLowerCase('en-US'),
    name,
    title: title ?? null,
    description: metadata.description ?? null,
    type: text(spec?.type),
    lifecycle: text(spec?.lifecycle),
    owner: targetOf('owner'),
    system: targetOf('system'),
    tags,
    sortName: sortable(title ?? name),
    haystack: [name, title, metadata.description, ...tags].filter(Boolean).join('\n').toLocaleLowerCase('en-US'),
  }
}

/** People and groups are known by the name in their profile. */
function profileName(entity: Entity): string | undefined {
  const profile = entity.spec?.profile
  const name =
    typeof profile === 'object' && profile !== null && !Array.isArray(profile) ? profile.displayName : undefined
  return typeof name === 'string' && name.trim() !== '' ? name : undefined
}

/** What the first reference of a field leads to, as the kind of the entity understands it. */
export function firstTarget(ref: string, entity: Entity, kinds: Pick<Kinds, 'kinds'>, field: string): string | null {
  const spec = kinds.kinds.get(entity.kind)
  const known = spec?.relations.find((relation) => relation.field === field)
  const value = entity.spec?.[field]
  if (!known?.defaultKind || typeof value !== 'string') return null
  try {
    return formatRef(parseRef(value, { kind: known.defaultKind, namespace: parseRef(ref).namespace }))
  } catch {
    // A reference that cannot be read is a problem of its document, told by relationsOf.
    return null
  }
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)

/** Without case and accents, and with numbers that sort by value. */
function sortable(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase('en-US')
  return plain.replace(/\d+/g, (digits) =>
    digits
      .replace(/^0+(?=\d)/, '')
      .padStart(12, '0')
      .slice(-12),
  )
}

function dropDerived(tx: Transaction, { number, terms }: Pick<Row, 'number' | 'terms'>): void {
  tx.bulkDelete(edges.holder, [number])
  tx.run(sql`delete from ${facets} where ${facets.entity} = ${number}
    and ${facets.term} in (select value from json_each(${JSON.stringify(terms)}))`)
}

function edgesOf(tx: Transaction, rows: readonly Row[], kinds: Kinds, interned: Interned) {
  const found = rows.flatMap(({ number, entity }) => {
    const spec = kinds.kinds.get(entity.kind)
    const stated = spec ? relationsOf(entity, spec).relations.filter(({ declared }) => declared) : []
    const derived = kinds.processors.flatMap((processor) => processor.relations?.(entity) ?? [])
    return [
      ...stated.map(({ field, type, targetRef }) => {
        const reverse = spec?.relations.find((one) => one.field === field[1])?.reverse ?? null
        return { holder: number, type, targetRef, reverse, field: JSON.stringify(field) }
      }),
      ...derived.map(({ type, targetRef }) => ({ holder: number, type, targetRef, reverse: null, field: '[]' })),
    ]
  })
  const numbers = interned.numbersOf(
    tx,
    found.map(({ targetRef }) => targetRef),
  )
  return found.map(({ targetRef, ...edge }) => ({ ...edge, target: numbers.get(targetRef) ?? 0 }))
}

/** @returns the ids of the terms of each entity, by its number */
function termsOfRows(tx: Transaction, rows: readonly Row[], interned: Interned): Map<number, number[]> {
  const ids = interned.termsOf(
    tx,
    rows.map(({ entity }) => facetRows(entity)),
  )
  return new Map(rows.map(({ number }, index) => [number, ids[index] ?? []]))
}

function record(before: Row | undefined, after: Row, revision: string, clock: IngestClock) {
  const line = { ...lineOf(after, clock), revision }
  if (!before) return [{ ...line, action: 'created' }]
  const fields = diffEntity(before.entity, after.entity)
  return fields.length > 0 ? [{ ...line, action: 'updated', fields }] : []
}

function lineOf(row: Row, clock: IngestClock) {
  const { ref, kind, owner, sourceId, path, title, name } = row
  return { id: clock.id(), at: clock.now(), entityId: row.id, ref, kind, owner, sourceId, path, title: title ?? name }
}
