import { setImmediate } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { parseRef } from '../../api/ref.ts'
import type { Commit, LineOrigin, SourceTree } from '../../api/source-tree.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { AskedAgain } from '../../platform/asked-again.ts'
import type { Contributions } from '../../platform/contributions.ts'
import type { Crawler } from './crawler.ts'
import type { DocumentPath } from './model/json-value.ts'
import type { Traced } from './model/origins.ts'
import type { Places } from './places.ts'
import { placeOf } from './process.ts'
import type { CatalogService } from './service.ts'
import type { EntityRow } from './store/entity.ts'
import { type Statement, statementsOf } from './store/statements.ts'
import { orphanAnnotation } from './store/winners.ts'
import { createWrittenDocuments } from './written-documents.ts'

/** What a field of an entity goes back to, as the portal hands the entity out. */
export type Origin = Stated | { by: 'portal'; what: 'uid' | 'etag' | 'orphan' } | RelationOrigin

/** A file says so, or a processor or a default added it. */
export type Stated = FileOrigin | Exclude<Traced, { by: 'file' }>

export type FileOrigin = Extract<Traced, { by: 'file' }> & {
  /** The entity whose file it is. */
  ref: string
  sourceId: string
  file: string
  /** From 1; null where no line can be told, `why` says why not. */
  line: number | null
  column: number | null
  /** The newest version of the document cannot be used: the entity is an earlier one, the line is one of today. */
  stale: boolean
  /** Nobody wrote the file: what its line follows from. */
  inferred?: LineOrigin | undefined
}

/** The portal derived it from a field of the entity itself or of the other one. */
export interface RelationOrigin {
  by: 'portal'
  what: 'relation'
  /** Null where the entity that states it may not be seen. */
  of: { ref: string; field: DocumentPath; origin: Stated } | null
}

/** An entity of the catalog and where it was read, as far as origins depend on it. */
export type Told = Pick<
  EntityRow,
  'ref' | 'sourceId' | 'path' | 'position' | 'etag' | 'stale' | 'orphanedAt' | 'entity'
>

type FileAt = Pick<Told, 'sourceId' | 'path'>

/** A relation of an entity, as seen from it. */
export interface RelatedPair {
  type: string
  ref: string
}

/** Where every field of an entity comes from: computed from its file when somebody asks. */
export interface Origins {
  /** One origin for each path; those of relations by `relations`. */
  of(row: Told, paths: readonly DocumentPath[], signal: AbortSignal): Promise<Origin[]>
  /** What makes it so that an entity is related to others, as far as the actor may see it. */
  relations(actor: Actor, row: Told, related: readonly RelatedPair[], signal: AbortSignal): Promise<RelationOrigin[]>
  /** Equal as long as its fields go back to the same places. */
  version(row: Told, signal: AbortSignal): Promise<string>
  /**
   * The last commit that changed a file; null where its source tells none.
   *
   * @returns undefined when it is not known within that many milliseconds
   */
  commit(sourceId: string, file: string, patience: number, signal: AbortSignal): Promise<Commit | null | undefined>
}

export const originsRef: ServiceRef<Origins> = serviceRef('catalog.origins')

export interface OriginsArgs {
  ctx: Pick<PluginContext, 'db' | 'log'>
  service: CatalogService
  crawler: Crawler
  places: Places
  contributions: Contributions
}

/** Relations that are looked up together. Then other requests get their turn: each may be in a file that must be parsed. */
const atOnce = 10

/** Paths that one page asks for; the many of a whole entity are not remembered. */
const fewPaths = 60

/** Milliseconds for which a file is taken to be as it was when it was last looked at, unless its source is read. */
export const lookAgain = 1000

/** For caches. Otherwise they set a timer for each millisecond in which they are asked. */
export const fresh = { ttl: lookAgain, ttlResolution: 0 } as const

