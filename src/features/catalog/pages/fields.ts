import type { Actor } from '../../../api/actor.ts'
import type { Entity } from '../../../api/entity.ts'
import type { Commit } from '../../../api/source-tree.ts'
import { AskedAgain } from '../../../platform/asked-again.ts'
import type { Crawler } from '../crawler.ts'
import { type Told, titlePath } from '../entity-view.ts'
import { type DocumentPath, valueAt } from '../model/json-value.ts'
import { fresh, type Origin, type Origins, type RelatedPair } from '../provenance.ts'
import {
  type FieldsView,
  fieldGroups,
  fieldsPath,
  leavesOf,
  type OriginWords,
  provenanceOf,
} from '../provenance-views.ts'
import { type CatalogService, stamped } from '../service.ts'
import type { EntityRow } from '../store/entity.ts'
import type { Provenance } from '../views.ts'

export interface FieldPages {
  /** Equal as long as the marks of its own fields are the same. */
  version(row: EntityRow, signal: AbortSignal): Promise<string>
  /** Where those fields come from that the page of an entity shows, with those of its header. */
  told(row: EntityRow, signal: AbortSignal): Promise<Told>
  /** The same, with the relations that are shown. */
  toldWith(actor: Actor, row: EntityRow, related: readonly RelatedPair[], signal: AbortSignal): Promise<Told>
  /** The marks of some fields, one for each. */
  marks(row: EntityRow, paths: readonly DocumentPath[], signal: AbortSignal): Promise<Provenance[]>
  /** Every field of an entity, as the portal hands it out. */
  fields(actor: Actor, row: EntityRow, related: readonly RelatedPair[], signal: AbortSignal): Promise<FieldsView>
}

/** Milliseconds that a page waits for commits. What comes later is shown the next time. */
const patience = { page: 15, fields: 1500 }

/** Of an entity with more than that nobody reads all. Each relation may lead to a file of its own. */
const most = { fields: 2000, relations: 200, commits: 30 }

export function createFieldPages(origins: Origins, service: CatalogService, crawler: Crawler): FieldPages {
  // For the reader who asks again at once, no more: what is kept of every page becomes old.
  const pages = new AskedAgain<Told>({ recent: 1, max: 30, ...fresh })
  const cards = new AskedAgain<Provenance[]>({ recent: 2, max: 60, ...fresh })
  const viewUrl: OriginWords['viewUrl'] = (sourceId, file, line) => crawler.provider(sourceId)?.viewUrl?.(file, line)

  async function wordsFor(
    ref: string,
    files: ReadonlyMap<string, { sourceId: string; file: string }>,
    wait: number,
    signal: AbortSignal,
  ): Promise<OriginWords & { isWhole: boolean }> {
    const known = new Map<string, Commit>()
    let isWhole = true
    const asked = [...files].slice(0, most.commits).map(async ([key, { sourceId, file }]) => {
      const commit = await origins.commit(sourceId, file, wait, signal)
      if (commit) known.set(key, commit)
      if (commit === undefined) isWhole = false
    })
    await Promise.all(asked)
    return { ref, viewUrl, isWhole, commit: (sourceId, file) => known.get(fileKey({ sourceId, file })) }
  }

  function pageWords({ ref, sourceId, path: file }: EntityRow, signal: AbortSignal) {
    return wordsFor(ref, new Map([[fileKey({ sourceId, file }), { sourceId, file }]]), patience.page, signal)
  }

  async function told(
    row: EntityRow,
    related: readonly RelatedPair[],
    relations: readonly Origin[],
    signal: AbortSignal,
  ): Promise<Told> {
    const paths = shownPaths(row.entity)
    const [found, words] = await Promise.all([origins.of(row, paths, signal), pageWords(row, signal)])
    const marks = new Map(found.map((origin, index) => [JSON.stringify(paths[index]), provenanceOf(origin, words)]))
    const links = new Map(
      relations.map((origin, index) => [pairKey(related[index] ?? nobody), provenanceOf(origin, words)]),
    )
    return {
      field: (path) => marks.get(JSON.stringify(path)) ?? null,
      relation: (pair) => links.get(pairKey(pair)) ?? null,
      allHref: fieldsPath(row.ref),
      isWhole: words.isWhole,
    }
  }

  return {
    version: (row, signal) => origins.version(row, signal),

    told: (row, signal) => told(row, [], [], signal),

    async toldWith(actor, row, related, signal) {
      const key = `${service.version(actor)} ${row.ref}`
      const known = pages.get(key)
      if (known) return known
      const found = await told(row, related, await origins.relations(actor, row, related, signal), signal)
      pages.set(key, found)
      return found
    },

    async marks(row, paths, signal) {
      const key = `${service.generation} ${row.ref} ${JSON.stringify(paths)}`
      const known = cards.get(key)
      if (known) return known
      const [found, words] = await Promise.all([origins.of(row, paths, signal), pageWords(row, signal)])
      const marks = found.map((origin) => provenanceOf(origin, words))
      cards.set(key, marks)
      return marks
    },

    async fields(actor, row, related, signal) {
      const relations = related.map(({ type, ref }) => ({ type, targetRef: ref }))
      const document = { ...stamped(row.entity, row), relations }
      const leaves = leavesOf(stamped(row.entity, row))
      const paths = leaves.slice(0, most.fields)
      const shown = related.slice(0, most.relations)
      const found = [...(await origins.of(row, paths, signal)), ...(await origins.relations(actor, row, shown, signal))]
      const all = [...paths, ...shown.map((_, index): DocumentPath => ['relations', index])]
      const words = await wordsFor(row.ref, filesOf(found), patience.fields, signal)
      const fields = found.map((origin, index) => ({ path: all[index] ?? [], origin }))
      const more = leaves.length - paths.length + related.length - shown.length
      return { groups: fieldGroups(fields, document, words), more }
    },
  }
}

/** What the header and the card About show, as far as the entity has it. */
function shownPaths(entity: Entity): DocumentPath[] {
  const links = entity.metadata.links ?? []
  const spec = ['owner', 'system', 'domain', 'parent', 'type', 'lifecycle'].map(
    (field): DocumentPath => ['spec', field],
  )
  const all: DocumentPath[] = [
    ['kind'],
    ['metadata', 'name'],
    ['metadata', 'namespace'],
    titlePath(entity),
    ['metadata', 'description'],
    ['metadata', 'tags'],
    ['metadata', 'annotations', 'github.com/project-slug'],
    ['spec', 'profile', 'email'],
    ...spec,
    ...links.map((_, index): DocumentPath => ['metadata', 'links', index]),
  ]
  return all.filter((path) => valueAt(entity as never, path) !== undefined)
}

function filesOf(found: readonly Origin[]) {
  const files = new Map<string, { sourceId: string; file: string }>()
  for (const origin of found) {
    const stated = origin.by === 'portal' && origin.what === 'relation' ? origin.of?.origin : origin
    if (stated?.by === 'file') files.set(fileKey(stated), stated)
  }
  return files
}

const fileKey = ({ sourceId, file }: { sourceId: string; file: string }) => `${sourceId}\n${file}`
const nobody: RelatedPair = { type: '', ref: '' }
const pairKey = ({ type, ref }: RelatedPair) => `${type} ${ref}`
