import { sql } from 'drizzle-orm'
import type { Entity } from '../../api/entity.ts'
import {
  bool,
  index,
  integer,
  json,
  primaryKey,
  table,
  text,
  time,
  uniqueIndex,
  view,
} from '../../platform/db/columns.ts'
import type { Change } from './model/changes.ts'
import type { Fill } from './model/filling.ts'
import type { Place } from './model/problem.ts'

/** One row per provider of the configuration; rows of providers that have gone keep their entities until they are swept. */
export const sources = table('catalog_sources', {
  id: text().primaryKey(),
  title: text().notNull(),
  type: text().notNull(),
  location: text().notNull(),
  /** waiting, reading, ok or failed. */
  state: text().notNull(),
  configured: bool().notNull(),
  revision: text(),
  /** False from the first write of a crawl to its last: a crawl that was cut short left comparisons undone. */
  settled: bool().notNull(),
  error: text(),
  /** What to do about the error; without one, what was left out. */
  hint: text(),
  /** Since when it cannot be read. */
  failedSince: time(),
  startedAt: time(),
  readAt: time(),
  /** When it was last read without an error. */
  okAt: time(),
  /** Milliseconds. */
  took: integer(),
})

/** What people registered: each is a source beside those of the configuration. */
export const registrations = table(
  'catalog_registrations',
  {
    /** Part of the id of its source. */
    id: text().primaryKey(),
    /** As it is shown: one way to write it of those there are. */
    target: text().notNull(),
    /** The target in lower case where that makes no difference: registered once. */
    key: text().notNull(),
    /** `git`: files of a repository; `url`: one file by itself. */
    type: text().notNull(),
    /** What Git clones from; null for one file by itself. */
    repository: text(),
    /** The branch that the target names; null for the default one. */
    branch: text(),
    /** Within the repository; empty for its root. */
    path: text().notNull(),
    /** `file` or `tree`. */
    scope: text().notNull(),
    registeredAt: time().notNull(),
    /** Name of who did it. */
    registeredBy: text().notNull(),
    /** Since when it is being taken away, which takes several steps; the last one removes the row. */
    leavingAt: time(),
  },
  (t) => [uniqueIndex('catalog_registrations_key').on(t.key)],
)

/** Every file that was read, so that an unchanged one costs nothing. */
export const files = table(
  'catalog_files',
  {
    sourceId: text().notNull(),
    path: text().notNull(),
    blob: text().notNull(),
    /** Version of the code and kinds that read it: another one reads it again. */
    reader: text().notNull(),
    /** The file whose Location led here; null for those that the source's own globs found. */
    parent: text(),
    documents: integer().notNull(),
    readAt: time().notNull(),
    /** Since when it is gone or nothing leads to it, while what it defined has not been let go. */
    missingAt: time(),
  },
  (t) => [primaryKey({ columns: [t.sourceId, t.path] })],
)

/** Every definition that was read; of several for one reference the winner becomes the entity. */
export const candidates = table(
  'catalog_candidates',
  {
    id: text().primaryKey(),
    sourceId: text().notNull(),
    path: text().notNull(),
    /** Counts the non-empty documents of the file from 0. */
    position: integer().notNull(),
    ref: text().notNull(),
    /** The newest reading of this document failed; this is the last good one. */
    stale: bool().notNull(),
    seenAt: time().notNull(),
    entity: json<Entity>().notNull(),
    /** Which of its values came from other files; null where none did. */
    fills: json<readonly Fill[]>(),
    /** Since when its file no longer defines it; at the end of the crawl it goes, or waits for a decision. */
    missingAt: time(),
  },
  (t) => [
    index('catalog_candidates_ref').on(t.ref),
    index('catalog_candidates_file').on(t.sourceId, t.path),
    index('catalog_candidates_missing').on(t.sourceId, t.missingAt).where(sql`missing_at is not null`),
  ],
)

/** Removals that were too large to be made without asking: one for each source at most. */
export const removals = table('catalog_removals', {
  sourceId: text().primaryKey(),
  /** Stands for the set of references that would go. */
  digest: text().notNull(),
  /** How many entities would go, of how many. */
  count: integer().notNull(),
  total: integer().notNull(),
  /** The first of their references. */
  sample: json<readonly string[]>().notNull(),
  askedAt: time().notNull(),
  /** When a crawl last found the same set missing. */
  seenAt: time().notNull(),
  /** keep or apply; null while nobody has decided. */
  decision: text(),
  decidedAt: time(),
  /** Name of who decided. */
  decidedBy: text(),
})

/** Files that others take something from (`$text`): what they define is read again when one of these changes. */
export const inclusions = table(
  'catalog_inclusions',
  {
    /** The file that names it. */
    sourceId: text().notNull(),
    path: text().notNull(),
    /** Empty for an address that no source has. */
    includedSourceId: text().notNull(),
    /** The path in that source, or the address. */
    included: text().notNull(),
    /** The content that was read; null where there was none. */
    blob: text(),
  },
  (t) => [
    primaryKey({ columns: [t.sourceId, t.path, t.includedSourceId, t.included] }),
    index('catalog_inclusions_included').on(t.includedSourceId),
  ],
)
/**
 * Every reference that occurs, of entities and of what relations name. Rows that are many hold the number in its
 * place: with texts in them the database was three times as large and reading took twice as long.
 */
export const refs = table('catalog_refs', { number: integer().primaryKey(), ref: text().notNull() }, (t) => [
  uniqueIndex('catalog_refs_ref').on(t.ref),
])

