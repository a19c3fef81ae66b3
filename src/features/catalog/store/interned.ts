import { type SQL, sql } from 'drizzle-orm'
import type { Transaction } from '../../../api/database.ts'
import { type Given, prepared } from '../../../platform/db/prepared.ts'
import type { FacetRow } from '../model/facets.ts'
import { refs, terms } from '../schema.ts'
import { Met } from './met.ts'

/**
 * Gives references and terms the numbers that stand for them, the same ones each time. What was found before is
 * remembered: after a rollback it must be forgotten.
 */
export interface Interned {
  /** @returns the number of each reference */
  numbersOf(tx: Transaction, wanted: Iterable<string>): ReadonlyMap<string, number>
  /** @returns for each of the lists the numbers of its terms */
  termsOf(tx: Transaction, wanted: readonly (readonly FacetRow[])[]): number[][]
  forget(): void
}

/** A value too long to be compared; no text of a file can be equal to it. */
const tooLong = '\u0000long'

/** How many are remembered; then it begins anew. */
const mostKnown = 20_000

/** Counts what was written to the terms of this process, by whomever and whether or not it was kept. */
let writings = 0

export function createInterned(): Interned {
  // What is met for the first time may well be the last time: it is remembered when it is met again.
  const numbers = new Map<string, number>()
  const known = new Terms<number>()
  // All terms there are, where this began without any: what is not among them need not be looked for.
  let all: { met: Met; writings: number } | undefined
  let begun = false

  /** Undefined as soon as somebody else wrote. */
  function metOf(tx: Transaction): Met | undefined {
    if (!begun) {
      begun = true
      const isEmpty = tx.get(sql`select 1 from ${terms} limit 1`) === undefined
      if (isEmpty) all = { met: new Met(), writings }
    }
    if (all?.writings !== writings) all = undefined
    return all?.met
  }

  return {
    numbersOf(tx, wanted) {
      const found = new Map<string, number>()
      const missing = new Set<string>()
      for (const ref of wanted) {
        const number = numbers.get(ref)
        if (number === undefined) missing.add(ref)
        else found.set(ref, number)
      }
      if (numbers.size > mostKnown) numbers.clear()
      for (const { ref, number } of storedNumbers(tx, missing)) {
        found.set(ref, number)
        numbers.set(ref, number)
        missing.delete(ref)
      }
      const first = nextId(tx, lastNumber, missing.size)
      const rows = [...missing].map((ref, index) => ({ number: first + index, ref }))
      tx.bulkInsert(refs, rows)
      for (const { ref, number } of rows) found.set(ref, number)
      return found
    },

    termsOf(tx, wanted) {
      if (known.size > mostKnown) known.clear()
      const missing = new Terms<Missing>()
      const asked = wanted.map((list) => list.map((row) => known.get(row) ?? lookedFor(missing, row)))
      const looked = [...missing.values()]
      const met = metOf(tx)
      const candidates = met ? looked.filter(({ row: { key, display } }) => met.mayHave(key, display)) : looked
      for (const { id, ...row } of storedTerms(tx, candidates)) {
        const one = missing.get(row)
        if (one) one.id = id
        known.set(row, id)
      }
      const unknown = looked.filter(({ id }) => id === 0)
      let next = nextId(tx, lastTerm, unknown.length)
      for (const one of unknown) one.id = next++
      const rows = unknown.map(({ id, row: { key, value, display } }) => ({
        id,
        key,
        value: value ?? tooLong,
        display,
      }))
      tx.bulkInsert(terms, rows)
      if (rows.length > 0) writings++
      if (all && met) {
        for (const { key, display } of rows) met.add(key, display)
        all.writings = writings
      }
      return asked.map((list) => list.map((one) => (typeof one === 'number' ? one : one.id)))
    },

    forget() {
      numbers.clear()
      known.clear()
      // What was written is no more, and the others of it were never told apart.
      all = undefined
    },
  }
}

interface Missing {
  row: FacetRow
  /** 0 until it has one. */
  id: number
}

function lookedFor(missing: Terms<Missing>, row: FacetRow): Missing {
  const one = missing.get(row) ?? { row, id: 0 }
  missing.set(row, one)
  return one
}

type TermName = Pick<FacetRow, 'key' | 'display'>

/** Something for each term, by key and value: one text made of both would have to be made for every look. */
class Terms<T> {
  readonly #byKey = new Map<string, Map<string | null, T>>()
  size = 0

  get({ key, display }: TermName): T | undefined {
    return this.#byKey.get(key)?.get(display)
  }

  set({ key, display }: TermName, one: T): void {
    let byValue = this.#byKey.get(key)
    if (!byValue) {
      byValue = new Map()
      this.#byKey.set(key, byValue)
    }
    if (!byValue.has(display)) this.size++
    byValue.set(display, one)
  }

  *values(): Generator<T> {
    for (const byValue of this.#byKey.values()) yield* byValue.values()
  }

  clear(): void {
    this.#byKey.clear()
    this.size = 0
  }
}

function storedNumbers(tx: Transaction, wanted: Iterable<string>): { ref: string; number: number }[] {
  return numbersCalled.all(tx, { wanted: JSON.stringify([...wanted]) })
}

const numbersCalled = prepared(
  (_, { wanted }: Given<{ wanted: string }>) =>
    sql<{ ref: string; number: number }>`select ${refs.ref} as ref, ${refs.number} as number from ${refs}
      where ${refs.ref} in (select value from json_each(${wanted}))`,
)

function storedTerms(tx: Transaction, wanted: readonly Missing[]): (TermName & { id: number })[] {
  if (wanted.length === 0) return []
  const list = wanted.map(({ row: { key, value, display } }) => [key, value ?? tooLong, display])
  return termsCalled.all(tx, { wanted: JSON.stringify(list) })
}

const termsCalled = prepared(
  (_, { wanted }: Given<{ wanted: string }>) =>
    sql<TermName & { id: number }>`select ${terms.id} as id, ${terms.key} as key, ${terms.display} as display
      from json_each(${wanted}) w cross join ${terms}
      on ${terms.key} = w.value ->> 0 and ${terms.value} = w.value ->> 1 and ${terms.display} is w.value ->> 2`,
)

/** Numbers are given out in order, so that new rows stand at the end of their tables. */
function nextId(tx: Transaction, latest: typeof lastNumber, needed: number): number {
  return needed === 0 ? 0 : (latest.get(tx, {})?.last ?? 0) + 1
}

const lastNumber = prepared(() => sql<{ last: number }>`select coalesce(max(${refs.number}), 0) as last from ${refs}`)
const lastTerm = prepared(() => sql<{ last: number }>`select coalesce(max(${terms.id}), 0) as last from ${terms}`)

const batch = 2_000

/**
 * Drops the references and terms that nothing holds any more, of the `batch` rows behind a number: looking at all of
 * them at once would hold up pages.
 *
 * @returns where to go on; undefined at the end
 */
export function dropUnused(tx: Transaction, after: number): number | undefined {
  writings++
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
