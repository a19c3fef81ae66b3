import { integer, table, text } from '../../../platform/db/columns.ts'

/**
 * The full-text index. It stands apart from the schema because migrations are made from that, and no tool can make a
 * virtual table.
 */
export const indexTable = table('search_index', {
  rowid: integer(),
  name: text().notNull(),
  words: text().notNull(),
  title: text().notNull(),
  heading: text().notNull(),
  attributes: text().notNull(),
  body: text().notNull(),
})
