import { sql } from 'drizzle-orm'
import type { Entity } from '../../api/entity.ts'
import type { PluginContext } from '../../api/plugin.ts'
import type { Contributions } from '../../platform/contributions.ts'
import { type EntityStock, entityCompanionSeam } from '../../platform/permissions/entities.ts'
import type { Crawler } from './crawler.ts'
import { refOf } from './model/relations.ts'
import { documents, entities } from './schema.ts'
import type { EntityIndex } from './search-documents.ts'
import { firstTarget } from './store/winners.ts'

/** All entities, for what other features keep about each of them. */
export function createEntityStock(
  ctx: PluginContext,
  crawler: Pick<Crawler, 'sources' | 'lastResult'>,
  contributions: Pick<Contributions, 'kinds'>,
): EntityStock {
  const kinds = { kinds: new Map(contributions.kinds.map(({ spec }) => [spec.kind, spec])) }
  return {
    ids: sql`select ${entities.id} from ${entities}`,
    systemOf: (entity) => firstTarget(refOf(entity), entity, kinds, 'system') ?? undefined,

    list(read, after, most) {
      const rows = read.values<[number, string, string]>(
        sql`select ${entities.number}, ${entities.id}, ${documents.entity} from ${entities}
          join ${documents} on ${documents.number} = ${entities.number}
          where ${entities.number} > ${after} order by ${entities.number} limit ${most}`,
      ) as unknown as [number, string, string][]
      return rows.map(([key, id, entity]) => ({ key, id, entity: JSON.parse(entity) as Entity }))
    },

    unknown(refs) {
      const rows = ctx.db.read.values<[string]>(
        sql`select value from json_each(${JSON.stringify(refs)})
          where value not in (select ${entities.ref} from ${entities})`,
      ) as unknown as [string][]
      return rows.map(([ref]) => ref)
    },

    refsOf(kind) {
      const rows = ctx.db.read.values<[string]>(
        sql`select ${entities.ref} from ${entities} where ${entities.kind} = ${kind.toLowerCase()}`,
      ) as unknown as [string][]
      return rows.map(([ref]) => ref)
    },

    async isComplete() {
      const sources = await crawler.sources()
      return sources.length > 0 && sources.every(({ id }) => crawler.lastResult(id) !== undefined)
    },
  }
}

/** What is written for the search is told to whoever keeps something else beside entities as well. */
export function withCompanion(ctx: PluginContext, index: EntityIndex): EntityIndex {
  const companion = () => ctx.tryUse(entityCompanionSeam)
  return {
    put(tx, rows) {
      index.put(tx, rows)
      companion()?.put(tx, rows)
    },

    // Before the entities themselves go: only they know their ids.
    remove(tx, refs) {
      index.remove(tx, refs)
      const rows = tx.values<[string]>(
        sql`select ${entities.id} from ${entities}
          where ${entities.ref} in (select value from json_each(${JSON.stringify(refs)}))`,
      ) as unknown as [string][]
      companion()?.remove(
        tx,
        rows.map(([id]) => id),
      )
    },
  }
}
