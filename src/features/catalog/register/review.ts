import { sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { Progress } from '../../../api/plugin.ts'
import type { Provider } from '../../../api/provider.ts'
import type { Forges } from '../../../platform/source/forges/forges.ts'
import { addressOf } from '../addresses.ts'
import type { Crawler, Rehearsed } from '../crawling.ts'
import { targetsOf } from '../locations.ts'
import { files } from '../schema.ts'
import { type DefinitionRow, definitionsOf } from '../store/definitions.ts'
import { compare, type FoundDocument } from './compare.ts'
import { type Findings, findingsOf } from './findings.ts'
import type { Reached } from './reading.ts'
import type { Target } from './target.ts'

/** What a target holds, and what would become of it. */
export interface Found extends Findings {
  target: Target
  title: string
  /** Undefined where there are none. */
  branch: string | undefined
  revision: string
  /** Paths of the files that would be read. */
  files: string[]
  documents: FoundDocument[]
  locations: FoundLocation[]
  overlaps: Overlap[]
  /** What was left out. */
  notes: string[]
}

/** A Location, and where it leads. */
export interface FoundLocation {
  ref: string
  path: string
  targets: { written: string; leads: 'here' | 'elsewhere' | 'nowhere'; sourceId: string | undefined }[]
}

/** A source that reads the same branch of the same repository already. */
export interface Overlap {
  sourceId: string
  title: string
  /** How many of the files it reads. */
  files: number
}

export interface ReviewArgs {
  crawler: Crawler
  read: Reader
  forges: Forges
  maxFiles: number
  progress: Progress
  signal: AbortSignal
  now(): Date
}

/** Reads what was reached as a source would be read, and compares it with the catalog. Nothing is written. */
export async function review({ target, provider, tree, branch }: Reached, args: ReviewArgs): Promise<Found> {
  const { crawler, read, progress, signal, maxFiles } = args
  const found = await crawler.rehearse(provider, tree, { maxFiles, progress, signal })
  const { own, notes } = found
  const paths = found.files.map(({ path }) => path)
  const refs = found.files.flatMap(({ documents }) => documents.flatMap(({ ref }) => ref ?? []))
  const isSameFile = ({ sourceId, path: known }: DefinitionRow, path: string) =>
    crawler.provider(sourceId)?.locationOf(known) === own.locationOf(path)
  const viewUrl = (path: string) => own.viewUrl?.(path)
  return {
    target,
    title: provider.title,
    branch,
    revision: tree.revision,
    files: paths,
    documents: compare(found.files, byRef(definitionsOf(read, [...new Set(refs)])), isSameFile, viewUrl),
    locations: locationsOf(found),
    overlaps: overlapsOf(provider, branch, paths, args),
    notes,
    ...(await findingsOf(found, { own, tree, now: args.now(), signal })),
  }
}

function byRef(rows: readonly DefinitionRow[]): Map<string, DefinitionRow[]> {
  const found = new Map<string, DefinitionRow[]>()
  for (const row of rows) {
    const known = found.get(row.ref)
    if (known) known.push(row)
    else found.set(row.ref, [row])
  }
  return found
}

function locationsOf({ files, own, addresses, misses }: Rehearsed): FoundLocation[] {
  return files.flatMap(({ path, documents }) =>
    documents.flatMap(({ ref, entity, position }): FoundLocation[] => {
      if (entity?.kind !== 'Location' || ref === undefined) return []
      const { targets, problems } = targetsOf(entity, path, own, addresses)
      const lost = new Set(
        misses.flatMap((miss) =>
          miss.path === path && miss.position === position ? JSON.stringify(miss.problem.path) : [],
        ),
      )
      const followed = targets.map(({ written, sourceId, field }) => ({
        written,
        sourceId,
        leads: lost.has(JSON.stringify(field))
          ? ('nowhere' as const)
          : sourceId
            ? ('elsewhere' as const)
            : ('here' as const),
      }))
      const others = problems.map(({ path: field }) => ({
        written: writtenAt(entity.spec, field),
        sourceId: undefined,
        leads: 'nowhere' as const,
      }))
      return [{ ref, path, targets: [...followed, ...others] }]
    }),
  )
}

function writtenAt(spec: Record<string, unknown> | undefined, [, field, index]: readonly (string | number)[]): string {
  const value = spec?.[String(field)]
  const written = Array.isArray(value) ? value[Number(index)] : value
  // What may be secret in an address is not shown.
  return typeof written === 'string' ? (addressOf(written)?.replace(/[?#].*$/s, '') ?? written) : ''
}

/** Other sources of the same branch, the configured ones and those that were registered before. */
function overlapsOf(
  { repository }: Provider,
  branch: string | undefined,
  paths: readonly string[],
  { crawler, read, forges }: ReviewArgs,
): Overlap[] {
  if (repository === undefined) return []
  return crawler.providers.flatMap((one) => {
    if (one.repository === undefined || !forges.sameRepository(one.repository, repository)) return []
    // The name of the default branch is known once it was read, and an address may name it.
    if (typeof one.branch === 'string' && branch !== undefined && one.branch !== branch) return []
    return [{ sourceId: one.id, title: one.title, files: filesIn(read, one.id, paths) }]
  })
}

function filesIn(read: Reader, sourceId: string, paths: readonly string[]): number {
  const row = read.get(
    sql`select count(*) as n from ${files} where ${files.sourceId} = ${sourceId} and ${files.missingAt} is null
      and ${files.path} in (select value from json_each(${JSON.stringify(paths)}))`,
  ) as unknown as { n: number }
  return row.n
}
