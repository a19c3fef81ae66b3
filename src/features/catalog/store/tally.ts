import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { byCodeUnit } from '../model/json-value.ts'
import type { Group, ListQuery } from '../query.ts'
import { entities, refs } from '../schema.ts'
import { filtered } from './conditions.ts'
import type { Counted, Counts } from './list.ts'
import { chosenOwners } from './organisation.ts'

/**
 * What lists count by, as numbers in memory: a line of a few bytes for each entity. Each of the ten counts beside a
 * list would otherwise run through all rows, which at 21 000 entities takes a hundred times as long.
 */
export interface Tally {
  /** Says that these entities may have come, gone or changed. To be called after each commit that wrote any. */
  changed(refs: readonly string[]): void
  /** Reads all lines piece by piece, unless they are there: at once it takes a tenth of a second at 21 000 entities. */
  prepare(pause: () => Promise<void>): Promise<void>
  /** @param scopeKey tells one scope from another, and one state of the catalog from another */
  count(query: ListQuery, scope: SQL | undefined, scopeKey: string): Tallied
}

export interface Tallied {
  counts: Counts
  /** Which entities these are, by their number; undefined where they are more than `few`. */
  numbers: readonly number[] | undefined
}

/** So many rows are found faster one by one than by running through a table. */
const few = 500
/** So many lines are read in a piece. */
const piece = 1500
/** With more changes than these it is faster to begin anew. */
const mostChanges = 2_000

/** What is counted: some numbers, or whatever has a 1 at its number; undefined for all. */
type Base = Int32Array | Uint8Array | undefined

const columns = ['kind', 'type', 'owner', 'lifecycle', 'tag', 'system', 'namespace'] as const satisfies readonly Group[]
type Line = [number, ...(string | null)[]]

const state = sql`(${entities.errors} > 0) + 2 * (${entities.warnings} > 0) + 4 * (${entities.orphanedAt} is not null)`
const [hasErrors, hasWarnings, isOrphan] = [1, 2, 4]
const selected = sql`${state}, ${entities.kind}, ${entities.type}, ${entities.owner}, ${entities.lifecycle},
  ${entities.tags}, ${entities.system}, ${entities.namespace}`

export function createTally(read: Reader): Tally {
  let table: Table | undefined
  let filling: Filling | undefined
  let pending = new Set<string>()
  const bases = new Map<string, Int32Array>()
  const visible = new Map<string, Uint8Array>()

  function current(): Table {
    if (table && isFresh(table)) return table
    filling ??= new Filling(read)
    const filled = filling.rest()
    filling = undefined
    table = isFresh(filled) ? filled : new Filling(read).rest()
    return table
  }

  function isFresh(known: Table): boolean {
    const isCurrent = pending.size === 0 || refresh(known)
    pending = new Set()
    return isCurrent
  }

  /** @returns false where something cannot be told any more: the sweep took its reference */
  function refresh(known: Table): boolean {
    if (pending.size > mostChanges) return false
    const lines = read.values(
      sql`select ${refs.number}, ${entities.number} is not null, ${selected}
        from ${refs} left join ${entities} on ${entities.number} = ${refs.number}
        where ${refs.ref} in (select value from json_each(${JSON.stringify([...pending])}))`,
    ) as unknown as [number, number, ...(string | null)[]][]
    for (const [number, isThere, ...line] of lines) {
      if (isThere === 1) known.set(number, line as unknown as Line)
      else known.delete(number)
    }
    return lines.length === pending.size
  }

  function numbersOf(condition: SQL): Int32Array {
    const rows = read.values(sql`select ${entities.number} from ${entities} where ${condition}`)
    return Int32Array.from(rows as unknown as [number][], ([number]) => number)
  }

  /** All that a scope shows: looked for once, and then what a query finds is compared with it. */
  function visibleTo(scope: SQL, scopeKey: string): Uint8Array {
    const known = visible.get(scopeKey)
    if (known) return known
    const numbers = numbersOf(scope)
    const marks = new Uint8Array(numbers.reduce((most, number) => Math.max(most, number), 0) + 1)
    for (const number of numbers) marks[number] = 1
    if (visible.size >= 8) visible.clear()
    visible.set(scopeKey, marks)
    return marks
  }

  function baseOf(query: ListQuery, scope: SQL | undefined, scopeKey: string): Base {
    const seen = scope && visibleTo(scope, scopeKey)
    const condition = filtered(query, scope)
    if (!condition) return seen
    const key = JSON.stringify([scopeKey, query.words, query.filter])
    const known = bases.get(key)
    if (known) return known
    const found = numbersOf(condition)
    const base = seen ? found.filter((number) => seen[number] === 1) : found
    if (bases.size >= 8) bases.clear()
    bases.set(key, base)
    return base
  }

  return {
    changed(refs) {
      bases.clear()
      visible.clear()
      if (!table && !filling) return
      for (const ref of refs) pending.add(ref)
      if (pending.size <= mostChanges) return
      // Nobody has looked for long.
      table = undefined
      filling = undefined
      pending = new Set()
    },

    async prepare(pause) {
      while (!table) {
        filling ??= new Filling(read)
        if (filling.next()) current()
        else await pause()
      }
    },

    count(query, scope, scopeKey) {
      const isWide = query.sub && query.chosen.owner.length > 0
      const owner = isWide ? chosenOwners(read, query.chosen.owner, scope) : query.chosen.owner
      return counted(current(), { ...query, chosen: { ...query.chosen, owner } }, baseOf(query, scope, scopeKey))
    },
  }
}

