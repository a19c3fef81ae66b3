import { editDistance } from '../../../api/nearest.ts'

const latin = 'abcdefghijklmnopqrstuvwxyz0123456789'
/** Nearly every shorter word is one letter off another. */
const shortest = 4
const longest = 30

/** Every text that is one letter off: one too many, one missing, another one, two swapped. */
export function variantsOf(word: string): string[] {
  const letters = Array.from(word)
  if (letters.length < shortest || letters.length > longest) return []
  const alphabet = alphabetOf(letters)
  const found = new Set<string>()
  for (let at = 0; at <= letters.length; at++) {
    const before = letters.slice(0, at).join('')
    const after = letters.slice(at).join('')
    const rest = letters.slice(at + 1).join('')
    for (const letter of alphabet) found.add(before + letter + after)
    if (at === letters.length) continue
    found.add(before + rest)
    for (const letter of alphabet) found.add(before + letter + rest)
    const next = letters[at + 1]
    if (next !== undefined) found.add(before + next + letters[at] + letters.slice(at + 2).join(''))
  }
  found.delete(word)
  return [...found]
}

/** Those of the candidates that are at most two letters off, the nearest first. */
export function nearTerms(word: string, candidates: readonly string[], most: number): string[] {
  const limit = word.length >= 7 ? 2 : 1
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate, limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

/** The letters of the word's script that may be missing. */
function alphabetOf(letters: readonly string[]): string[] {
  const code = Math.max(...letters.map((letter) => letter.codePointAt(0) ?? 0))
  if (code >= 0x3b1 && code <= 0x3c9) return range(0x3b1, 0x3c9)
  if (code >= 0x430 && code <= 0x44f) return range(0x430, 0x44f)
  return Array.from(latin)
}

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at))
}
