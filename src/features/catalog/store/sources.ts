import { and, eq, notInArray, type SQL, sql } from 'drizzle-orm'
import type { Database, Reader, Transaction } from '../../../api/database.ts'
import type { Provider } from '../../../api/provider.ts'
import { type Given, prepared } from '../../../platform/db/prepared.ts'
import { candidates, entities, files, problems, sources } from '../schema.ts'
import { besideSeen, hiddenSources, joinedProblems, visibleProblems } from './problems.ts'

export type SourceRow = typeof sources.$inferSelect

export interface CountedSource extends SourceRow {
  entities: number
  files: number
  problems: number
}

/** Brings the table in line with the configuration: new sources wait, those that are gone are marked. */
export async function declareSources(db: Database, providers: readonly Provider[]): Promise<void> {
  await db.write(async (tx) => {
    const ids = providers.map(({ id }) => id)
    await tx.update(sources).set({ configured: false }).where(notInArray(sources.id, ids))
    for (const { id, title, type, locationOf } of providers) {
      const described = { title, type, location: locationOf(''), configured: true }
      await tx
        .insert(sources)
        .values({ id, ...described, state: 'waiting', settled: true })
        .onConflictDoUpdate({ target: sources.id, set: described })
    }
    // Nothing is being read yet: what stands as reading was cut short with the last process.
    await tx.update(sources).set({ state: 'waiting' }).where(eq(sources.state, 'reading'))
  })
}

const byId = prepared((db, { id }: Given<{ id: string }>) => db.select().from(sources).where(eq(sources.id, id)))

export async function findSource(read: Reader, id: string): Promise<SourceRow | undefined> {
  return byId.get(read, { id })
}

const configuredOnes = prepared((db) =>
  db.select().from(sources).where(eq(sources.configured, true)).orderBy(sources.title),
)

export async function listSources(read: Reader): Promise<SourceRow[]> {
  return configuredOnes.all(read, {})
}

/**
 * Sources with what came of them, as far as it is in scope; meant for their page, not for every request.
 *
 * @param without problems that are not counted
 */
export async function countSources(
  read: Reader,
  scope?: SQL,
  without: readonly string[] = [],
): Promise<CountedSource[]> {
  const rows = await listSources(read)
  const counted = (id: SQL, from: SQL, where: SQL) => {
    const counts = read.all(sql`select ${id} as id, count(*) as n from ${from} where ${where} group by 1`)
    return new Map((counts as unknown as { id: string; n: number }[]).map(({ id, n }) => [id, n]))
  }
  const inSight = scope ? sql` and (${files.sourceId}, ${files.path}) not in (${filesOutOf(scope)})` : sql``
  const seen = scope ? sql` and ${visibleProblems({ entities: scope, loose: true, without })}` : sql``
  const [entityCounts, fileCounts, problemCounts] = [
    counted(sql`${entities.sourceId}`, sql`${entities}`, scope ?? sql`1`),
    counted(sql`${files.sourceId}`, sql`${files}`, sql`${files.missingAt} is null${inSight}`),
    // Notes, such as that of a skeleton, are no problems.
    counted(
      sql`${problems.sourceId}`,
      scope ? joinedProblems : sql`${problems}`,
      sql`${problems.severity} <> 'info'${seen}`,
    ),
  ]
  return rows.map((row) => ({
    ...row,
    entities: entityCounts.get(row.id) ?? 0,
    files: fileCounts.get(row.id) ?? 0,
    problems: problemCounts.get(row.id) ?? 0,
  }))
}

/** Sources that define something, and nothing in scope. */
export function sourcesOutOf(read: Reader, scope: SQL): string[] {
  return (read.all(hiddenSources(scope)) as unknown as { id: string }[]).map(({ id }) => id)
}

/** Files that define something, and nothing in scope. */
function filesOutOf(scope: SQL): SQL {
  return sql`select ${candidates.sourceId}, ${candidates.path} from ${candidates}
    join ${entities} on ${entities.ref} = ${candidates.ref} group by 1, 2 having max(${scope}) = 0`
}

const finish = prepared((db, { id, at, took }: Given<{ id: string; at: Date; took: number }>) =>
  db.update(sources).set({ readAt: at, okAt: at, took }).where(eq(sources.id, id)),
)

export async function markFinished(tx: Transaction, id: string, at: Date, took: number): Promise<void> {
  finish.run(tx, { id, at, took })
}

export async function markFailed(tx: Transaction, id: string, at: Date, error: string, hint: string | undefined) {
  const failedSince = sql`coalesce(${sources.failedSince}, ${at.getTime()})`
  await tx
    .update(sources)
    .set({ state: 'failed', readAt: at, error, hint: hint ?? null, failedSince })
    .where(eq(sources.id, id))
}

/** Paths of the files of a source, those included whose reading was cut short. */
export async function filesOf(read: Reader, sourceId: string): Promise<string[]> {
  const rows = read.all<{ path: string }>(
    sql`select ${files.path} as path from ${files} where ${files.sourceId} = ${sourceId}
      union select ${candidates.path} from ${candidates} where ${candidates.sourceId} = ${sourceId} order by 1`,
  ) as unknown as { path: string }[]
  return rows.map(({ path }) => path)
}

export async function unconfiguredSources(read: Reader): Promise<SourceRow[]> {
  return read.select().from(sources).where(eq(sources.configured, false))
}

export async function forgetSource(tx: Transaction, id: string): Promise<void> {
  await tx.delete(sources).where(and(eq(sources.id, id), eq(sources.configured, false)))
}

/** Entities that nothing has defined since before `until`. */
export async function expiredOrphans(read: Reader, until: Date): Promise<string[]> {
  const rows = await read
    .select({ ref: entities.ref })
    .from(entities)
    .where(sql`${entities.orphanedAt} is not null and ${entities.orphanedAt} < ${until.getTime()}`)
    .limit(5000)
  return rows.map(({ ref }) => ref)
}

/** Problems of files that could not be tied to an entity, as far as their files define nothing out of scope. */
export async function looseProblems(read: Reader, limit: number, scope: SQL | undefined) {
  return read
    .select()
    .from(problems)
    .where(
      sql`(${problems.ref} is null or not exists (select 1 from ${entities} where ${entities.ref} = ${problems.ref}))
        and ${problems.severity} <> 'info' and ${problems.origin} <> 'removal' and ${besideSeen(scope)}`,
    )
    .orderBy(problems.sourceId, problems.path, problems.position)
    .limit(limit)
}

export function countProblems(read: Reader): number {
  const row = read.get(sql`select count(*) as n from ${problems} where ${problems.severity} <> 'info'`) as unknown as {
    n: number
  }
  return row.n
}

/** Files of a source that define entities, those that define most first. */
export function definingFiles(read: Reader, sourceId: string, most: number): string[] {
  const rows = read.values<[string]>(
    sql`select ${candidates.path} from ${candidates} where ${candidates.sourceId} = ${sourceId}
      group by ${candidates.path} order by count(*) desc, ${candidates.path} limit ${most}`,
  ) as unknown as [string][]
  return rows.map(([path]) => path)
}
