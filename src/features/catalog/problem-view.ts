import { sentence } from '../../platform/views/plural.ts'
import { type Place, type ProblemCode, problemCodes } from './model/problem.ts'
import type { ProblemRow } from './store/entity.ts'
import type { Excerpt, Problem } from './views.ts'

/** A further place that a problem is about. */
export interface ProblemPlace {
  title: string
  /** `shop/catalog-info.yaml:4`. */
  where: string
  href: string | null
  /** Id of the source. */
  source: string
  excerpt: Excerpt | null
}

/** A unified diff that mends a problem. */
export interface ProblemPatch {
  /** Unique on a page. */
  id: string
  text: string
}

/** What is known about one problem when somebody looks at it. */
export interface ProblemViewArgs {
  problem: ProblemRow
  /** Where in its own file it stands; undefined where the file cannot be read any more. */
  place: Place | undefined
  /** The lines to show; null where they are not wanted, or may not be seen. */
  lines: readonly string[] | null
  /** The file as it is named on the page. */
  file: string
  href: string | null
  /** What a reference that leads nowhere may have meant. */
  suggestion: string | null
  /** A sentence that helps further. */
  advice: string | undefined
  more: Pick<Problem, 'others' | 'definitionHref' | 'patch'>
}

/** A problem as pages show it: what, where, why, what to do. */
export function problemView(args: ProblemViewArgs): Problem {
  const { problem, place, lines, file, href, suggestion, advice, more } = args
  const hint = suggestion === null ? problem.hint : `Did you mean ${suggestion}?`
  return {
    severity: severityOf(problem.severity),
    title: problemCodes[problem.code as ProblemCode] ?? problem.code,
    message: problem.expected === null ? problem.message : `${problem.message}. Expected: ${problem.expected}`,
    hint: advice === undefined ? hint : [hint && sentence(hint), advice].filter(Boolean).join(' '),
    where: place ? `${file}:${place.line}` : file,
    href,
    excerpt: place && lines ? excerptOf(lines, place) : null,
    entity: null,
    helpHref: helpHref(problem.code),
    ...more,
  }
}

/** Where the portal explains a code. */
export function helpHref(code: string): string {
  return `/catalog/problems/codes#${encodeURIComponent(code)}`
}

const linesAround = 2
const mostColumns = 200
const columnsBefore = 60

/** The line of a place with the two above it. Long lines are cut around the place. */
export function excerptOf(lines: readonly string[], place: Place): Excerpt {
  const faulty = lines[place.line - 1] ?? ''
  const end = place.endLine === place.line ? place.endColumn : faulty.length + 1
  const cut = place.column <= mostColumns - columnsBefore ? 0 : place.column - 1 - columnsBefore
  // What stands above the middle of a long line explains nothing.
  const first = cut > 0 ? place.line : Math.max(1, place.line - linesAround)
  return {
    lines: lines.slice(first - 1, place.line).map((line, index) => ({
      number: first + index,
      text: `${cut > 0 ? '…' : ''}${line.slice(cut, cut + mostColumns)}`,
    })),
    line: place.line,
    from: place.column - cut + (cut > 0 ? 1 : 0),
    to: Math.min(Math.max(end, place.column + 1) - cut + (cut > 0 ? 1 : 0), mostColumns + 2),
  }
}

function severityOf(severity: string): Problem['severity'] {
  return severity === 'error' || severity === 'warning' ? severity : 'info'
}
