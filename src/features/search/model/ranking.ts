import type { Query, Term } from './query.ts'
import { wholeText } from './query.ts'

/** A document that has all the words, before it is known whether it is shown. */
export interface Candidate {
  id: number
  source: string
  key: string
  section: string
  kind: string | null
  type: string | null
  lifecycle: string | null
  owner: string | null
  /** A list as JSON: it is read only where tags are counted. */
  tags: string
  nameWords: string
  titleWords: string
  /** All words are in its name or title. */
  isNamed: boolean
  /** All words are in its headings. */
  isHeaded: boolean
  /** How well its whole text fits: the lower the better. */
  fit: number
  /** Found only by other words than those typed. */
  isNear: boolean
}

/** What is close to whoever asks. */
export interface Closeness {
  /** References of the person and of their groups. */
  own: ReadonlySet<string>
  starred: ReadonlySet<string>
  /** Keys, each with its place: the last visit is 0. */
  visited: ReadonlyMap<string, number>
}

/** The best first. */
export function rank(candidates: readonly Candidate[], query: Query, near: Closeness): Candidate[] {
  const whole = wholeText(query)
  const reference = query.typed.toLowerCase()
  return candidates
    .map((candidate) => ({ candidate, score: score(candidate, query.terms, whole, reference, near) }))
    .sort((a, b) => b.score - a.score || compare(a.candidate, b.candidate))
    .map(({ candidate }) => candidate)
}

/**
 * Exact names before all else, then what is close to the reader among what fits as well; names before titles before
 * headings before texts.
 */
function score(one: Candidate, terms: readonly Term[], whole: string, reference: string, near: Closeness): number {
  const fits = fitOf(one, terms, whole, reference)
  return fits + closeness(one, near) + (secondary[one.kind ?? ''] ?? 0) - (one.isNear ? 400 : 0)
}

function fitOf(one: Candidate, terms: readonly Term[], whole: string, reference: string): number {
  const { nameWords, titleWords } = one
  if (one.key === reference) return 2000
  if (whole !== '') {
    if (nameWords === whole) return 1000
    if (titleWords === whole) return 900
    const best = Math.max(begun(nameWords, whole, 10), begun(titleWords, whole, 0))
    if (best > 0) return best - Math.min(shorter(nameWords, titleWords), 80) / 10
  }
  if (one.isNamed) {
    const exact = terms.filter(({ text }) => hasWord(nameWords, text) || hasWord(titleWords, text)).length
    const share = terms.length === 0 ? 0 : exact / terms.length
    return 200 + 40 * share - Math.min(shorter(nameWords, titleWords), 80) / 10
  }
  // What FTS5 gives is below zero, and seldom below -30.
  return (one.isHeaded ? 120 : 0) + Math.min(60, Math.max(0, -2 * one.fit))
}

/** A name that begins with what was typed, better yet with whole words of it. */
function begun(words: string, whole: string, more: number): number {
  if (!words.startsWith(whole)) return 0
  return (words[whole.length] === ' ' ? 300 : 270) + more
}

function shorter(a: string, b: string): number {
  return a === '' ? b.length : b === '' ? a.length : Math.min(a.length, b.length)
}

function hasWord(words: string, text: string): boolean {
  for (let at = words.indexOf(text); at !== -1; at = words.indexOf(text, at + 1)) {
    const end = at + text.length
    if ((at === 0 || words[at - 1] === ' ') && (end === words.length || words[end] === ' ')) return true
  }
  return false
}

function closeness({ key, owner }: Candidate, { own, starred, visited }: Closeness): number {
  const place = visited.get(key)
  const isOwn = own.has(key) || (owner !== null && own.has(owner))
  return (starred.has(key) ? 60 : 0) + (isOwn ? 50 : 0) + (place === undefined ? 0 : 40 - Math.min(place, 20))
}

/** Seldom what somebody looks for. */
const secondary: Readonly<Record<string, number>> = { location: -60 }

function compare(a: Candidate, b: Candidate): number {
  const [x, y] = [a.nameWords || a.titleWords, b.nameWords || b.titleWords]
  return x < y ? -1 : x > y ? 1 : a.id - b.id
}
