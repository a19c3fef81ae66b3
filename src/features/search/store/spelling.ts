import { sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { nearTerms, variantsOf } from '../model/spelling.ts'
import { terms } from '../schema.ts'

const most = 5

/**
 * Words of names, titles and tags that a misspelt one may have meant: first those one letter off, then words that go
 * on from there, then those two letters off with the same two at the beginning.
 */
export function findNear(read: Reader, word: string): string[] {
  const variants = JSON.stringify(variantsOf(word))
  const whole = read.all<{ term: string }>(sql`select ${terms.term} as term from json_each(${variants}) v
    cross join ${terms} on ${terms.term} = v.value`) as unknown as { term: string }[]
  if (whole.length > 0) return nearTerms(word, termsOf(whole), most)
  const longer = word.length < 5 ? [] : begunBy(read, variants)
  if (longer.length > 0) return longer
  if (word.length < 7) return []
  const start = word.slice(0, 2)
  const around = read.all<{ term: string }>(sql`select ${terms.term} as term from ${terms}
    where ${terms.term} >= ${start} and ${terms.term} < ${end(start)}
    and length(${terms.term}) between ${word.length - 2} and ${word.length + 2}`) as unknown as { term: string }[]
  return nearTerms(word, termsOf(around), most)
}

/** What somebody is still typing: the variants that words begin with. */
function begunBy(read: Reader, variants: string): string[] {
  const found = read.all<{ term: string }>(sql`select v.value as term from json_each(${variants}) v
    where exists (select 1 from ${terms} where ${terms.term} >= v.value
    and ${terms.term} < v.value || ${'\u{10ffff}'}) limit ${most}`) as unknown as { term: string }[]
  return termsOf(found)
}

const termsOf = (rows: readonly { term: string }[]) => rows.map(({ term }) => term)
const end = (word: string) => `${word}\u{10ffff}`
