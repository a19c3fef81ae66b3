import type { Actor } from '../../api/actor.ts'
import { type EntityRef, entityPath, parseRef } from '../../api/ref.ts'
import type { CodeOwnersReader } from './code-owners.ts'
import type { Crawler } from './crawler.ts'
import type { Definition, DefinitionService } from './definition-service.ts'
import type { FileSights } from './file-sight.ts'
import { mendedReference } from './model/mended-reference.ts'
import type { Place } from './model/problem.ts'
import type { NearService } from './near-service.ts'
import { isBeside, type Located, type Places } from './places.ts'
import { excerptOf, type ProblemPatch, type ProblemPlace, problemView } from './problem-view.ts'
import type { CatalogService } from './service.ts'
import type { ProblemRow } from './store/entity.ts'
import type { NamedRef } from './store/names.ts'
import { linesOf } from './validate/excerpt.ts'
import { hasNoValue, patchFile } from './validate/patch.ts'
import type { Problem } from './views.ts'

/** The entity that a problem is about, as far as the actor may see it. */
export interface EntityAt extends EntityRef {
  sourceId: string
  path: string
}

/** A problem, and what is needed to tell where it stands. */
export interface PlacedRow {
  problem: ProblemRow
  entity: EntityAt | null
}

/**
 * Dresses problems with what is computed when somebody looks: line and lines, each from the file that the problem
 * stands in, the other places it is about, what a reference may have meant, and how to mend it.
 */
export interface ProblemPlaces {
  /** What an entity's own page shows. Files other than the entity's own are named in full. */
  ofEntity(actor: Actor, entity: EntityAt, problems: readonly ProblemRow[], signal: AbortSignal): Promise<Problem[]>
  /** For lists: line and link, and no lines of the file. */
  brief(actor: Actor, rows: readonly PlacedRow[], signal: AbortSignal): Promise<Problem[]>
  /** With the lines of the file, which is named in full. */
  whole(actor: Actor, rows: readonly PlacedRow[], signal: AbortSignal): Promise<Problem[]>
}

export interface ProblemPlacesArgs {
  service: CatalogService
  definitions: DefinitionService
  near: NearService
  crawler: Crawler
  places: Places
  codeOwners: CodeOwnersReader
  sights: FileSights
}

type FileAt = Pick<ProblemRow, 'sourceId' | 'path'>

interface Looking {
  actor: Actor
  definitions: ReadonlyMap<string, readonly Definition[]>
  /** What references that lead nowhere may have meant. */
  near: ReadonlyMap<string, NamedRef>
  /** Whether the lines of the files are wanted. */
  isWhole: boolean
  /** The file that need not be named in full. */
  own: EntityAt | null
  signal: AbortSignal
}

