import type { Entity } from '../../api/entity.ts'
import type { EntityCard, EntityTab, HomeCard, NavItem } from '../../api/plugin.ts'
import { parseRef } from '../../api/ref.ts'
import type { FactsView, TableView } from '../../platform/views/built-in.ts'
import { crawlerRef } from './crawler.ts'
import { relatedRow } from './entity-view.ts'
import { isInferred } from './infer/mark.ts'
import { rowView } from './list-view.ts'
import { problemService } from './problem-service.ts'
import { ListAddress, readQuery } from './query.ts'
import { pagesRef } from './routes/pages.ts'
import { catalogService } from './service.ts'
import { unchanged } from './versions.ts'
import { relationWords } from './views.ts'

export const nav: readonly NavItem[] = [
  {
    id: 'list',
    title: 'Catalog',
    href: '/catalog',
    icon: 'box',
    permission: 'catalog.read',
    count: async ({ actor, ctx }) => total(await ctx.use(catalogService).countByKind(actor)),
  },
  {
    id: 'sources',
    title: 'Sources',
    href: '/catalog/sources',
    icon: 'source',
    permission: 'catalog.sources',
    group: 'more',
  },
  {
    id: 'crawl',
    title: 'Start a crawl',
    href: '/catalog/sources',
    icon: 'refresh',
    permission: 'catalog.refresh',
    group: 'palette',
    words: 'read sources again refresh',
  },
  {
    id: 'problems',
    title: 'Problems',
    href: '/catalog/problems',
    icon: 'alert',
    permission: 'catalog.read',
    group: 'more',
    count: ({ actor, ctx }) => ctx.use(problemService).count(actor) || undefined,
  },
]

export const entityTabs: readonly EntityTab[] = [
  {
    id: 'relations',
    title: 'Relations',
    permission: 'catalog.read',
    view: 'table',
    load: async ({ entity, actor, ctx }): Promise<TableView> => {
      const { related } = await ctx.use(catalogService).overview(actor, refOf(entity))
      return {
        caption: `Everything that ${entity.metadata.name} is related to`,
        columns: [{ title: 'Relation' }, { title: 'Entity' }, { title: 'Kind' }, { title: 'Type' }, { title: 'Owner' }],
        rows: related.map((one) => {
          const row = relatedRow(one)
          const name = row.known
            ? { text: row.title, href: row.href, icon: row.icon }
            : { text: `${row.title} (unknown)`, state: 'warn' as const }
          const owner = row.owner && { text: row.owner.title, ...(row.owner.known && { href: row.owner.href }) }
          return [relationWords(one.type), name, parseRef(one.ref).kind, one.entityType, owner]
        }),
        empty: 'Nothing is related to it yet',
      }
    },
  },
  {
    id: 'history',
    title: 'History',
    permission: 'catalog.read',
    view: 'catalog/_history',
    load: ({ entity, actor, query, ctx }) => ctx.use(pagesRef).changes.tab(actor, entity, query),
  },
  {
    id: 'write',
    title: 'Write the file',
    permission: 'catalog.read',
    when: isInferred,
    view: 'catalog/_written',
    load: ({ entity, actor, ctx, signal }) => ctx.use(pagesRef).written.tab(actor, entity, signal),
  },
]

/** The source of the configuration that comes with the portal. */
const exampleSource = 'folder:examples'

/** Annotations that the portal sets itself; everybody else's are shown. */
const ownAnnotations = /^backstage\.io\/(managed-by|view-url|edit-url|source-location|orphan)/

export const entityCards: readonly EntityCard[] = [
  {
    id: 'annotations',
    title: 'Labels and annotations',
    permission: 'catalog.read',
    place: 'side',
    when: (entity) => annotationsOf(entity).length > 0,
    view: 'facts',
    load: async ({ entity, actor, ctx, signal }): Promise<FactsView> => {
      const shown = annotationsOf(entity)
      const { row } = await ctx.use(catalogService).overview(actor, refOf(entity))
      const paths = shown.map(({ path }) => path)
      const marks = await ctx.use(pagesRef).fields.marks(row, paths, signal)
      const facts = shown.map(({ title, value }, index) => {
        const from = marks[index]
        return from ? { title, value, from } : { title, value }
      })
      return { facts }
    },
    version: unchanged,
  },
]

export const homeCards: readonly HomeCard[] = [
  {
    id: 'begin',
    title: 'Your own repositories',
    permission: 'catalog.sources',
    place: 'side',
    view: 'catalog/_begin',
    load: async ({ ctx }) => {
      const sources = await ctx.use(crawlerRef).sourceRows()
      const isExample = sources.length === 1 && sources[0]?.id === exampleSource
      return isExample ? { command: 'callboard start --from ~/src' } : undefined
    },
  },
  {
    id: 'attention',
    title: 'Needs attention',
    permission: 'catalog.read',
    place: 'organisation',
    view: 'table',
    load: ({ actor, ctx }): TableView | undefined => {
      const query = readQuery(ListAddress.parse({ kind: 'all', problems: 'any', sort: '-changed' }))
      const rows = ctx.use(catalogService).list(actor, query).rows.slice(0, 8).map(rowView)
      if (rows.length === 0) return undefined
      return {
        columns: [{ title: 'Entity' }, { title: 'Problems', align: 'end' }],
        rows: rows.map((row) => [
          { text: row.title ?? row.name, href: row.href, icon: row.icon },
          { text: row.problems.errors + row.problems.warnings, state: row.problems.errors > 0 ? 'bad' : 'warn' },
        ]),
      }
    },
  },
]

function annotationsOf(entity: Entity) {
  const { labels = {}, annotations = {} } = entity.metadata
  const fields = (field: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([title, value]) => ({ title, value, path: ['metadata', field, title] }))
  return [
    ...fields('labels', labels),
    ...fields('annotations', annotations).filter(({ title }) => !ownAnnotations.test(title)),
  ]
}

function refOf({ kind, metadata }: Entity) {
  return { kind, namespace: metadata.namespace ?? 'default', name: metadata.name }
}

const total = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0)
