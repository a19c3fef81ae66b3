import { type SQL, sql } from 'drizzle-orm'
import type { Transaction } from '../../../api/database.ts'
import { formatRef, parseRef } from '../../../api/ref.ts'
import { candidates, edges, entities, problems, refs, sources } from '../schema.ts'
import { type IngestClock, problemId, problemRow } from './ingest.ts'

/** Everything, after a crawl that was cut short; otherwise the references that changed. */
export type Touched = ReadonlySet<string> | 'all'

interface Dangling {
  holder: string
  targetRef: string
  field: string
  sourceId: string
  path: string
  position: number
}

interface Conflict {
  ref: string
  sourceId: string
  path: string
  position: number
  /** The source and file of the definition that holds. */
  heldFrom: string
  heldIn: string
  /** Titles of both sources. */
  source: string
  heldSource: string
  /** As the definition that does not hold writes it. */
  owner: unknown
}

/**
 * Compares what was read: references that lead nowhere, and references that several files define. Replaces these
 * problems of everything touched and counts the problems of each entity anew.
 *
 * @returns the references whose problems came or went, or are counted otherwise
 */
export async function settleProblems(tx: Transaction, touched: Touched, clock: IngestClock): Promise<string[]> {
  const about = touched === 'all' ? everyRef(tx) : await holdersOf(tx, touched)
  const different = new Set<string>()
  for (const some of portions(about)) {
    await tx.breathe()
    for (const ref of settle(tx, some, clock)) different.add(ref)
  }
  return [...different]
}

function settle(tx: Transaction, about: readonly string[], clock: IngestClock): string[] {
  const list = JSON.stringify(about)
  const inScope = (column: SQL) => sql`${column} in (select value from json_each(${list}))`
  const compared = sql`${problems.origin} in ('reference', 'conflict') and ${inScope(sql`${problems.ref}`)}`
  const known = tx.all<{ id: string; ref: string; at: number }>(
    sql`select ${problems.id} as id, ${problems.ref} as ref, ${problems.firstSeenAt} as at from ${problems}
      where ${compared}`,
  ) as unknown as { id: string; ref: string; at: number }[]
  const firstSeen = new Map(known.map(({ id, at }) => [id, new Date(at)]))
  if (known.length > 0) tx.run(sql`delete from ${problems} where ${compared}`)
  const rows = [...danglingRows(tx, inScope), ...conflictRows(tx, inScope)]
  tx.bulkInsert(
    problems,
    rows.map((row) => ({ ...row, firstSeenAt: firstSeen.get(row.id) ?? clock.now() })),
    'ignore',
  )
  return [...refsOfDifference(known, rows), ...countAnew(tx, inScope)]
}

/** @returns the references of which the numbers are others now */
function countAnew(tx: Transaction, inScope: InScope): string[] {
  const rows = tx.all<{ ref: string }>(
    sql`update ${entities} set errors = c.errors, warnings = c.warnings
      from (select ${entities.number} as number,
        (select count(*) from ${problems} p where p.ref = ${entities.ref} and p.severity = 'error')
          + (${entities.stale} and exists (select 1 from ${problems} p where p.source_id = ${entities.sourceId}
            and p.path = ${entities.path} and p.position is null and p.severity = 'error')) as errors,
        (select count(*) from ${problems} p where p.ref = ${entities.ref} and p.severity = 'warning') as warnings
        from ${entities} where ${inScope(sql`${entities.ref}`)}) c
      where ${entities.number} = c.number and (${entities.errors} <> c.errors or ${entities.warnings} <> c.warnings)
      returning ref`,
  ) as unknown as { ref: string }[]
  return rows.map(({ ref }) => ref)
}

/** Whose problems are on one side only. */
export function refsOfDifference(before: readonly ProblemOf[], now: readonly ProblemOf[]): string[] {
  const missingIn = (others: readonly ProblemOf[]) => {
    const ids = new Set(others.map(({ id }) => id))
    return ({ id }: ProblemOf) => !ids.has(id)
  }
  const different = [...before.filter(missingIn(now)), ...now.filter(missingIn(before))]
  return [...new Set(different.flatMap(({ ref }) => ref ?? []))]
}

interface ProblemOf {
  id: string
  ref?: string | null | undefined
}