export function createProblemPlaces(args: ProblemPlacesArgs): ProblemPlaces {
  const { service, definitions, near, crawler, places, codeOwners, sights } = args

  async function viewAll(rows: readonly PlacedRow[], asked: Omit<Looking, 'definitions' | 'near'>): Promise<Problem[]> {
    const conflicts = rows.flatMap(({ problem }) => (isConflict(problem) && problem.ref !== null ? [problem.ref] : []))
    const found = conflicts.length > 0 ? definitions.of(asked.actor, conflicts) : new Map<string, Definition[]>()
    const targets = rows.flatMap(({ problem }) => targetOf(problem) ?? [])
    const looking = { ...asked, definitions: found, near: await near.of(asked.actor, targets) }
    const views: Problem[] = []
    // One after the other: the second problem of a document finds it already read.
    for (const row of rows) views.push(await view(row, looking))
    return views
  }

  async function view({ problem, entity }: PlacedRow, looking: Looking): Promise<Problem> {
    const { isWhole, own } = looking
    const located = await locate(problem, looking.signal)
    const place = placeIn(problem, located)
    const known = (problem.ref !== null && looking.definitions.get(problem.ref)) || []
    const rival = isConflict(problem) ? known.find((one) => !one.holds && isAt(one, problem)) : undefined
    const isHidden =
      problem.origin === 'conflict' && rival === undefined && sights.of(looking.actor, problem.sourceId) !== undefined
    const named = looking.near.get(targetOf(problem) ?? '') ?? null
    const isOwn = own !== null && own.sourceId === problem.sourceId && own.path === problem.path
    const sight = isWhole ? sights.of(looking.actor, problem.sourceId) : undefined
    // What it patches must be the whole file.
    const isSeen = !sight || (sight.shows(problem.path) && !sight.isMixed(problem.path))
    return problemView({
      problem: isHidden ? withoutPlace(problem) : problem,
      place: isHidden ? undefined : place,
      lines: isWhole && located && !isHidden ? await seenLines(problem, located, looking.actor) : null,
      file: isHidden
        ? 'a file that you may not see'
        : isOwn
          ? fileName(problem.path)
          : problem.path || 'the source as a whole',
      href: isHidden
        ? null
        : problem.origin === 'removal'
          ? '/catalog/sources'
          : hrefOf(problem, place?.line, entity, rival),
      suggestion: named?.ref ?? null,
      advice: isOfOwner(problem) ? await codeOwners.hint(looking.actor, problem, looking.signal) : undefined,
      more: {
        others: await othersOf(problem, entity, known, looking),
        definitionHref: rival && entity ? definitionHref(entity, rival.id) : null,
        patch: isWhole && located && place && isSeen ? patchOf(problem, place, located, named) : null,
      },
    })
  }

  /** Without those of definitions that the actor may not see. */
  async function seenLines({ sourceId, path }: FileAt, { text }: Located, actor: Actor): Promise<string[] | null> {
    const sight = sights.of(actor, sourceId)
    if (!sight) return linesOf(text)
    return sight.shows(path) ? linesOf(await sight.blanked(path, async () => text)) : null
  }

  /** Lines are those of the file as it is now: the catalog's generation grows with each reading. */
  function locate(at: Pick<ProblemRow, 'sourceId' | 'path' | 'position'>, signal: AbortSignal) {
    const { sourceId, path, position } = at
    if (position === null) return undefined
    return places.of({ sourceId, path, position, etag: `read ${service.generation}` }, signal)
  }

  function hrefOf(
    at: Pick<ProblemRow, 'sourceId' | 'path'>,
    line: number | undefined,
    entity: EntityAt | null,
    rival: Definition | undefined,
  ): string | null {
    const outside = crawler.provider(at.sourceId)?.viewUrl?.(at.path, line)
    if (outside !== undefined) return outside
    const mark = line === undefined ? '' : `&line=${line}#L${line}`
    if (entity && rival) return `${entityPath(entity)}/source?definition=${encodeURIComponent(rival.id)}${mark}`
    if (entity?.sourceId !== at.sourceId || !isBeside(at.path, entity.path)) return null
    return `${entityPath(entity)}/source?file=${encodeURIComponent(at.path)}${mark}`
  }

  async function othersOf(
    problem: ProblemRow,
    entity: EntityAt | null,
    known: readonly Definition[],
    { actor, isWhole, own, signal }: Looking,
  ): Promise<ProblemPlace[]> {
    const holding = isConflict(problem) ? known.find(({ holds }) => holds) : undefined
    if (!holding || (isAt(holding, problem) && holding.position === problem.position)) return []
    const located = await locate(holding, signal)
    const place = located?.place(['metadata', 'name'])
    const isOwn = own !== null && own.sourceId === holding.sourceId && own.path === holding.path
    const file = isOwn ? fileName(holding.path) : holding.path
    const lines = isWhole && located && place ? await seenLines(holding, located, actor) : null
    return [
      {
        title: 'The definition that holds',
        where: place ? `${file}:${place.line}` : file,
        href: hrefOf(holding, place?.line, entity, undefined),
        source: holding.sourceId,
        excerpt: lines && place ? excerptOf(lines, place) : null,
      },
    ]
  }

  const asked = (actor: Actor, signal: AbortSignal) => ({ actor, own: null, signal })
  return {
    ofEntity: (actor, entity, problems, signal) =>
      viewAll(
        problems.map((problem) => ({ problem, entity })),
        { ...asked(actor, signal), own: entity, isWhole: true },
      ),
    brief: (actor, rows, signal) => viewAll(rows, { ...asked(actor, signal), isWhole: false }),
    whole: (actor, rows, signal) => viewAll(rows, { ...asked(actor, signal), isWhole: true }),
  }
}

/** The page of a definition that does not hold. */
export function definitionHref(entity: EntityRef, id: string): string {
  return `${entityPath(entity)}?definition=${encodeURIComponent(id)}`
}

const isConflict = ({ code }: ProblemRow) => code === 'defined-twice' || code === 'defined-again'

/** The other definition is hidden: its file, and its source, are not named. */
const withoutPlace = (problem: ProblemRow): ProblemRow => ({
  ...problem,
  message: `${problem.ref} is also defined in a file that you may not see; the definition that you see came first and holds`,
})

const isAt = (one: { sourceId: string; path: string }, other: { sourceId: string; path: string }) =>
  one.sourceId === other.sourceId && one.path === other.path

/** Nobody is named as the owner, or nobody that there is. */
const isOfOwner = ({ field }: ProblemRow) => field === '["spec","owner"]'

/** The reference that leads nowhere, where that is the problem. */
const targetOf = ({ origin, target }: ProblemRow) => (origin === 'reference' ? target : null)

const fileName = (path: string) => path.split('/').at(-1) ?? path

function placeIn(problem: ProblemRow, located: Located | undefined): Place | undefined {
  return problem.place ?? located?.place(fieldOf(problem), problem.atKey ? 'key' : 'value')
}

function fieldOf({ field }: ProblemRow): (string | number)[] {
  return JSON.parse(field) as (string | number)[]
}

function patchOf(problem: ProblemRow, place: Place, located: Located, named: NamedRef | null): ProblemPatch | null {
  const path = fieldOf(problem)
  const mended = problem.mended ?? (named && rewritten(problem, place, located, named))
  if (!mended) return null
  const find = (of: readonly (string | number)[], at?: 'key' | 'value') => located.place(of, at) ?? place
  const mendable = { path, place, mended, ...(problem.atKey && { at: 'key' as const }) }
  const empty = hasNoValue(mendable, find) && { empty: true as const }
  const text = patchFile(problem.path, located.text, { ...mendable, ...empty })
  return text === null ? null : { id: problem.id, text }
}

function rewritten({ target }: ProblemRow, place: Place, { text }: Located, named: NamedRef): string | undefined {
  if (target === null || place.endLine !== place.line) return undefined
  const written = linesOf(text)[place.line - 1]?.slice(place.column - 1, place.endColumn - 1)
  return written === undefined
    ? undefined
    : mendedReference(written, target, { ...parseRef(named.ref), name: named.name })
}
