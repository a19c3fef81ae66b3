import { sql } from 'drizzle-orm'
import type { Transaction } from '../../api/database.ts'
import type { Entity, JsonValue } from '../../api/entity.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { entityPath } from '../../api/ref.ts'
import type { SearchDocument, SearchSource } from '../../api/search.ts'
import { searchIndex } from '../search/contract.ts'
import { documents, entities } from './schema.ts'
import { entityIcon } from './wording.ts'

type Row = Pick<
  typeof entities.$inferSelect,
  'id' | 'ref' | 'kind' | 'namespace' | 'name' | 'title' | 'description' | 'type' | 'lifecycle' | 'owner' | 'tags'
> & { entity: Entity }

/** Kept in the transaction that writes the entities. */
export interface EntityIndex {
  put(tx: Transaction, rows: readonly Row[]): void
  remove(tx: Transaction, refs: readonly string[]): void
}

const batch = 400

/** Every entity, for the search of the portal. */
export const searchSources: readonly SearchSource[] = [
  {
    id: 'entities',
    title: 'Catalog',
    bodyName: 'description',
    type: 'software-catalog',
    permission: 'catalog.read',
    sections: [
      { id: 'software', title: 'Software', icon: 'box' },
      { id: 'apis', title: 'APIs', icon: 'plug' },
      { id: 'templates', title: 'Templates', icon: 'wand' },
      { id: 'people', title: 'People', icon: 'users' },
    ],
    list: ({ tx, after }) => {
      const found = tx
        .select()
        .from(entities)
        .innerJoin(documents, sql`${documents.number} = ${entities.number}`)
        .where(sql`${entities.ref} > ${after ?? ''}`)
        .orderBy(entities.ref)
        .limit(batch)
        .all()
      const rows = found.map(({ catalog_entities: row, catalog_documents: { entity } }) => ({ ...row, entity }))
      return { documents: rows.map(searchDocument), more: rows.length === batch }
    },
  },
]

export function createEntityIndex(ctx: PluginContext): EntityIndex {
  return {
    put: (tx, rows) => void ctx.use(searchIndex).put(tx, source, rows.map(searchDocument)),
    remove: (tx, refs) => void ctx.use(searchIndex).remove(tx, source, refs),
  }
}

const source = 'catalog.entities'

function searchDocument(row: Row): SearchDocument {
  const { title, type, lifecycle, owner } = row
  return {
    key: row.ref,
    url: entityPath(row),
    title: title ?? row.name,
    name: row.name,
    section: sections[row.kind] ?? 'software',
    icon: entityIcon(row.kind, type),
    entityId: row.id,
    kind: row.kind,
    ...(type !== null && { type }),
    ...(lifecycle !== null && { lifecycle }),
    ...(owner !== null && { owner }),
    tags: row.tags,
    attributes: attributesOf(row),
    body: row.description ?? '',
  }
}

const sections: Record<string, string> = { api: 'apis', template: 'templates', user: 'people', group: 'people' }

function attributesOf({ namespace, entity }: Row): [string, string][] {
  const { links = [], labels = {} } = entity.metadata
  const spec = entity.spec ?? {}
  const profile = spec.profile
  const email = isObject(profile) ? profile.email : undefined
  const found: [string, JsonValue | undefined][] = [
    ['namespace', namespace === 'default' ? '' : namespace],
    ['system', spec.system],
    ['domain', spec.domain],
    ['e-mail', email],
    ...links.map(({ title, url }): [string, string] => ['link', title ?? url]),
    ...Object.entries(labels).map(([key, value]): [string, string] => ['label', `${key}: ${value}`]),
  ]
  return found.flatMap(([name, value]) => (typeof value === 'string' && value !== '' ? [[name, value]] : []))
}

function isObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
