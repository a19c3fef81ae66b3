import type { CheckedFile, PlacedProblem } from './checked-file.ts'
import { excerpt, linesOf, visible } from './excerpt.ts'
import { patch } from './patch.ts'
import { problemsOf, totalsOf, totalsText } from './totals.ts'

type Ink = keyof typeof inks

/** What `ESC [ … m` makes of a text. */
const inks = { red: 31, green: 32, yellow: 33, cyan: 36, bold: 1, dim: 2 } as const
const inkOf = { error: 'red', warning: 'yellow', info: 'cyan' } as const
const wordOf = { error: 'error', warning: 'warning', info: 'note' } as const

/** For people: each problem with its lines and its remedy, then a line that counts. */
export function humanReport(files: readonly CheckedFile[], options: { colour: boolean }): string[] {
  const paint = (ink: Ink, text: string) => (options.colour ? `\u001b[${inks[ink]}m${text}\u001b[0m` : text)
  const totals = totalsOf(files)
  const last = totalsText(totals)
  const ink = totals.errors > 0 ? 'red' : totals.warnings > 0 ? 'yellow' : 'green'
  return [...files.flatMap((file) => fileLines(file, paint)), paint(ink, last)]
}

function fileLines(file: CheckedFile, paint: (ink: Ink, text: string) => string): string[] {
  const lines = file.text === '' ? [] : linesOf(file.text)
  return problemsOf(file).flatMap((problem) => [...problemLines(file.file, lines, problem, paint), ''])
}

function problemLines(
  file: string,
  lines: readonly string[],
  problem: PlacedProblem,
  paint: (ink: Ink, text: string) => string,
): string[] {
  const { severity, code, message, expected, hint, place } = problem
  const ink = inkOf[severity]
  const said = (title: string, text: string | undefined) => (text === undefined ? [] : [`  ${title}: ${visible(text)}`])
  const head = [
    `${paint(ink, wordOf[severity])} ${paint('bold', code)} ${visible(`${file}:${place.line}:${place.column}`)}`,
    `  ${visible(message)}`,
  ]
  const foot = [...said('Expected', expected), ...said('Hint', hint)]
  const link = paint('dim', `  See ${problemPage(code)}`)
  // A note is about a file or a document as a whole: its lines would show nothing.
  if (severity === 'info') return [...head, ...foot, link]
  const shown = excerpt(lines, place).map((line) => `    ${/^ *\| [\s^]*\^$/.test(line) ? paint(ink, line) : line}`)
  const mended = patch(lines, problem)
  const hunk = mended.map(
    (line) => `    ${paint(line.startsWith('+') ? 'green' : line.startsWith('-') ? 'red' : 'dim', visible(line))}`,
  )
  return [...head, ...shown, ...foot, ...(hunk.length > 0 ? ['  Mended:', ...hunk] : []), link]
}

/** Where a code is explained, from the root of the checkout. */
export function problemPage(code: string): string {
  return `docs/problems.md#${code}`
}
