import { createHash, randomUUID } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import type { Transaction } from '../../../api/database.ts'
import type { Entity } from '../../../api/entity.ts'
import { type Given, prepared } from '../../../platform/db/prepared.ts'
import type { DocumentProblem } from '../model/problem.ts'
import type { ReadDocument, ReadFile } from '../reading.ts'
import { candidates, files, problems } from '../schema.ts'
import { replaceInclusions } from './inclusions.ts'

export interface IngestClock {
  now(): Date
  id(): string
}

/** Where what is written comes from: the source and its state. */
export interface Origin {
  sourceId: string
  revision: string
  /** Version of the program and kinds that read the files. */
  reader: string
}

export interface PutArgs {
  clock: IngestClock
  /** Gets what was read, by the id of the candidate. */
  written?: Map<string, Entity>
  /** The file is the very one that was read before: most of its documents are the candidates they were. */
  isAsBefore?: boolean
}

/**
 * Writes some documents of a file as candidates. Those of one file may come in several transactions; `closeFile`
 * ends them. Until then the file counts as not read, so that a crash in between reads it again.
 *
 * @returns the references whose winner must be chosen anew
 */
export async function putDocuments(
  tx: Transaction,
  origin: Origin,
  file: ReadFile,
  documents: readonly ReadDocument[],
  { clock, written, isAsBefore }: PutArgs,
): Promise<string[]> {
  const refs = documents.flatMap(({ ref }) => ref ?? [])
  const called = isAsBefore ? candidatesWhole : candidatesCalled
  const asked = { sourceId: origin.sourceId, path: file.path, refs: JSON.stringify(refs) }
  const known = new Map<string, KnownCandidate | WholeCandidate>(
    called.all(tx, asked).map((candidate) => [candidate.ref, candidate]),
  )
  const rows: (typeof candidates.$inferInsert)[] = []
  const stale: string[] = []
  for (const { ref, entity, position, fills, refused } of documents) {
    if (ref === undefined || refused) continue
    const last = known.get(ref)
    if (!entity) {
      if (last) stale.push(last.id)
      continue
    }
    const id = last?.id ?? clock.id()
    written?.set(id, entity)
    if (last && 'entity' in last && isSame(last, { position, entity, fills })) continue
    rows.push({
      id,
      sourceId: origin.sourceId,
      path: file.path,
      position,
      ref,
      stale: false,
      missingAt: null,
      seenAt: last ? new Date(last.seenAt) : clock.now(),
      entity,
      fills: fills ?? null,
    })
  }
  markStale(tx, stale)
  tx.bulkInsert(candidates, rows, 'replace')
  return refs
}

/**
 * Ends the reading of a file: marks the candidates it no longer defines, which go at the end of the crawl if that is
 * allowed, replaces its problems, and remembers its content as read.
 *
 * @returns the references that the file no longer defines, or that it defined when it could still be read
 */
export async function closeFile(
  tx: Transaction,
  origin: Origin,
  file: ReadFile,
  clock: IngestClock,
): Promise<string[]> {
  const gone = file.unreadable
    ? keepAll(tx, origin.sourceId, file.path)
    : missUndefined(tx, origin.sourceId, file, clock)
  await replaceFileProblems(tx, origin.sourceId, file, clock)
  tx.bulkInsert(
    files,
    [
      {
        sourceId: origin.sourceId,
        path: file.path,
        // Content that could not be had is asked for again at the next reading.
        blob: file.unreadable ? '' : file.blob,
        reader: origin.reader,
        parent: file.parent ?? null,
        documents: file.documents.length,
        readAt: clock.now(),
        missingAt: null,
      },
    ],
    'replace',
  )
  return gone
}

/** Forgets a file that is no longer there, or that nothing leads to any more. @returns what it defined */
export async function forgetFile(tx: Transaction, sourceId: string, path: string): Promise<string[]> {
  const known = candidatesOf(tx, sourceId, path)
  tx.bulkDelete(
    candidates.id,
    known.map(({ id }) => id),
  )
  await tx
    .delete(problems)
    .where(and(eq(problems.origin, 'file'), eq(problems.sourceId, sourceId), eq(problems.path, path)))
  await tx.delete(files).where(and(eq(files.sourceId, sourceId), eq(files.path, path)))
  await replaceInclusions(tx, sourceId, path, [])
  return known.map(({ ref }) => ref)
}

interface KnownCandidate {
  id: string
  ref: string
  seenAt: number
}

/** As it is stored: texts, and 1 where it is neither stale nor missing. */
interface WholeCandidate extends KnownCandidate {
  position: number
  entity: string
  fills: string | null
  stands: number
}

function candidatesOf(tx: Transaction, sourceId: string, path: string): KnownCandidate[] {
  return tx.all<KnownCandidate>(
    sql`select ${candidates.id} as id, ${candidates.ref} as ref, ${candidates.seenAt} as seenAt from ${candidates}
      where ${candidates.sourceId} = ${sourceId} and ${candidates.path} = ${path}`,
  ) as unknown as KnownCandidate[]
}

/** By way of their references, hence the plus: a file may define thousands, of which these are few. */
const candidatesCalled = prepared(
  (_, { sourceId, path, refs }: Given<{ sourceId: string; path: string; refs: string }>) =>
    sql<KnownCandidate>`select ${candidates.id} as id, ${candidates.ref} as ref, ${candidates.seenAt} as seenAt
      from json_each(${refs}) w cross join ${candidates} on ${candidates.ref} = w.value
      where +${candidates.sourceId} = ${sourceId} and +${candidates.path} = ${path}`,
)

