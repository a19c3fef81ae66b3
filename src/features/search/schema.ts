import { index, integer, json, table, text, time, uniqueIndex } from '../../platform/db/columns.ts'

/** What can be found, one row for each document: what lists, filters and ranks them. Their text stands apart. */
export const documents = table(
  'search_documents',
  {
    /** That of its row in the index. */
    id: integer().primaryKey(),
    /** `<plugin>.<id>` of its source. */
    source: text().notNull(),
    key: text().notNull(),
    section: text().notNull(),
    entityId: text(),
    url: text().notNull(),
    icon: text().notNull(),
    /** Null where it has none besides its title. */
    name: text(),
    title: text().notNull(),
    /** The words of the name and of the title without case and accents, with single spaces. */
    nameWords: text().notNull(),
    titleWords: text().notNull(),
    kind: text(),
    type: text(),
    lifecycle: text(),
    owner: text(),
    tags: json<readonly string[]>().notNull(),
  },
  (t) => [
    uniqueIndex('search_documents_key').on(t.source, t.key),
    index('search_documents_name').on(t.nameWords),
    index('search_documents_owner').on(t.owner),
  ],
)

/** What passages and reasons are taken from. */
export const texts = table('search_texts', {
  id: integer().primaryKey(),
  heading: text().notNull(),
  attributes: json<readonly (readonly [string, string])[]>().notNull(),
  body: text().notNull(),
})

/** Words of names, titles and tags, for those who misspell them. Created WITHOUT ROWID. */
export const terms = table('search_terms', { term: text().primaryKey() })

/** How far the index of each source is. */
export const sources = table('search_sources', {
  id: text().primaryKey(),
  /** Of the program that built all of it; another one builds it anew. */
  version: text().notNull(),
  builtAt: time().notNull(),
})
