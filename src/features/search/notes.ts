import { filterNames, limits } from './model/query.ts'
import type { Found } from './service.ts'

/** What was made of a query, where that is not what it says. */
export function notesOf(found: Found, sections: readonly { id: string }[]): string[] {
  const { query, meant, isLoose, more, section } = found
  const notes: string[] = []
  if (query.unknown.length > 0) {
    const names = query.unknown.map((name) => `“${name}:”`).join(', ')
    const known = [...filterNames, 'in'].map((name) => `${name}:`).join(', ')
    notes.push(`There is no filter ${names}, so it was searched for as a word. Filters are ${known}.`)
  }
  if (section !== undefined && !sections.some(({ id }) => id === section)) {
    notes.push(`There is no “in:${section}”. It may be ${sections.map(({ id }) => id).join(', ')}.`)
  }
  if (query.isCut) {
    notes.push(`Only the first ${limits.terms} words and ${limits.letters} letters were searched for.`)
  }
  for (const [typed, words] of meant)
    notes.push(`“${typed}” was taken for ${words.map((w) => `“${w}”`).join(' or ')} too.`)
  if (isLoose) notes.push('Nothing has all of these words. These results have some of them.')
  if (more) notes.push('There are more than are shown and counted here: add a word to come closer.')
  return notes
}
