import { eq, getTableColumns, or, type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { Entity } from '../../../api/entity.ts'
import { type Given, prepared } from '../../../platform/db/prepared.ts'
import { changes, documents, entities, problems, relations } from '../schema.ts'
import { scopedQuery } from './scoped-query.ts'

export type EntityRow = typeof entities.$inferSelect & { entity: Entity }
export type ProblemRow = typeof problems.$inferSelect

export interface RelatedEntity {
  type: string
  ref: string
  /** Null when nothing of that name is in the catalog. */
  name: string | null
  title: string | null
  entityType: string | null
  owner: string | null
  ownerTitle: string | null
}

export interface ChangeRow {
  id: string
  at: number
  ref: string
  title: string
  action: 'created' | 'updated' | 'removed'
  owner: string | null
  /** JSON of the fields that changed. */
  fields: string | null
}

/** Building this query takes as long as running it, and every page of an entity begins with it. */
const unscoped = prepared((db, { ref }: Given<{ ref: string }>) => findWhere(db, eq(entities.ref, ref)))

export function findEntity(read: Reader, ref: string, scope: SQL | undefined): EntityRow | undefined {
  return scope ? findWhere(read, sql`${entities.ref} = ${ref} and ${scope}`).get() : unscoped.get(read, { ref })
}

function findWhere(read: Pick<Reader, 'select'>, condition: SQL) {
  return read
    .select({ ...getTableColumns(entities), entity: documents.entity })
    .from(entities)
    .innerJoin(documents, eq(documents.number, entities.number))
    .where(condition)
}

/** The documents of some entities, as JSON, with what the portal adds to them. */
export function documentsOf(read: Reader, refs: readonly string[]) {
  return read.all(
    sql`select ${entities.ref} as ref, ${documents.entity} as entity, ${entities.uid} as uid, ${entities.etag} as etag
      from ${entities} join ${documents} on ${documents.number} = ${entities.number}
      where ${entities.ref} in (select value from json_each(${JSON.stringify(refs)}))`,
  ) as unknown as { ref: string; entity: string; uid: string; etag: string }[]
}

const titles = scopedQuery(
  ({ refs }: Given<{ refs: string }>, scope) => sql<{
    ref: string
    title: string
  }>`select ${entities.ref} as ref, coalesce(${entities.title}, ${entities.name}) as title from ${entities}
    where ${entities.ref} in (select value from json_each(${refs}))${scope ? sql` and ${scope}` : sql``}`,
)

/** What these are called, as far as they are there and in scope. */
export function findTitles(read: Reader, refs: readonly string[], scope: SQL | undefined) {
  return titles(read, { refs: JSON.stringify(refs) }, scope)
}

const allRelated = scopedQuery(({ ref }: Given<{ ref: string }>, scope) => {
  const visible = scope ? sql` and (${entities.id} is null or ${scope})` : sql``
  return sql<RelatedEntity>`select distinct ${relations.type} as type, ${relations.targetRef} as ref, ${entities.name} as name,
    ${entities.title} as title, ${entities.type} as entityType, ${entities.owner} as owner,
    (select coalesce(o.title, o.name) from ${entities} o where o.ref = ${entities.owner}) as ownerTitle
    from ${relations} left join ${entities} on ${entities.ref} = ${relations.targetRef}
    where ${relations.sourceRef} = ${ref}${visible}
    order by ${relations.type}, coalesce(${entities.sortName}, ${relations.targetRef}) limit 5000`
})

/** Everything the entity is related to, as seen from it. A relation to an entity out of scope is left out. */
export function relatedTo(read: Reader, ref: string, scope: SQL | undefined): RelatedEntity[] {
  return allRelated(read, { ref }, scope)
}

/** Relations as the entity's own document shows them: every one that leads to what may be seen, or to nothing. */
export function relationsFrom(read: Reader, refs: readonly string[], scope: SQL | undefined) {
  const visible = scope ? sql` and (${entities.id} is null or ${scope})` : sql``
  return read.all(
    sql`select distinct ${relations.sourceRef} as ref, ${relations.type} as type, ${relations.targetRef} as targetRef
      from ${relations} left join ${entities} on ${entities.ref} = ${relations.targetRef}
      where ${relations.sourceRef} in (select value from json_each(${JSON.stringify(refs)}))${visible}
      order by 1, 2, 3`,
  ) as unknown as { ref: string; type: string; targetRef: string }[]
}

/** Those of the entity; where its newest reading failed, also those of its file as a whole. */
export async function problemsOf(
  read: Reader,
  { ref, stale, sourceId, path }: Pick<EntityRow, 'ref' | 'stale' | 'sourceId' | 'path'>,
): Promise<ProblemRow[]> {
  if (!stale) return ownProblems.all(read, { ref })
  const ofFile = sql`${problems.sourceId} = ${sourceId} and ${problems.path} = ${path} and ${problems.position} is null
    and ${problems.severity} = 'error'`
  return problemsWhere(read, or(eq(problems.ref, ref), ofFile))
}

const ownProblems = prepared((db, { ref }: Given<{ ref: string }>) => problemsWhere(db, eq(problems.ref, ref)))

function problemsWhere(read: Pick<Reader, 'select'>, condition: SQL | undefined) {
  return read.select().from(problems).where(condition).orderBy(problems.severity, problems.position).limit(100)
}

const lastChanges = prepared(
  (
    _,
    { ref, limit }: Given<{ ref: string; limit: number }>,
  ) => sql<ChangeRow>`select ${changes.id} as id, ${changes.at} as at, ${changes.ref} as ref, ${changes.title} as title,
    ${changes.action} as action, ${changes.owner} as owner, ${changes.fields} as fields
    from ${changes} where ${changes.ref} = ${ref} order by ${changes.id} desc limit ${limit}`,
)

/** The newest first. */
export function changesOf(read: Reader, ref: string, limit: number): ChangeRow[] {
  return lastChanges.all(read, { ref, limit })
}

export interface RecentChange extends ChangeRow {
  name: string
  kind: string
  namespace: string
  type: string | null
  ownerTitle: string | null
}

export interface RecentFilter {
  /** Lower case. */
  kind?: string | undefined
  owners?: readonly string[] | undefined
}

/** What changed of the entities that are still there and in scope, the newest first, one line for each entity. */
export function recentChanges(
  read: Reader,
  scope: SQL | undefined,
  limit: number,
  { kind, owners }: RecentFilter,
): RecentChange[] {
  const ofKind = kind === undefined ? sql`` : sql` and ${entities.kind} = ${kind}`
  const owned = owners === undefined ? sql`` : sql` and ${entities.owner} in ${owners.length > 0 ? owners : ['']}`
  const visible = sql`${ofKind}${owned}${scope ? sql` and ${scope}` : sql``}`
  return read.all<RecentChange>(
    sql`select c.id as id, c.at as at, c.ref as ref, c.action as action, c.fields as fields,
      coalesce(${entities.title}, ${entities.name}) as title, ${entities.owner} as owner, ${entities.name} as name,
      ${entities.kind} as kind, ${entities.namespace} as namespace, ${entities.type} as type,
      (select coalesce(o.title, o.name) from ${entities} o where o.ref = ${entities.owner}) as ownerTitle
      from ${entities} join ${changes} c on c.id =
        (select max(l.id) from ${changes} l where l.ref = ${entities.ref})
      where ${entities.id} in (select ${entities.id} from ${entities} where 1${visible}
        order by ${entities.changedAt} desc limit ${limit})
      order by c.at desc, ${entities.sortName} limit ${limit}`,
  ) as unknown as RecentChange[]
}

export function countByKind(read: Reader, scope: SQL | undefined): Map<string, number> {
  const rows = read.all(
    sql`select ${entities.kind} as kind, count(*) as n from ${entities} where ${scope ?? sql`1`} group by 1 order by 2 desc`,
  ) as unknown as { kind: string; n: number }[]
  return new Map(rows.map(({ kind, n }) => [kind, n]))
}

export interface Named {
  ref: string
  kind: string
  namespace: string
  name: string
  title: string | null
  type: string | null
}

/** Entities whose name is about as long as this one: those that a misspelt name may have meant. */
export function namesLike(read: Reader, name: string, kinds: readonly string[], scope: SQL | undefined): Named[] {
  const slack = Math.max(2, Math.floor(name.length / 3))
  const ofKind = kinds.length > 0 ? sql`${entities.kind} in ${kinds}` : sql`1`
  return read.all(
    sql`select ${entities.ref} as ref, ${entities.kind} as kind, ${entities.namespace} as namespace,
      ${entities.name} as name, ${entities.title} as title, ${entities.type} as type from ${entities}
      where ${ofKind} and length(${entities.name}) between ${name.length - slack} and ${name.length + slack}
      and ${scope ?? sql`1`} limit 20000`,
  ) as unknown as Named[]
}