export const entities = table(
  'catalog_entities',
  {
    /** That of its reference. */
    number: integer().primaryKey(),
    id: text().notNull(),
    uid: text().notNull(),
    /** `kind:namespace/name`, lower case, as are `kind`, `owner` and `system`. */
    ref: text().notNull(),
    kind: text().notNull(),
    namespace: text().notNull(),
    name: text().notNull(),
    title: text(),
    description: text(),
    type: text(),
    lifecycle: text(),
    owner: text(),
    system: text(),
    tags: json<string[]>().notNull(),
    /** What lists sort by: title or name without case and accents. */
    sortName: text().notNull(),
    /** What the text filter looks in: name, title, description and tags, lower case. */
    haystack: text().notNull(),
    etag: text().notNull(),
    sourceId: text().notNull(),
    path: text().notNull(),
    position: integer().notNull(),
    stale: bool().notNull(),
    /** Since when nothing defines it any more. */
    orphanedAt: time(),
    errors: integer().notNull().default(0),
    warnings: integer().notNull().default(0),
    createdAt: time().notNull(),
    changedAt: time().notNull(),
  },
  (t) => [
    uniqueIndex('catalog_entities_id').on(t.id),
    uniqueIndex('catalog_entities_ref').on(t.ref),
    index('catalog_entities_kind_name').on(t.kind, t.sortName, t.id),
    index('catalog_entities_owner').on(t.owner),
    index('catalog_entities_system').on(t.system),
    index('catalog_entities_changed').on(t.changedAt),
    index('catalog_entities_file').on(t.sourceId, t.path),
  ],
)

/** What entities say, apart from the rows that lists run through. */
export const documents = table('catalog_documents', {
  number: integer().primaryKey(),
  /** Ids of its terms: an index of facets by entity would cost more than all else about them. */
  terms: json<number[]>().notNull(),
  entity: json<Entity>().notNull(),
})

/**
 * Every relation once, as the file of its holder states it; `holder` and `target` are numbers of references. Created
 * WITHOUT ROWID.
 */
export const edges = table(
  'catalog_edges',
  {
    holder: integer().notNull(),
    type: text().notNull(),
    target: integer().notNull(),
    /** What the relation is called from the other side; null where nothing is seen from there. */
    reverse: text(),
    /** Path of the field that states it, as JSON. */
    field: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.holder, t.type, t.target] }), index('catalog_edges_target').on(t.target)],
)

/** Both directions of every edge, with their references written out. */
export const relations = view('catalog_relations', {
  sourceRef: text().notNull(),
  type: text().notNull(),
  targetRef: text().notNull(),
  holder: text().notNull(),
  /** The direction as it was written; the other one follows from it. */
  declared: bool().notNull(),
  field: text().notNull(),
}).existing()

/** Every key and value that some entity can be found by. */
export const terms = table(
  'catalog_terms',
  {
    id: integer().primaryKey(),
    key: text().notNull(),
    /** In lower case. */
    value: text().notNull(),
    /** The value as written; null where it is too long to be compared. */
    display: text(),
  },
  (t) => [index('catalog_terms_key').on(t.key, t.value)],
)

/** Which entity has which term: every searchable leaf of every entity. Created WITHOUT ROWID. */
export const facets = table('catalog_facets', { term: integer().notNull(), entity: integer().notNull() }, (t) => [
  primaryKey({ columns: [t.term, t.entity] }),
  index('catalog_facets_entity').on(t.entity),
])

export const problems = table(
  'catalog_problems',
  {
    id: text().primaryKey(),
    /** `file`: found when reading; `reference`, `conflict`: found when comparing what was read. */
    origin: text().notNull(),
    sourceId: text().notNull(),
    path: text().notNull(),
    position: integer(),
    /** The entity it is about, as far as it can be told. */
    ref: text(),
    severity: text().notNull(),
    code: text().notNull(),
    /** Path in the document, as JSON. */
    field: text().notNull(),
    message: text().notNull(),
    expected: text(),
    hint: text(),
    /** Another reference it is about: the one that leads nowhere, or the owner that a second definition names. */
    target: text(),
    /** Whether the fault lies in the key at `field`, not in its value. */
    atKey: bool().notNull().default(false),
    /** YAML that may take the place of what is wrong. */
    mended: text(),
    /** Where it stands, if that was known when the file was read; else it is looked up when asked for. */
    place: json<Place>(),
    firstSeenAt: time().notNull(),
  },
  (t) => [
    index('catalog_problems_file').on(t.sourceId, t.path),
    index('catalog_problems_ref').on(t.ref),
    index('catalog_problems_origin').on(t.origin),
  ],
)

/** What became of entities, from the first day on; only ever added to. */
export const changes = table(
  'catalog_changes',
  {
    id: text().primaryKey(),
    at: time().notNull(),
    ref: text().notNull(),
    entityId: text().notNull(),
    kind: text().notNull(),
    title: text().notNull(),
    owner: text(),
    /** created, updated or removed. */
    action: text().notNull(),
    sourceId: text().notNull(),
    path: text().notNull(),
    revision: text(),
    /** Field by field, so that the state before can be had from the state after. */
    fields: json<Change[]>(),
    /** The whole entity, where it was removed. */
    before: json<Entity>(),
  },
  (t) => [index('catalog_changes_ref').on(t.ref, t.id), index('catalog_changes_at').on(t.at, t.id)],
)
