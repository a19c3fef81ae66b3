import { type Fact, plain } from './fact.ts'

export interface Readme {
  title?: Fact | undefined
  description?: Fact | undefined
  /** The line that says that nobody looks after it any more. */
  over?: Fact | undefined
}

const most = { lines: 200, mark: 25 }
const noText = /^\s*($|[#>|<\-*+=]|\d+[.)]\s|!\[|\[!\[|\[[^\]]*\]:|```|~~~|:::)/
const over =
  /\b(?:this|the)\s+(?:project|repository|repo|package|library|service|module)\s+(?:is|has been|was)\b.{0,40}\b(?:deprecated|archived|unmaintained|no longer maintained)\b|^\W*(?:deprecated|archived|unmaintained|no longer maintained)\b/i

/** First heading, first paragraph, and whether it says that the project is over. */
export function readReadme(text: string, file: string): Readme {
  const lines = text
    .slice(0, 100_000)
    .split(/\r?\n/)
    .slice(0, most.lines)
    .map((line) => line.slice(0, 2000))
  return { title: titleOf(lines, file), description: descriptionOf(lines, file), over: overOf(lines, file) }
}

function titleOf(lines: readonly string[], file: string): Fact | undefined {
  for (const [index, line] of lines.entries()) {
    const isUnderlined = /^=+\s*$/.test(lines[index + 1] ?? '') && line.trim() !== ''
    const heading = isUnderlined ? line : /^#\s/.test(line) ? line.slice(2).trim().replace(/#+$/, '') : undefined
    if (heading === undefined) continue
    const value = words(heading)
    return value === '' || value.length > 80
      ? undefined
      : { value, file, line: index + 1, rule: 'heading of the README' }
  }
  return undefined
}

function descriptionOf(lines: readonly string[], file: string): Fact | undefined {
  let isCode = false
  for (const [index, line] of lines.entries()) {
    if (/^\s*(```|~~~)/.test(line)) isCode = !isCode
    // A line with a rule of signs below it is a heading.
    if (isCode || noText.test(line) || /^(=+|-+)\s*$/.test(lines[index + 1] ?? '')) continue
    const end = lines.findIndex((other, at) => at > index && noText.test(other))
    const value = words(lines.slice(index, end < 0 ? undefined : end).join(' '))
    if (/\p{L}{2}/u.test(value))
      return { value: plain(value, 300), file, line: index + 1, rule: 'first paragraph of the README' }
  }
  return undefined
}

function overOf(lines: readonly string[], file: string): Fact | undefined {
  const index = lines.slice(0, most.mark).findIndex((line) => over.test(words(line)))
  return index < 0 ? undefined : { value: 'deprecated', file, line: index + 1, rule: 'the README says so' }
}

/** Without the marks of Markdown. */
function words(text: string): string {
  return plain(
    text
      .slice(0, 5000)
      .replace(/!\[([^\]]*)\]\([^)]*\)/g, '')
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/<[^>]*>/g, '')
      .replace(/^[\s>#]+/, '')
      .replace(/[*`]+|\b_|_\b/g, ''),
  )
}
