/** One word of a text, and where it stands in it. */
export interface Word {
  text: string
  start: number
  end: number
}

const unspaced = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}ー'
const word = /[\p{L}\p{N}\p{M}]+/gu
const hasUnspaced = new RegExp(`[${unspaced}]`, 'u')
const runs = new RegExp(`[${unspaced}]+|[^${unspaced}]+`, 'gu')
const plain = /^[\x20-\x7e\s]*$/
const part = /\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lu}+|\p{N}+|\p{Lo}+/gu
const isCompound = /\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}|\p{L}\p{N}|\p{N}\p{L}/u

/** Without case and accents: what the index holds, and what it is asked for. */
export function fold(text: string): string {
  if (plain.test(text)) return text.toLowerCase()
  return text.normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC').toLowerCase()
}

/** The words of a text as they stand there. */
export function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(word), ({ 0: text, index }) => ({ text, start: index, end: index + text.length }))
}

/**
 * The words of a text that may hold one of the folded texts; all of them where that cannot be told without folding
 * each. Most texts have none: they are not taken apart.
 */
export function wordsAround(text: string, looked: readonly string[]): Word[] {
  if (!plain.test(text)) return wordsOf(text)
  const lower = text.toLowerCase()
  const found = new Map<number, Word>()
  for (const one of looked) {
    for (let at = lower.indexOf(one), end = 0; at !== -1; at = lower.indexOf(one, end)) {
      let start = at
      end = at + one.length
      while (start > 0 && isLetter(lower.charCodeAt(start - 1))) start--
      while (end < lower.length && isLetter(lower.charCodeAt(end))) end++
      if (!found.has(start)) found.set(start, { text: text.slice(start, end), start, end })
    }
  }
  const words = [...found.values()]
  return looked.length > 1 ? words.sort((a, b) => a.start - b.start) : words
}

/** Of a to z and 0 to 9. */
function isLetter(code: number): boolean {
  return (code > 0x60 && code < 0x7b) || (code > 0x2f && code < 0x3a)
}

/** The folded words of a text, those of scripts without spaces as they stand there. */
export function foldedWords(text: string): string[] {
  return fold(text).match(word) ?? []
}

/** `Payments`, `API` and `Client` of `PaymentsAPIClient`; nothing of a word that is one piece. */
export function partsOf({ text, start }: Word): Word[] {
  if (!isCompound.test(text)) return []
  const parts = Array.from(text.matchAll(part), ({ 0: text, index }) => {
    return { text, start: start + index, end: start + index + text.length }
  })
  return parts.length > 1 ? parts : []
}

/** Whether a word is of a script that writes none apart, such as Chinese or Thai. */
export function isUnspaced(text: string): boolean {
  return hasUnspaced.test(text)
}

/**
 * What stands for a word in the index: itself, or its pairs of letters where its script writes no words apart. Three
 * letters, as they are usual, would not find the words of two that Chinese is made of.
 *
 * @param folded a folded word
 * @returns the pairs, each run's last letter among them, so that each letter begins one
 */
export function pairsOf(folded: string): string[] {
  return (folded.match(runs) ?? []).flatMap((run) => {
    if (!hasUnspaced.test(run)) return [run]
    const letters = Array.from(run)
    return letters.map((letter, at) => letter + (letters[at + 1] ?? ''))
  })
}