/** A table while its lines are being read. What changes meanwhile has to be read again. */
class Filling {
  readonly #read: Reader
  readonly #table = new Table()
  #after = 0
  #isWhole = false

  constructor(read: Reader) {
    this.#read = read
  }

  /** @returns whether all is there */
  next(): boolean {
    if (this.#isWhole) return true
    const lines = this.#read.values(
      sql`select ${entities.number}, ${selected} from ${entities}
        where ${entities.number} > ${this.#after} order by ${entities.number} limit ${piece}`,
    ) as unknown as [number, ...Line][]
    for (const [number, ...line] of lines) this.#table.set(number, line as unknown as Line)
    this.#after = lines.at(-1)?.[0] ?? this.#after
    this.#isWhole = lines.length < piece
    return this.#isWhole
  }

  rest(): Table {
    while (!this.next());
    return this.#table
  }
}

/** One line for each entity; texts are numbers, by column. */
class Table {
  readonly texts = columns.map((group) => new Texts(group))
  readonly #lines = new Map<number, number>()
  readonly #free: number[] = []
  #width = 1_024
  numbers = new Int32Array(this.#width)
  states = new Uint8Array(this.#width)
  codes = columns.map(() => new Int32Array(this.#width))
  /** Lines in use or free. */
  length = 0

  set(number: number, [state, ...values]: Line): void {
    const line = this.#lines.get(number) ?? this.#free.pop() ?? this.#append()
    this.#lines.set(number, line)
    this.numbers[line] = number
    this.states[line] = state
    for (const [column, codes] of this.codes.entries()) codes[line] = this.texts[column]?.codeOf(values[column]) ?? 0
  }

  delete(number: number): void {
    const line = this.#lines.get(number)
    if (line === undefined) return
    this.#lines.delete(number)
    this.numbers[line] = 0
    this.#free.push(line)
  }

  /** Without those that came with a commit of which nothing has been said yet. */
  *linesOf(numbers: Iterable<number>): Generator<number> {
    for (const number of numbers) {
      const line = this.#lines.get(number)
      if (line !== undefined) yield line
    }
  }

  #append(): number {
    if (this.length === this.#width) this.#grow()
    return this.length++
  }

  #grow(): void {
    this.#width *= 2
    this.numbers = grown(this.numbers, new Int32Array(this.#width))
    this.states = grown(this.states, new Uint8Array(this.#width))
    this.codes = this.codes.map((codes) => grown(codes, new Int32Array(this.#width)))
  }
}

function grown<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/** Numbers for texts; 0 is none. */
class Texts {
  readonly group: Group
  /** What each says: one value, or several tags, as most entities have the same few sets of them. */
  readonly names: (readonly string[])[] = [[]]
  /** The same in lower case, most of them the very same. */
  readonly lowered: (readonly string[])[] = [[]]
  readonly #codes = new Map<string, number>()
  #sums = new Int32Array(0)

  constructor(group: Group) {
    this.group = group
  }

  codeOf(text: string | null | undefined): number {
    if (text === null || text === undefined) return 0
    const known = this.#codes.get(text)
    if (known !== undefined) return known
    this.#codes.set(text, this.names.length)
    const names = this.group === 'tag' ? tagsIn(text) : [text]
    const lowered = names.map(lower)
    this.lowered.push(lowered.every((name, at) => name === names[at]) ? names : lowered)
    return this.names.push(names) - 1
  }

  /** Nothing counted yet for each code. The very same each time: a count is done before the next one begins. */
  sums(): Int32Array {
    if (this.#sums.length < this.names.length) this.#sums = new Int32Array(2 * this.names.length)
    return this.#sums.fill(0)
  }
}

function tagsIn(text: string): string[] {
  return [...new Set((JSON.parse(text) as unknown[]).map((tag) => String(tag).toLowerCase()))]
}

const none = new Int32Array(0)

/** A group, while it is counted by. */
interface Part {
  /** 1 for each code that the question lets through; undefined where it lets through all. */
  choice: Uint8Array | undefined
  codes: Int32Array
  sums: Int32Array
}

// Runs through all lines for each list that is asked for, so it has loops in which nothing is allocated.
function counted(table: Table, query: ListQuery, base: Base): Tallied {
  const isAsked = attentionOf(query)
  const parts = table.texts.map((texts, column) => ({
    choice: choiceOf(texts, query.chosen[texts.group]),
    codes: table.codes[column] ?? none,
    sums: texts.sums(),
  }))
  const chosen = parts.filter(({ choice }) => choice !== undefined)
  const numbers: number[] = []
  let [total, problems, orphans] = [0, 0, 0]

  /** A line counts for a group where no other part of the question keeps it out. */
  const count = (line: number) => {
    const state = table.states[line] ?? 0
    const isWanted = isAsked(state)
    let missing: Part | undefined
    for (let at = 0; at < chosen.length; at++) {
      const part = chosen[at]
      if (part?.choice?.[part.codes[line] ?? 0] === 1) continue
      if (missing || !isWanted) return
      missing = part
    }
    if (missing) {
      add(missing, line)
      return
    }
    if (state & (hasErrors | hasWarnings)) problems++
    if (state & isOrphan) orphans++
    if (!isWanted) return
    total++
    if (total <= few) numbers.push(table.numbers[line] ?? 0)
    for (let at = 0; at < parts.length; at++) add(parts[at], line)
  }
  if (base instanceof Int32Array) for (const line of table.linesOf(base)) count(line)
  else for (let line = 0; line < table.length; line++) if (isCounted(table.numbers[line] ?? 0, base)) count(line)

  const byGroup = table.texts.map(({ group, names }, column) => [group, listed(names, parts[column]?.sums ?? none)])
  const byOwner = parts[columns.indexOf('owner')]
  return {
    counts: {
      total,
      owners: byOwner ? ownersAmong(byOwner) : 0,
      groups: Object.fromEntries(byGroup) as Counts['groups'],
      problems,
      orphans,
    },
    numbers: total <= few ? numbers : undefined,
  }
}

function add(part: Part | undefined, line: number): void {
  if (!part) return
  const code = part.codes[line] ?? 0
  part.sums[code] = (part.sums[code] ?? 0) + 1
}

const isCounted = (number: number, marks: Uint8Array | undefined) => number !== 0 && (!marks || marks[number] === 1)

/** Which values a group lets through, by code; undefined where nothing of it was chosen. */
function choiceOf({ lowered }: Texts, chosen: readonly string[]): Uint8Array | undefined {
  if (chosen.length === 0) return undefined
  const wanted = new Set(chosen)
  const isWanted = (name: string) => wanted.has(name)
  const choice = new Uint8Array(lowered.length)
  for (let code = 0; code < choice.length; code++) if (lowered[code]?.some(isWanted)) choice[code] = 1
  return choice
}

/** As SQLite compares without case. */
const lower = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** Whether a line is asked for, as far as that depends on its problems. */
function attentionOf({ problems, orphan }: ListQuery): (state: number) => boolean {
  const bitsOf = { error: hasErrors, warning: hasWarnings, any: hasErrors | hasWarnings }
  const wanted = problems.reduce((bits, choice) => bits | bitsOf[choice], 0)
  return (state) => (!orphan || (state & isOrphan) !== 0) && (wanted === 0 || (state & wanted) !== 0)
}

/** The most frequent first. */
function listed(names: readonly (readonly string[])[], sums: Int32Array): Counted[] {
  const counts = new Map<string, number>()
  for (let code = 0; code < names.length; code++) {
    const sum = sums[code] ?? 0
    if (sum === 0) continue
    for (const name of names[code] ?? []) counts.set(name, (counts.get(name) ?? 0) + sum)
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || byCodeUnit(a.value, b.value))
}

/** How many different owners those have that are listed: of the sums, those of owners that were chosen. */
function ownersAmong({ sums, choice }: Part): number {
  let owners = 0
  for (let code = 1; code < sums.length; code++) if (sums[code] !== 0 && (!choice || choice[code] === 1)) owners++
  return owners
}
