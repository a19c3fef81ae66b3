import { or, type SQL, sql } from 'drizzle-orm'
import type { AnyColumn } from '../../../platform/db/columns.ts'

/** Whether one of these columns contains a text, in any letter case; undefined where nothing is looked for. */
export function containing(columns: readonly AnyColumn[], text: string | undefined): SQL | undefined {
  if (text === undefined) return undefined
  const patterns = spellings(text).map((one) => `%${one.replace(/[\\%_]/g, '\\$&')}%`)
  return or(...columns.flatMap((column) => patterns.map((one) => sql`${column} like ${one} escape '\\'`)))
}

/** `like` knows the case of a to z only. */
function spellings(text: string): string[] {
  const lower = text.toLowerCase()
  const [first = '', ...rest] = lower
  return [...new Set([text, lower, text.toUpperCase(), first.toUpperCase() + rest.join('')])]
}
