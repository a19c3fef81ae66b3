import { type SQL, sql } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Transaction } from '../../../api/database.ts'
import type { FacetRow } from '../model/facets.ts'
import { refs, terms } from '../schema.ts'

/**
 * Gives references and terms the numbers that stand for them, the same ones each time. What was asked for before is
 * remembered: after a rollback it must be forgotten.
 */
export interface Interned {
  /** @returns the number of each reference */
  numbersOf(tx: Transaction, wanted: Iterable<string>): ReadonlyMap<string, number>
  /** @returns the number of each term, by `termName` */
  termsOf(tx: Transaction, wanted: Iterable<FacetRow>): ReadonlyMap<string, number>
  forget(): void
}

/** A value too long to be compared; no text of a file can be equal to it. */
const tooLong = '\u0000long'

/** Tells one term from another. */
export const termName = ({ key, display }: FacetRow): string => `${key}\n${display ?? tooLong}`

export function createInterned(): Interned {
  const numbers = new LRUCache<string, number>({ max: 10_000 })
  const known = new LRUCache<string, number>({ max: 10_000 })

  return {
    numbersOf(tx, wanted) {
      const { found, missing } = lookedUp(numbers, wanted, (ref) => ref)
      for (const { ref, number } of storedNumbers(tx, missing.keys())) {
        found.set(ref, number)
        missing.delete(ref)
      }
      const first = nextId(tx, sql`${refs}`, sql`${refs.number}`, missing.size)
      const rows = [...missing.keys()].map((ref, index) => ({ number: first + index, ref }))
      tx.bulkInsert(refs, rows)
      for (const { ref, number } of rows) found.set(ref, number)
      for (const [ref, number] of found) numbers.set(ref, number)
      return found
    },

    termsOf(tx, wanted) {
      const { found, missing } = lookedUp(known, wanted, termName)
      for (const { id, ...row } of storedTerms(tx, missing.values())) {
        found.set(termName(row), id)
        missing.delete(termName(row))
      }
      const first = nextId(tx, sql`${terms}`, sql`${terms.id}`, missing.size)
      const rows = [...missing.values()].map(({ key, value, display }, index) => {
        return { id: first + index, key, value: value ?? tooLong, display }
      })
      tx.bulkInsert(terms, rows)
      for (const { id, ...row } of rows) found.set(termName(row), id)
      for (const [name, id] of found) known.set(name, id)
      return found
    },

    forget() {
      numbers.clear()
      known.clear()
    },
  }
}

function lookedUp<T>(cache: LRUCache<string, number>, wanted: Iterable<T>, nameOf: (one: T) => string) {
  const found = new Map<string, number>()
  const missing = new Map<string, T>()
  for (const one of wanted) {
    const name = nameOf(one)
    if (found.has(name) || missing.has(name)) continue
    const number = cache.get(name)
    if (number === undefined) missing.set(name, one)
    else found.set(name, number)
  }
  return { found, missing }
}

function storedNumbers(tx: Transaction, wanted: Iterable<string>): { ref: string; number: number }[] {
  return tx.all(
    sql`select ${refs.ref} as ref, ${refs.number} as number from ${refs}
      where ${refs.ref} in (select value from json_each(${JSON.stringify([...wanted])}))`,
  ) as unknown as { ref: string; number: number }[]
}

function storedTerms(tx: Transaction, wanted: Iterable<FacetRow>): (FacetRow & { id: number })[] {
  const list = [...wanted].map(({ key, value, display }) => [key, value ?? tooLong, display])
  return tx.all(
    sql`select ${terms.id} as id, ${terms.key} as key, ${terms.value} as value, ${terms.display} as display
      from json_each(${JSON.stringify(list)}) w cross join ${terms}
      on ${terms.key} = w.value ->> 0 and ${terms.value} = w.value ->> 1 and ${terms.display} is w.value ->> 2`,
  ) as unknown as (FacetRow & { id: number })[]
}

/** Numbers are given out in order, so that new rows stand at the end of their tables. */
function nextId(tx: Transaction, table: SQL, column: SQL, needed: number): number {
  if (needed === 0) return 0
  const row = tx.get(sql`select coalesce(max(${column}), 0) as last from ${table}`) as unknown as { last: number }
  return row.last + 1
}

const batch = 2_000

/**
 * Drops the references and terms that nothing holds any more, of the `batch` rows behind a number: looking at all of
 * them at once would hold up pages.
 *
 * @returns where to go on; undefined at the end
 */
export function dropUnused(tx: Transaction, after: number): number | undefined {
  const range = (column: SQL) => sql`${column} > ${after} and ${column} <= ${after + batch}`
  tx.run(sql`delete from catalog_terms where ${range(sql`id`)}
    and not exists (select 1 from catalog_facets f where f.term = catalog_terms.id)`)
  tx.run(sql`delete from catalog_refs where ${range(sql`number`)}
    and not exists (select 1 from catalog_entities e where e.number = catalog_refs.number)
    and not exists (select 1 from catalog_edges e where e.target = catalog_refs.number)
    and not exists (select 1 from catalog_edges e where e.holder = catalog_refs.number)`)
  const row = tx.get(sql`select max(coalesce((select max(id) from catalog_terms), 0),
    coalesce((select max(number) from catalog_refs), 0)) as last`) as unknown as { last: number }
  return after + batch < row.last ? after + batch : undefined
}