export function createOrigins({ ctx, service, crawler, places, contributions }: OriginsArgs): Origins {
  const blobs = new LRUCache<string, Promise<string>>({ max: 500, ...fresh })
  const known = new AskedAgain<Map<string, Origin>>({ recent: 1, max: 60 })
  const stated = new AskedAgain<{ blob: string; at: FileAt; of: RelationOrigin['of'] }>({ recent: 8, max: 400 })
  // While a large source is read, every second brings other states of the catalog, in which most is as it was.
  const placed = new AskedAgain<{ origin: Stated }>({ recent: 8, max: 400 })
  const documents = createWrittenDocuments(crawler, places)
  // Cards of one page ask for themselves: they share what was parsed.
  const tracing = new AskedAgain<Promise<(path: DocumentPath) => Stated>>({ recent: 3, max: 30, ...fresh })
  const commits = new LRUCache<string, Promise<Commit | undefined>>({ max: 2000 })

  /** What tells the content of a file from an earlier one; empty where it is not there. */
  async function blobOf({ sourceId, path }: FileAt, signal: AbortSignal): Promise<string> {
    try {
      // Every reading of a source opens it anew: what was seen before it does not count.
      const tree = await crawler.tree(sourceId, signal)
      if (!tree) return ''
      const key = `${numberOf(tree)}\n${path}`
      const looked = blobs.get(key) ?? tree.stat(path).then((entry) => entry?.blob ?? '')
      blobs.set(key, looked)
      return await looked.catch((error) => {
        blobs.delete(key)
        throw error
      })
    } catch (error) {
      if (!(error instanceof PortalError)) throw error
      return ''
    }
  }

  async function trace(row: Told, signal: AbortSignal): Promise<(path: DocumentPath) => Stated> {
    const provider = crawler.provider(row.sourceId)
    const written = await documents.of(row, await blobOf(row, signal), signal)
    // Loaded with the first page that shows lines: it brings a parser of 6 MB.
    const { tracer } = await import('./model/origins.ts')
    const find = tracer({
      written,
      entity: row.entity,
      kinds: new Map(contributions.kinds.map(({ spec }) => [spec.kind, spec])),
      processors: contributions.processors,
      from: placeOf(provider, row.path),
      failed: (id, error) => ctx.log.warn({ processor: id, entity: row.ref, err: error }, 'A processor failed'),
    })
    const tree = await crawler.tree(row.sourceId, signal)
    return (path) => {
      const found = find(path)
      if (found.by !== 'file') return found
      const inferred = found.place ? tree?.origin?.(row.path, found.place.line) : undefined
      const { ref, sourceId, path: file, stale } = row
      return {
        ...found,
        ref,
        sourceId,
        file,
        stale,
        line: found.place?.line ?? null,
        column: found.place?.column ?? null,
        ...(inferred && { inferred }),
      }
    }
  }

  function traceOnce(key: string, row: Told, signal: AbortSignal): Promise<(path: DocumentPath) => Stated> {
    const known = tracing.get(key)
    const found = known ?? trace(row, signal)
    if (!known) tracing.set(key, found)
    return found.catch((error) => {
      tracing.delete(key)
      throw error
    })
  }

  async function relation(actor: Actor, statement: Statement, signal: AbortSignal): Promise<RelationOrigin['of']> {
    const { holder, field } = statement
    const key = `${service.version(actor)} ${holder} ${field}${field === '[]' ? JSON.stringify(statement) : ''}`
    const last = stated.get(key)
    if (last && last.blob === (await blobOf(last.at, signal))) return last.of
    const row = await service.find(actor, parseRef(holder))
    if (!row) return null
    const path = JSON.parse(field) as DocumentPath
    const blob = await blobOf(row, signal)
    const origin = path.length === 0 ? derived(row, statement) : await placedOnce(row, blob, field, signal)
    const of = { ref: holder, field: path, origin }
    stated.set(key, { blob, at: { sourceId: row.sourceId, path: row.path }, of })
    return of
  }

  function answersOf(key: string): Map<string, Origin> {
    const found = known.get(key)
    if (found) return found
    const answers = new Map<string, Origin>()
    known.set(key, answers)
    return answers
  }

  async function placedOnce(row: Told, blob: string, field: string, signal: AbortSignal): Promise<Stated> {
    const key = `${versionOf(row, blob)}\n${field}`
    const known = placed.get(key)
    if (known) return known.origin
    const origin = (await traceOnce(versionOf(row, blob), row, signal))(JSON.parse(field) as DocumentPath)
    placed.set(key, { origin })
    return origin
  }

  function derived({ entity }: Told, { type, targetRef }: Statement): Stated {
    const says = contributions.processors.find(({ spec }) =>
      spec.relations?.(entity).some((one) => one.type === type && one.targetRef === targetRef),
    )
    return { by: 'processor', id: says?.id ?? '' }
  }

  async function commitOf(sourceId: string, file: string, signal: AbortSignal): Promise<Commit | null> {
    const tree = await crawler.tree(sourceId, signal)
    if (!tree?.log) return null
    const key = `${sourceId}\n${tree.revision}\n${file}`
    const asked = commits.get(key) ?? tree.log(file)
    commits.set(key, asked)
    try {
      return (await asked) ?? null
    } catch (error) {
      commits.delete(key)
      ctx.log.warn({ source: sourceId, file }, `The last commit of a file cannot be told: ${messageOf(error)}`)
      return null
    }
  }

  return {
    async of(row, paths, signal) {
      const key = versionOf(row, await blobOf(row, signal))
      const answers = answersOf(key)
      const origins: Origin[] = []
      for (const one of paths) {
        const id = JSON.stringify(one)
        const answer = answers.get(id) ?? portalOrigin(row, one) ?? (await traceOnce(key, row, signal))(one)
        if (paths.length <= fewPaths) answers.set(id, answer)
        origins.push(answer)
      }
      return origins
    },

    async relations(actor, row, related, signal) {
      const targets = related.map(({ ref }) => ref)
      const found = grouped(statementsOf(ctx.db.read, row.ref, targets))
      const origins: RelationOrigin[] = []
      const originOf = async ({ type, ref }: RelatedPair): Promise<RelationOrigin> => {
        const said = found.get(keyOf({ type, targetRef: ref })) ?? []
        // Its own file comes first: that is where its people look.
        const first = said.find(({ holder }) => holder === row.ref) ?? said[0]
        return { by: 'portal', what: 'relation', of: first ? await relation(actor, first, signal) : null }
      }
      for (let at = 0; at < related.length; at += atOnce) {
        if (at > 0) await setImmediate()
        origins.push(...(await Promise.all(related.slice(at, at + atOnce).map(originOf))))
      }
      return origins
    },

    version: async (row, signal) => versionOf(row, await blobOf(row, signal)),

    commit: (sourceId, file, patience, signal) => within(patience, commitOf(sourceId, file, signal)),
  }
}