/** The touched references, and those whose fields point at them. */
async function holdersOf(tx: Transaction, touched: ReadonlySet<string>): Promise<string[]> {
  const all = new Set(touched)
  for (const some of portions([...touched])) {
    await tx.breathe()
    const pointing = tx.all<{ holder: string }>(
      sql`select distinct h.ref as holder from ${refs} join ${edges} on ${edges.target} = ${refs.number}
        join ${refs} h on h.number = ${edges.holder}
        where ${refs.ref} in (select value from json_each(${JSON.stringify(some)}))`,
    ) as unknown as { holder: string }[]
    for (const { holder } of pointing) all.add(holder)
  }
  return [...all]
}

/** What is in the catalog or was, as far as something is left of it. */
function everyRef(tx: Transaction): string[] {
  const rows = tx.all<{ ref: string }>(
    sql`select ${entities.ref} as ref from ${entities} union select ${candidates.ref} from ${candidates}
      union select ${problems.ref} from ${problems} where ${problems.ref} is not null`,
  ) as unknown as { ref: string }[]
  return rows.map(({ ref }) => ref)
}

/** Few enough that no page notices. */
const portion = 80

function* portions(list: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < list.length; at += portion) yield list.slice(at, at + portion)
}

type InScope = (column: SQL) => SQL

function danglingRows(tx: Transaction, inScope: InScope) {
  const found = tx.all<Dangling>(
    sql`select ${entities.ref} as holder, ${refs.ref} as targetRef, ${edges.field} as field,
      ${entities.sourceId} as sourceId, ${entities.path} as path, ${entities.position} as position
      from ${entities} join ${edges} on ${edges.holder} = ${entities.number}
      join ${refs} on ${refs.number} = ${edges.target}
      where ${inScope(sql`${entities.ref}`)}
      and not exists (select 1 from ${entities} t where t.number = ${edges.target})`,
  ) as unknown as Dangling[]
  return found.map(({ holder, targetRef, field, ...place }) => {
    const target = parseRef(targetRef)
    const where = target.namespace === 'default' ? '' : ` in the namespace ${target.namespace}`
    const row = problemRow(
      { ...place, id: problemId(['reference', holder, targetRef, field]), origin: 'reference', ref: holder },
      {
        severity: 'warning',
        code: 'reference-not-found',
        path: JSON.parse(field) as (string | number)[],
        message: `No ${target.kind} is called ${target.name}${where}`,
        hint: `Correct the name, or add the ${target.kind} to a source of the catalog.`,
      },
      new Date(0),
    )
    return { ...row, target: targetRef }
  })
}

function conflictRows(tx: Transaction, inScope: InScope) {
  const titleOf = (id: SQL) =>
    sql`coalesce((select ${sources.title} from ${sources} where ${sources.id} = ${id}), ${id})`
  const found = tx.all<Conflict>(
    sql`select ${candidates.ref} as ref, ${candidates.sourceId} as sourceId, ${candidates.path} as path,
      ${candidates.position} as position, ${entities.sourceId} as heldFrom, ${entities.path} as heldIn,
      ${titleOf(sql`${candidates.sourceId}`)} as source, ${titleOf(sql`${entities.sourceId}`)} as heldSource,
      json_extract(${candidates.entity}, '$.spec.owner') as owner
      from ${candidates} join ${entities} on ${entities.ref} = ${candidates.ref}
      where ${inScope(sql`${candidates.ref}`)}
      and (${candidates.sourceId} <> ${entities.sourceId} or ${candidates.path} <> ${entities.path})`,
  ) as unknown as Conflict[]
  return found.map(({ ref, sourceId, path, position, owner, ...other }) => {
    const isElsewhere = sourceId !== other.heldFrom
    const here = isElsewhere ? `${path} of ${other.source}` : path
    const there = isElsewhere ? `${other.heldIn} of ${other.heldSource}` : other.heldIn
    const row = problemRow(
      { sourceId, path, position, id: problemId(['conflict', ref, sourceId, path]), origin: 'conflict', ref },
      {
        severity: 'error',
        code: 'defined-twice',
        path: ['metadata', 'name'],
        message: `${ref} is also defined in ${here}; the definition in ${there} came first and holds`,
        hint: 'Give one of the two another name, or remove it.',
      },
      new Date(0),
    )
    return { ...row, target: ownerRef(owner, ref) }
  })
}

/** The full reference of an owner, where it is one. */
function ownerRef(owner: unknown, ref: string): string | null {
  if (typeof owner !== 'string') return null
  try {
    return formatRef(parseRef(owner, { kind: 'group', namespace: parseRef(ref).namespace }))
  } catch {
    // What is no reference is a problem of its own document.
    return null
  }
}
