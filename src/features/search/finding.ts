import type { Reader } from '../../api/database.ts'
import {
  type Alternatives,
  emptyFilters,
  lastLetter,
  looseExpression,
  matchExpression,
  type Query,
  wholeText,
  withoutExpression,
} from './model/query.ts'
import { type Candidate, type Closeness, rank } from './model/ranking.ts'
import { type CandidateQuery, findCandidates, isThere } from './store/candidates.ts'
import type { SourceScope } from './store/scopes.ts'
import { findNear } from './store/spelling.ts'

export interface Finding {
  /** The best first. */
  ranked: Candidate[]
  /** There is more than was looked at. */
  more: boolean
  /** Words that were taken for others, by the word as typed. */
  meant: Alternatives
  /** Nothing has all the words: these have some of them. */
  isLoose: boolean
}

export interface FindingArgs {
  read: Reader
  scopes: readonly SourceScope[]
  closeness: Closeness
  /** Most candidates of each kind. */
  most: number
  /** Any of many do, in any order. */
  isSample?: boolean | undefined
}

/** So few results that a word may be misspelt. */
const few = 3

/**
 * What has all the words, ranked. Where that is little, what has words spelt nearly so as well; where it is nothing,
 * what has some of the words.
 */
export function find(query: Query, args: FindingArgs): Finding {
  const { read, scopes, closeness, isSample = false } = args
  const asked = candidateQuery(query, args)
  const all = findCandidates(read, asked)
  const nothingElse = { ...all, meant: new Map(), isLoose: false }
  const done = (found: Candidate[], rest: Omit<Finding, 'ranked'>) => {
    return { ...rest, ranked: isSample && rest.more ? found : rank(found, query, closeness) }
  }
  if (asked.match === undefined || all.found.length >= few) return done(all.found, nothingElse)
  // Then every word is one of a name that may be found: none is misspelt.
  if (all.found.some(({ isNamed }) => isNamed)) return done(all.found, nothingElse)
  const meant = alternatives(read, query, scopes, all.found.length > 0)
  if (meant.size > 0) {
    const near = findCandidates(read, { ...asked, match: matchExpression(query, meant), letter: undefined })
    const known = new Set(all.found.map(({ id }) => id))
    const more = near.found.filter(({ id }) => !known.has(id))
    for (const one of more) one.isNear = true
    if (more.length > 0) return done([...all.found, ...more], { more: near.more, meant, isLoose: false })
  }
  if (all.found.length > 0 || query.terms.length + query.phrases.length < 2) return done(all.found, nothingElse)
  const some = findCandidates(read, { ...asked, match: looseExpression(query, meant), letter: undefined })
  return done(some.found, { more: some.more, meant, isLoose: some.found.length > 0 })
}

function candidateQuery(query: Query, { scopes, closeness, most, isSample = false }: FindingArgs): CandidateQuery {
  const { own, starred, visited } = closeness
  const letter = lastLetter(query)
  return {
    match: matchExpression(query),
    letter: letter === undefined ? undefined : { letter, match: matchExpression(withoutLast(query)) ?? '' },
    without: withoutExpression(query),
    filters: query.filters,
    withoutFilters: query.withoutFilters,
    section: query.section,
    scopes,
    most,
    begins: query.phrases.length > 0 ? '' : wholeText(query),
    own: [...own],
    keys: [...starred, ...visited.keys()],
    exact: query.typed.toLowerCase(),
    isSample,
  }
}

const withoutLast = (query: Query): Query => ({ ...query, terms: query.terms.slice(0, -1) })

/**
 * Nothing that the actor may not find is proposed, and nothing that is only written there.
 *
 * @param isSome something has all the words: then only a word that no name has may be misspelt
 */
function alternatives(read: Reader, { terms }: Query, scopes: readonly SourceScope[], isSome: boolean): Alternatives {
  const meant = new Map<string, string[]>()
  for (const { text } of terms) {
    if ((isSome || terms.length > 1) && isThere(read, text, scopes)) continue
    const near = findNear(read, text).filter((word) => isThere(read, word, scopes))
    if (near.length > 0) meant.set(text, near)
  }
  return meant
}

/** A query with nothing chosen besides its words. */
export function withoutChoices(query: Query): Query {
  return { ...query, filters: emptyFilters(), section: undefined }
}
