import type { Place } from '../model/problem.ts'

const mostLines = 6
const mostColumns = 120

/**
 * The lines of a place with their numbers, and a row of carets below the first: `  4 |   name: my service`. Long lines
 * are cut around the place. Empty where the place is not in the text.
 */
export function excerpt(lines: readonly string[], place: Place): string[] {
  const { line, column, endLine, endColumn } = place
  const first = lines[line - 1]
  if (first === undefined) return []
  const last = Math.min(endLine, line + mostLines - 1)
  const width = String(last).length
  const cut = Math.max(0, column - 1 - mostColumns / 2)
  const shown = (text: string) => visible(`${cut > 0 ? '…' : ''}${text.slice(cut, cut + mostColumns)}`)
  const end = endLine === line ? endColumn : first.length + 1
  const before = shown(first.slice(0, Math.max(column - 1, cut)))
  const marked = first.slice(Math.max(column - 1, cut), Math.min(Math.max(end, column + 1) - 1, cut + mostColumns))
  const rows = lines.slice(line - 1, last).map((text, index) => {
    return `${String(line + index).padStart(width)} | ${shown(text)}`.trimEnd()
  })
  const carets = `${' '.repeat(width)} | ${blank(before)}${'^'.repeat(Math.max(1, columns(visible(marked))))}`
  const [top = '', ...below] = rows
  const more = endLine > last ? [`${' '.repeat(width)} | …`] : []
  return [top, carets, ...below, ...more]
}

/** The lines of a text, without their ends; a byte order mark is no part of the first. */
export function linesOf(text: string): string[] {
  return text.replace(/^\ufeff/, '').split(/\r?\n/)
}

/** A text that cannot move the cursor, colour the terminal or turn its direction. */
export function visible(text: string): string {
  return text.replace(/[^\P{C}\t]|[\u2028\u2029]/gu, (character) =>
    /\p{Cs}|\p{Cn}|\p{Co}/u.test(character) ? '\ufffd' : '·',
  )
}

/** As wide as the text: tabs stay tabs. */
function blank(text: string): string {
  return text.replace(/[^\t]+/g, (part) => ' '.repeat(columns(part)))
}

/** How many columns of a terminal a text takes. */
function columns(text: string): number {
  let count = 0
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue
    count +=
      /[\p{Extended_Pictographic}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u.test(
        character,
      ) && character > '\u00ff'
        ? 2
        : 1
  }
  return count
}
