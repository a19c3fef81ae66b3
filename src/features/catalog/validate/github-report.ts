import { problemCodes } from '../model/problem.ts'
import type { CheckedFile, PlacedProblem } from './checked-file.ts'
import { problemPage } from './human-report.ts'
import { problemsOf, totalsOf, totalsText } from './totals.ts'

const commands = { error: 'error', warning: 'warning', info: 'notice' } as const

/** Workflow commands of GitHub Actions, which become annotations on the lines of a pull request; then a line that counts. */
export function githubReport(files: readonly CheckedFile[]): string[] {
  const annotations = files.flatMap((file) => problemsOf(file).map((problem) => annotation(file.file, problem)))
  return [...annotations, totalsText(totalsOf(files))]
}

function annotation(file: string, { severity, code, message, expected, hint, place }: PlacedProblem): string {
  const { line, column: col, endLine, endColumn } = place
  const title = `${problemCodes[code]} (${code})`
  const properties = Object.entries({ file, line, col, endLine, endColumn, title })
    .map(([name, value]) => `${name}=${inProperty(String(value))}`)
    .join(',')
  const texts = [message, expected && `Expected: ${expected}`, hint && `Hint: ${hint}`, `See ${problemPage(code)}`]
  return `::${commands[severity]} ${properties}::${inMessage(texts.filter(Boolean).join('\n'))}`
}

function inMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function inProperty(text: string): string {
  return inMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
