// Signs of one width in the system's fonts, roughly, as a share of the size of the font. Rather too wide than too narrow.
const widths: readonly (readonly [RegExp, number])[] = [
  [/\p{M}|\p{Cf}/u, 0],
  [/[ijlI|.,:;'`!]/u, 0.33],
  [/[frt "*()\-/\\[\]{}]/u, 0.42],
  [/[acegksuvxyzJ?]/u, 0.6],
  [/[mwMW@%—]/u, 0.98],
  [/[A-Z&<>=+~#]/u, 0.76],
  [/[\u0020-\u024f\u0370-\u052f]/u, 0.64],
]
const wide = 1.05
const shares = new Map<string, number>()

/** What a text takes at most, in the unit of the font's size. */
export function widthOf(text: string, size: number): number {
  let sum = 0
  for (const sign of text) sum += shareOf(sign)
  return sum * size
}

function shareOf(sign: string): number {
  const known = shares.get(sign)
  if (known !== undefined) return known
  const share = widths.find(([signs]) => signs.test(sign))?.[1] ?? wide
  if (shares.size < 2000) shares.set(sign, share)
  return share
}

/** The text, or as much of its beginning as fits, with an ellipsis. */
export function cutToFit(text: string, size: number, room: number): string {
  const shown = printable(text)
  if (widthOf(shown, size) <= room) return shown
  const ellipsis = '…'
  let left = room - widthOf(ellipsis, size)
  let cut = ''
  for (const sign of shown) {
    left -= widthOf(sign, size)
    if (left < 0) break
    cut += sign
  }
  return `${cut.trimEnd()}${ellipsis}`
}

/** One line, without signs that turn the order of what stands around them. */
function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim()
}