/** The same with all that a candidate says. */
const candidatesWhole = prepared(
  (_, { sourceId, path, refs }: Given<{ sourceId: string; path: string; refs: string }>) =>
    sql<WholeCandidate>`select ${candidates.id} as id, ${candidates.ref} as ref, ${candidates.seenAt} as seenAt,
        ${candidates.position} as position, ${candidates.entity} as entity, ${candidates.fills} as fills,
        ${candidates.stale} = 0 and ${candidates.missingAt} is null as stands
      from json_each(${refs}) w cross join ${candidates} on ${candidates.ref} = w.value
      where +${candidates.sourceId} = ${sourceId} and +${candidates.path} = ${path}`,
)

function isSame(
  last: WholeCandidate,
  { position, entity, fills }: { position: number; entity: Entity; fills: ReadDocument['fills'] | undefined },
): boolean {
  if (last.stands === 0 || last.position !== position) return false
  return last.entity === JSON.stringify(entity) && last.fills === (fills ? JSON.stringify(fills) : null)
}

/** The last good version stays, marked, while the newest one cannot be used. */
function markStale(tx: Transaction, ids: readonly string[]): void {
  if (ids.length === 0) return
  tx.run(
    sql`update ${candidates} set stale = 1, missing_at = null where ${candidates.id} in (select value from json_each(${JSON.stringify(ids)}))`,
  )
}

/** What a file defined that cannot be read any more. */
function keepAll(tx: Transaction, sourceId: string, path: string): string[] {
  const known = candidatesOf(tx, sourceId, path)
  const ids = known.map(({ id }) => id)
  markStale(tx, ids)
  return known.map(({ ref }) => ref)
}

/**
 * A document whose YAML is broken has lost its name: while there is one, what the file defined before stays. What the
 * rules refuse goes at once: that is a decision of the configuration and no accident of the files.
 */
function missUndefined(tx: Transaction, sourceId: string, file: ReadFile, clock: IngestClock): string[] {
  const defined = new Set(file.documents.flatMap(({ ref, refused }) => (refused ? [] : ref)))
  const refused = new Set(file.documents.flatMap(({ ref, refused }) => (refused && ref !== undefined ? ref : [])))
  const missing = candidatesOf(tx, sourceId, file.path).filter(({ ref }) => !defined.has(ref))
  const nameless = file.documents.some(({ ref, entity }) => ref === undefined && entity === undefined)
  const idsOf = (found: readonly KnownCandidate[]) => found.map(({ id }) => id)
  if (nameless) markStale(tx, idsOf(missing))
  else {
    tx.bulkDelete(candidates.id, idsOf(missing.filter(({ ref }) => refused.has(ref))))
    markMissing(tx, idsOf(missing.filter(({ ref }) => !refused.has(ref))), clock)
  }
  return missing.map(({ ref }) => ref)
}

function markMissing(tx: Transaction, ids: readonly string[], clock: IngestClock): void {
  if (ids.length === 0) return
  tx.run(sql`update ${candidates} set missing_at = ${clock.now().getTime()} where missing_at is null
    and ${candidates.id} in (select value from json_each(${JSON.stringify(ids)}))`)
}

async function replaceFileProblems(
  tx: Transaction,
  sourceId: string,
  file: ReadFile,
  clock: IngestClock,
): Promise<void> {
  const ofFile = and(eq(problems.origin, 'file'), eq(problems.sourceId, sourceId), eq(problems.path, file.path))
  const known = await tx.select({ id: problems.id, firstSeenAt: problems.firstSeenAt }).from(problems).where(ofFile)
  const firstSeen = new Map(known.map(({ id, firstSeenAt }) => [id, firstSeenAt]))
  const whole = file.problems.map((problem) => ({ problem, position: null, ref: null }))
  const inside = file.documents.flatMap(({ position, ref, problems: found }) =>
    found.map((problem) => ({ problem, position, ref: ref ?? null })),
  )
  await tx.delete(problems).where(ofFile)
  const taken = new Set<string>()
  const rows = [...whole, ...inside].flatMap(({ problem, position, ref }) => {
    const id = problemId([
      'file',
      sourceId,
      file.path,
      // A file may define one name several times, and each but the last has this problem.
      problem.code === 'defined-again' ? String(position) : (ref ?? String(position)),
      problem.code,
      JSON.stringify(problem.path),
    ])
    if (taken.has(id)) return []
    taken.add(id)
    return [
      problemRow(
        { id, origin: 'file', sourceId, path: file.path, position, ref },
        problem,
        firstSeen.get(id) ?? clock.now(),
      ),
    ]
  })
  tx.bulkInsert(problems, rows)
}

/** Stable, so that a problem keeps its age while it stays the same. */
export function problemId(parts: readonly string[]): string {
  return createHash('sha1').update(parts.join('\n')).digest('hex').slice(0, 20)
}

export function problemRow(
  about: Pick<typeof problems.$inferSelect, 'id' | 'origin' | 'sourceId' | 'path' | 'position' | 'ref'>,
  problem: DocumentProblem,
  firstSeenAt: Date,
): Omit<typeof problems.$inferSelect, 'target'> {
  return {
    ...about,
    severity: problem.severity,
    code: problem.code,
    field: JSON.stringify(problem.path),
    message: problem.message,
    expected: problem.expected ?? null,
    hint: problem.hint ?? null,
    atKey: problem.at === 'key',
    mended: problem.mended ?? null,
    place: problem.place ?? null,
    firstSeenAt,
  }
}

export const newUid = (): string => randomUUID()
