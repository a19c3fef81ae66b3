import { eq, sql } from 'drizzle-orm'
import type { Transaction } from '../../../api/database.ts'
import type { Entity } from '../../../api/entity.ts'
import type { KindSpec } from '../../../api/kind.ts'
import type { Processor } from '../../../api/provider.ts'
import { formatRef, parseRef } from '../../../api/ref.ts'
import { diffEntity } from '../model/changes.ts'
import { etagOf } from '../model/etag.ts'
import { facetRows } from '../model/facets.ts'
import { relationsOf } from '../model/relations.ts'
import { candidates, changes, entities, facets, relations } from '../schema.ts'
import { type IngestClock, newUid } from './ingest.ts'

export interface Kinds {
  kinds: ReadonlyMap<string, KindSpec>
  processors: readonly Processor[]
}

interface Candidate {
  ref: string
  sourceId: string
  path: string
  position: number
  stale: number
  seenAt: number
  /** JSON. */
  entity: string
}

type Row = typeof entities.$inferSelect

export const orphanAnnotation = 'backstage.io/orphan'

/** A value too long to be compared; no text of a file can be equal to it. */
const tooLong = '\u0000long'

/**
 * Chooses for each reference which of its candidates is the entity, and writes entity, relations, facets and the
 * line of history together. The first owner keeps it; without one the candidate that was seen first gets it.
 *
 * @returns the references whose entity is now another one than before
 */
export async function chooseWinners(
  tx: Transaction,
  refs: Iterable<string>,
  revision: string,
  kinds: Kinds,
  clock: IngestClock,
): Promise<string[]> {
  const wanted = [...new Set(refs)]
  const rows = new Map((await rowsOf(tx, wanted)).map((row) => [row.ref, row]))
  const found = candidatesOf(tx, wanted)
  const changed: string[] = []
  for (const ref of wanted) {
    const row = rows.get(ref)
    const winner = pick(found.get(ref) ?? [], row)
    const didChange = winner
      ? put(tx, ref, winner, row, revision, kinds, clock)
      : orphan(tx, row, revision, kinds, clock)
    if (didChange) changed.push(ref)
  }
  return changed
}

function rowsOf(tx: Transaction, refs: readonly string[]) {
  const list = JSON.stringify(refs)
  return tx.select().from(entities).where(sql`${entities.ref} in (select value from json_each(${list}))`)
}

/** Raw rows: drizzle takes longer to map them than SQLite to find them, and there are as many as documents. */
function candidatesOf(tx: Transaction, refs: readonly string[]): Map<string, Candidate[]> {
  const rows = tx.all<Candidate>(
    sql`select ${candidates.ref} as ref, ${candidates.sourceId} as sourceId, ${candidates.path} as path,
      ${candidates.position} as position, ${candidates.stale} as stale, ${candidates.seenAt} as seenAt,
      ${candidates.entity} as entity from ${candidates}
      where ${candidates.ref} in (select value from json_each(${JSON.stringify(refs)}))`,
  ) as unknown as Candidate[]
  const found = new Map<string, Candidate[]>()
  for (const row of rows) found.set(row.ref, [...(found.get(row.ref) ?? []), row])
  return found
}

function pick(found: readonly Candidate[], row: Row | undefined): Candidate | undefined {
  const owner = found.find(({ sourceId, path }) => sourceId === row?.sourceId && path === row.path)
  return owner ?? found.toSorted((a, b) => a.seenAt - b.seenAt || compare(a.sourceId + a.path, b.sourceId + b.path))[0]
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))