const trees = new WeakMap<SourceTree, number>()
let lastTree = 0

function numberOf(tree: SourceTree): number {
  const known = trees.get(tree) ?? ++lastTree
  trees.set(tree, known)
  return known
}

/** What its origins depend on. */
function versionOf({ ref, sourceId, path, position, etag, stale, orphanedAt }: Told, blob: string): string {
  return [ref, sourceId, path, position, etag, stale, orphanedAt?.getTime(), blob].join('\n')
}

/** What the portal adds to an entity itself, after everything that can be read from its file. */
function portalOrigin({ entity, orphanedAt }: Told, path: DocumentPath): Origin | undefined {
  const [top, field, key] = path
  if (top !== 'metadata') return undefined
  if (field === 'uid') return { by: 'portal', what: 'uid' }
  if (field === 'etag' && entity.metadata.etag === undefined) return { by: 'portal', what: 'etag' }
  const isMark = field === 'annotations' && key === orphanAnnotation && orphanedAt !== null
  return isMark ? { by: 'portal', what: 'orphan' } : undefined
}

function grouped(all: readonly Statement[]): Map<string, Statement[]> {
  const groups = new Map<string, Statement[]>()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}

function keyOf({ type, targetRef }: Pick<Statement, 'type' | 'targetRef'>): string {
  return `${type} ${targetRef}`
}

async function within<T>(patience: number, answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patience, undefined)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
