import type { SearchDocument } from '../../../api/search.ts'
import { fold, foldedWords, isUnspaced, pairsOf, partsOf, wordsOf } from './words.ts'

/** A document as the index takes it. */
export interface Entry {
  nameWords: string
  titleWords: string
  columns: { name: string; words: string; title: string; heading: string; attributes: string; body: string }
  /** Words that a misspelt one may have meant. */
  spelling: string[]
}

/** Longer texts are found by their beginning. */
const longest = 200_000

export function entryOf(document: SearchDocument): Entry {
  const { name = '', title, heading = '', attributes = [], tags = [], kind = '', type = '', body = '' } = document
  const nameWords = foldedWords(name)
  const titleWords = foldedWords(title)
  const said = [kind, type, document.lifecycle ?? '', ownerName(document.owner), ...tags]
  for (const [, value] of attributes) said.push(value)
  return {
    nameWords: nameWords.join(' '),
    titleWords: titleWords.join(' '),
    columns: {
      name: indexed(name),
      words: [...(nameWords.length > 1 ? [nameWords.join('')] : []), ...extra(name), ...extra(title)].join(' '),
      title: indexed(title),
      heading: withExtra(heading),
      attributes: withExtra(said.join(' \n')),
      body: withExtra(body.slice(0, longest)),
    },
    spelling: spelling([...nameWords, ...titleWords, ...extra(name), ...tags.flatMap(foldedWords)]),
  }
}

/** `payments` of `group:default/payments`. */
export function ownerName(ref: string | undefined): string {
  return ref === undefined ? '' : ref.slice(ref.indexOf('/') + 1)
}

function indexed(text: string): string {
  const folded = fold(text)
  return isUnspaced(folded) ? foldedWords(text).flatMap(pairsOf).join(' ') : folded
}

function withExtra(text: string): string {
  return [indexed(text), ...extra(text)].join(' ')
}

const mayHaveParts = /\p{Ll}\p{Lu}|\p{L}\p{N}|\p{N}\p{L}|\p{Lu}\p{Lu}\p{Ll}/u

function extra(text: string): string[] {
  if (!mayHaveParts.test(text)) return []
  const parts = wordsOf(text).flatMap(partsOf)
  return parts.map(({ text }) => fold(text)).filter((text) => text.length > 1)
}

const isName = /^\p{L}[\p{L}\p{N}]{2,39}$/u

function spelling(words: readonly string[]): string[] {
  return words.filter((word) => isName.test(word) && !isUnspaced(word))
}
