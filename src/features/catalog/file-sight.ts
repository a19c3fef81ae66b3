import { posix } from 'node:path'
import { type SQL, sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import type { Entity } from '../../api/entity.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type Policy, within } from '../../platform/permissions/policy.ts'
import { missing } from '../../platform/source/tree-path.ts'
import { splitDocuments } from './model/chunks.ts'
import { entities } from './schema.ts'
import type { CatalogService } from './service.ts'
import { inclusionRows, type SightRow, sightRows, takerRows } from './store/sight.ts'

/**
 * What an actor may see of the files of a source. A file that defines nothing belongs to those that take something from
 * it, else to what is defined nearest above it.
 */
export interface SourceSight {
  /** Whether any of a file may be seen. What may not is answered as what is not there. */
  shows(path: string): boolean
  /** Whether a file also defines what may not be seen. */
  isMixed(path: string): boolean
  /** The documents of a file that may be seen. @throws PortalError `not_found` where that is none */
  seen(path: string, read: () => Promise<string>): Promise<string>
  /** The same with empty lines for what is left out, so that lines keep their numbers. */
  blanked(path: string, read: () => Promise<string>): Promise<string>
}

export interface FileSights {
  /** Undefined for whoever sees everything. */
  of(actor: Actor, sourceId: string): SourceSight | undefined
}

/** Of so many sources and scopes what may be seen is remembered, until the catalog changes. */
const most = 16

export function createFileSights(ctx: PluginContext, catalog: CatalogService, policy: () => Policy): FileSights {
  const known = new LRUCache<string, SourceSight>({ max: most })

  function takersOf(sourceId: string, scope: SQL, isSeen: (row: SightRow) => boolean): Taker[] {
    const hidden = new Set(
      takerRows(ctx.db.read, sourceId, scope).flatMap((row) => (isSeen(row) ? [] : fileKey(row.by, row.path))),
    )
    return inclusionRows(ctx.db.read, sourceId).map(({ path, included, by }) => {
      return by === sourceId ? { path, included } : { included, isOpen: !hidden.has(fileKey(by, path)) }
    })
  }

  return {
    of(actor, sourceId) {
      const scope = within(policy().scope(actor, 'catalog.read'), sql`${entities.id}`)
      if (scope === undefined) return undefined
      const key = `${catalog.version(actor)} ${sourceId}`
      const mayRead = (entity: Entity) => policy().check(actor, 'catalog.read', entity).allow
      const isSeen = ({ visible, entity }: SightRow) =>
        visible === 1 && (entity === null || mayRead(JSON.parse(entity) as Entity))
      const sight =
        known.get(key) ??
        sightOf(
          sightRows(ctx.db.read, sourceId, scope).map((row) => ({ ...row, isSeen: isSeen(row) })),
          takersOf(sourceId, scope, isSeen),
        )
      known.set(key, sight)
      return sight
    },
  }
}

/** A file that takes something from one of the source: one of the same source, or one of which it is known. */
type Taker = { included: string } & ({ path: string } | { isOpen: boolean })

const fileKey = (sourceId: string, path: string) => `${sourceId}\n${path}`

interface Defined {
  /** References of what may be seen. */
  seen: string[]
  hidden: number
}

function sightOf(
  definitions: readonly { path: string; ref: string; isSeen: boolean }[],
  included: readonly Taker[],
): SourceSight {
  const byPath = new Map<string, Defined>()
  const folders = new Map<string, boolean>()
  for (const { path, ref, isSeen } of definitions) {
    const defined = byPath.get(path) ?? { seen: [], hidden: 0 }
    byPath.set(path, defined)
    if (isSeen) defined.seen.push(ref)
    else defined.hidden++
    const folder = posix.dirname(path)
    folders.set(folder, isSeen || (folders.get(folder) ?? false))
  }
  const takers = new Map<string, Taker[]>()
  for (const one of included) takers.set(one.included, [...(takers.get(one.included) ?? []), one])

  const isOpen = (path: string) => byPath.get(path)?.hidden === 0
  const isMixed = (path: string) => !isOpen(path) && (byPath.get(path)?.seen.length ?? 0) > 0

  function shows(file: string): boolean {
    const path = posix.normalize(file)
    if (byPath.has(path)) return isOpen(path) || isMixed(path)
    const by = takers.get(path)
    if (by) return by.some((one) => ('path' in one ? isOpen(one.path) : one.isOpen))
    for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
      const isSeen = folders.get(folder)
      if (isSeen !== undefined || folder === '.' || folder === '/') return isSeen ?? true
    }
  }

  async function chosen(file: string, read: () => Promise<string>, other: (piece: string) => string): Promise<string> {
    const path = posix.normalize(file)
    // Before it is read: one that is too large would say so.
    if (!shows(path)) throw missing(file)
    const text = await read()
    if (!isMixed(path)) return text
    const seen = byPath.get(path)?.seen ?? []
    // Loaded with the first file that needs it: the parser takes 6 MB.
    const { documentIn } = await import('./model/written-values.ts')
    // By what they say now, not by where they stood when the file was read.
    const isSeen = (chunk: ReturnType<typeof splitDocuments>[number]) =>
      seen.some((ref) => documentIn(chunk, ref) !== undefined)
    return splitDocuments(text)
      .map((chunk) => (isSeen(chunk) ? chunk.text : other(chunk.text)))
      .join('')
  }

  return {
    shows,
    isMixed: (file) => isMixed(posix.normalize(file)),
    seen: (path, read) => chosen(path, read, () => ''),
    blanked: (path, read) => chosen(path, read, (piece) => piece.replace(/[^\n]/g, '')),
  }
}
