import { foldedWords, isUnspaced, pairsOf } from './words.ts'

export const filterNames = ['kind', 'type', 'owner', 'tag', 'lifecycle'] as const
export type FilterName = (typeof filterNames)[number]
export type Filters = Readonly<Record<FilterName, readonly string[]>>

/** A word that is looked for. */
export interface Term {
  /** Folded. */
  text: string
  /** Words that begin with it count as well. */
  prefix: boolean
  /** As it was typed, for messages. */
  typed: string
}

/** What somebody typed, understood. Whatever it is, it means something. */
export interface Query {
  typed: string
  terms: readonly Term[]
  /** Words that follow each other, folded. */
  phrases: readonly (readonly string[])[]
  /** What must not be there. */
  without: readonly (readonly string[])[]
  filters: Filters
  withoutFilters: Filters
  /** From `in:`; the last one counts. */
  section: string | undefined
  /** Words in front of a colon that are no filter. */
  unknown: readonly string[]
  /** More was typed than is looked for. */
  isCut: boolean
}

export const limits = { letters: 200, terms: 10, filters: 20 } as const

const piece = /(?<not>-)?(?:(?<name>[\p{L}-]+):(?!\/\/))?(?:"(?<quoted>[^"]*)"?|(?<plain>[^\s"]+))/gu
const names: Readonly<Record<string, FilterName | 'section'>> = {
  kind: 'kind',
  type: 'type',
  owner: 'owner',
  tag: 'tag',
  tags: 'tag',
  lifecycle: 'lifecycle',
  in: 'section',
}

/** Understands what was typed: words, `"phrases"`, `-without`, `kind:api`. Never fails. */
export function parseQuery(typed: string): Query {
  const letters = Array.from(typed.replace(/\p{C}/gu, ' ').trim())
  const text = letters.slice(0, limits.letters).join('')
  const filters = emptyFilters()
  const withoutFilters = emptyFilters()
  const terms: Term[] = []
  const phrases: string[][] = []
  const without: string[][] = []
  const unknown = new Set<string>()
  let section: string | undefined
  let left = 0
  let filtered = 0
  const addTerms = (text: string) => {
    for (const word of foldedWords(text)) {
      if (terms.some((term) => term.text === word)) continue
      if (terms.length + phrases.length + without.length >= limits.terms) left++
      else terms.push({ text: word, prefix: true, typed: word })
    }
  }
  for (const { groups = {} } of text.matchAll(piece)) {
    const { not, name, quoted, plain } = groups
    const value = (quoted ?? plain ?? '').trim()
    const known = name === undefined ? undefined : names[name.toLowerCase()]
    if (known === 'section') {
      section = value.toLowerCase() || undefined
    } else if (known) {
      const chosen = not ? withoutFilters : filters
      if (value !== '' && filtered++ < limits.filters) chosen[known].push(value.toLowerCase())
    } else {
      // `component:default/cart` is a reference, not a filter.
      if (name !== undefined && value !== '' && !value.includes('/')) unknown.add(name)
      const words = foldedWords(value)
      const full = terms.length + phrases.length + without.length >= limits.terms
      if (not && words.length > 0) full ? left++ : without.push(words)
      else if (quoted !== undefined && name === undefined && words.length > 1) full ? left++ : phrases.push(words)
      else addTerms(name === undefined ? value : `${name} ${value}`)
    }
  }
  return {
    typed: text,
    terms: terms.map((term, at) => ({ ...term, prefix: at === terms.length - 1 || Array.from(term.text).length > 1 })),
    phrases,
    without,
    filters,
    withoutFilters,
    section,
    unknown: [...unknown],
    isCut: letters.length > limits.letters || left > 0,
  }
}

/** Whether it asks for anything at all. */
export function isEmpty({ terms, phrases, filters, withoutFilters, section }: Query): boolean {
  const chosen = [...Object.values(filters), ...Object.values(withoutFilters)]
  return terms.length + phrases.length === 0 && section === undefined && chosen.every((values) => values.length === 0)
}

/** Other words that count as well as a term, by its text. */
export type Alternatives = ReadonlyMap<string, readonly string[]>

/**
 * The expression for FTS5. Everything that was typed stands in it as a quoted string, made of letters and digits
 * alone, so that nothing of it is taken for an operator.
 *
 * @returns undefined where there is no word to look for
 */
export function matchExpression(query: Query, alternatives?: Alternatives): string | undefined {
  return partsOf(query, alternatives).join(' AND ') || undefined
}

/**
 * The letter that somebody begins the last of several words with. A tenth of all words begin with it: to gather them
 * from the index takes longer than to look for it in what has the other words.
 */
export function lastLetter({ terms, phrases }: Query): string | undefined {
  const last = terms.at(-1)?.text ?? ''
  return /^[a-z]$/.test(last) && terms.length + phrases.length > 1 ? last : undefined
}

/** Any of its words. */
export function looseExpression(query: Query, alternatives?: Alternatives): string | undefined {
  return partsOf(query, alternatives).join(' OR ') || undefined
}

function partsOf({ terms, phrases }: Query, alternatives?: Alternatives): string[] {
  const words = terms.map((term) => {
    const others = (alternatives?.get(term.text) ?? []).map((other) => `"${other}"*`)
    return others.length === 0 ? wordExpression(term) : `(${[wordExpression(term), ...others].join(' OR ')})`
  })
  return [...words, ...phrases.map(phraseExpression)]
}

export function withoutExpression({ without }: Query): string | undefined {
  return without.length === 0 ? undefined : without.map(phraseExpression).join(' OR ')
}

/**
 * Finds what may have the values of the filters: they are indexed with all else that is said of a document.
 *
 * @returns undefined where a value has no word
 */
export function filterExpression(filters: Filters): string | undefined {
  const parts = Object.values(filters).flatMap((values) => {
    if (values.length === 0) return []
    const words = values.map((value) => foldedWords(value.slice(value.indexOf('/') + 1)))
    if (words.some((list) => list.length === 0)) return []
    return [`{attributes} : (${words.map(phraseExpression).join(' OR ')})`]
  })
  return parts.join(' AND ') || undefined
}

/** The words as names hold them, for comparisons with whole names. */
export function wholeText({ terms }: Query): string {
  return terms.map(({ text }) => text).join(' ')
}

export function wordExpression({ text, prefix }: Pick<Term, 'text' | 'prefix'>): string {
  const star = prefix ? '*' : ''
  if (!isUnspaced(text)) return `"${text}"${star}`
  const pairs = pairsOf(text)
  // The last letter alone begins the pairs that the text goes on with.
  const asked = pairs.length > 1 ? pairs.slice(0, -1) : pairs
  return `(${asked.map((pair) => `"${pair}"${Array.from(pair).length === 1 ? '*' : ''}`).join(' AND ')})`
}

function phraseExpression(words: readonly string[]): string {
  if (words.some(isUnspaced)) return `(${words.map((text) => wordExpression({ text, prefix: false })).join(' AND ')})`
  return `"${words.join(' ')}"`
}

export function emptyFilters(): Record<FilterName, string[]> {
  return { kind: [], type: [], owner: [], tag: [], lifecycle: [] }
}