function put(
  tx: Transaction,
  ref: string,
  winner: Candidate,
  row: Row | undefined,
  revision: string,
  kinds: Kinds,
  clock: IngestClock,
): boolean {
  const { sourceId, path, position } = winner
  const stale = winner.stale === 1
  const entity = JSON.parse(winner.entity) as Entity
  const etag = etagOf(entity)
  if (row && row.etag === etag && row.orphanedAt === null) {
    const moved = row.sourceId !== sourceId || row.path !== path || row.position !== position || row.stale !== stale
    if (moved) tx.bulkInsert(entities, [{ ...row, sourceId, path, position, stale }], 'replace')
    return moved
  }
  const now = clock.now()
  const next = {
    ...columnsOf(ref, entity, kinds),
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
  }
  tx.bulkInsert(entities, [next], 'replace')
  if (row) dropDerived(tx, row)
  writeDerived(tx, next.id, ref, entity, kinds)
  record(tx, row, { ...next, revision }, clock)
  return true
}

/** Nothing defines it any more: it stays, marked, until it is swept. */
function orphan(tx: Transaction, row: Row | undefined, revision: string, kinds: Kinds, clock: IngestClock): boolean {
  if (!row || row.orphanedAt !== null) return false
  const annotations = { ...row.entity.metadata.annotations, [orphanAnnotation]: 'true' }
  const entity: Entity = { ...row.entity, metadata: { ...row.entity.metadata, annotations } }
  const now = clock.now()
  const next = { ...row, entity, etag: etagOf(entity), orphanedAt: now, changedAt: now }
  tx.bulkInsert(entities, [next], 'replace')
  dropDerived(tx, row)
  writeDerived(tx, row.id, row.ref, entity, kinds)
  record(tx, row, { ...next, revision }, clock)
  return true
}

/** Takes entities away for good; their last state stays in the history. */
export async function removeEntities(tx: Transaction, refs: readonly string[], revision: string, clock: IngestClock) {
  for (const ref of refs) {
    const [row] = await tx.select().from(entities).where(eq(entities.ref, ref))
    if (!row) continue
    dropDerived(tx, row)
    tx.bulkDelete(entities.id, [row.id])
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

function firstTarget(ref: string, entity: Entity, kinds: Kinds, field: string): string | null {
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

function dropDerived(tx: Transaction, { id, ref }: Pick<Row, 'id' | 'ref'>): void {
  tx.bulkDelete(relations.holder, [ref])
  tx.bulkDelete(facets.entityId, [id])
}

function writeDerived(tx: Transaction, id: string, ref: string, entity: Entity, kinds: Kinds): void {
  const spec = kinds.kinds.get(entity.kind)
  const stated = spec ? relationsOf(entity, spec).relations : []
  const derived = kinds.processors.flatMap((processor) => processor.relations?.(entity) ?? [])
  tx.bulkInsert(
    relations,
    [
      ...stated.map(({ sourceRef, type, targetRef, declared, field }) => {
        return { sourceRef, type, targetRef, declared, field: JSON.stringify(field), holder: ref }
      }),
      ...derived.map(({ type, targetRef }) => ({
        sourceRef: ref,
        type,
        targetRef,
        declared: true,
        field: '[]',
        holder: ref,
      })),
    ],
    'ignore',
  )
  tx.bulkInsert(
    facets,
    facetRows(entity).map(({ key, value, display }) => ({ key, value: value ?? tooLong, display, entityId: id })),
    'ignore',
  )
}

function record(
  tx: Transaction,
  before: Row | undefined,
  after: Omit<Row, 'revision'> & { revision: string },
  clock: IngestClock,
): void {
  const line = { ...lineOf(after, clock), revision: after.revision }
  if (!before) {
    tx.bulkInsert(changes, [{ ...line, action: 'created' }])
    return
  }
  const fields = diffEntity(before.entity, after.entity)
  if (fields.length > 0) tx.bulkInsert(changes, [{ ...line, action: 'updated', fields }])
}

function lineOf(row: Row, clock: IngestClock) {
  const { ref, kind, owner, sourceId, path, title, name } = row
  return { id: clock.id(), at: clock.now(), entityId: row.id, ref, kind, owner, sourceId, path, title: title ?? name }
}
