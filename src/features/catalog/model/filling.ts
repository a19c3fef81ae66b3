import type { JsonObject, JsonValue } from '../../../api/index.ts'
import { type DocumentPath, pathText, quoted } from './json-value.ts'
import { type Placeholder, placeholdersOf } from './placeholders.ts'
import type { DocumentProblem } from './problem.ts'

/** A value of a document that came from another file. */
export interface Fill extends Placeholder {
  /** The source that holds the file; null where it was read by its address. */
  sourceId: string | null
  /** The path in that source, or the address. */
  file: string
}

/** Why nothing takes the place of a placeholder. An error keeps the document out; a warning leaves the placeholder. */
export interface Fault {
  severity: 'error' | 'warning'
  code: 'placeholder-unreadable' | 'placeholder-elsewhere'
  /** To be read after "names x, which". */
  reason: string
  hint: string
}

export type Content = { value: JsonValue } | Fault

export interface Filled {
  /** A copy with what the placeholders stand for, as far as there is something. */
  value: JsonObject
  filled: readonly Placeholder[]
  /** Where placeholders still stand in the document. */
  open: readonly DocumentPath[]
  problems: DocumentProblem[]
}

/**
 * Puts contents in the place of the placeholders of a document, which itself stays as it is.
 *
 * @param contentFor `index` counts the placeholders as `placeholdersOf` gives them
 */
export function fill(
  document: JsonObject,
  contentFor: (placeholder: Placeholder, index: number) => Content | undefined,
): Filled {
  const { placeholders, problems } = placeholdersOf(document)
  const value = placeholders.length === 0 ? document : structuredClone(document)
  const filled: Placeholder[] = []
  const open = problems.map(({ path }) => path)
  for (const [index, placeholder] of placeholders.entries()) {
    const content = contentFor(placeholder, index)
    if (content && 'value' in content) {
      put(value, placeholder.path, content.value)
      filled.push(placeholder)
    } else {
      open.push(placeholder.path)
      if (content) problems.push(problemOf(placeholder, content))
    }
  }
  return { value, filled, open, problems }
}

/** Which of the fills a value comes from, and the path within what was filled in. */
export function originOf<T extends Placeholder>(
  fills: readonly T[],
  path: readonly (string | number)[],
): { fill: T; rest: DocumentPath } | undefined {
  const fill = fills.find((one) => one.path.every((segment, depth) => segment === path[depth]))
  return fill && { fill, rest: path.slice(fill.path.length) }
}

/** Says of problems with what was filled in that a placeholder brought it. */
export function explainer(filled: readonly Placeholder[]): (problem: DocumentProblem) => DocumentProblem {
  return (problem) => {
    const origin = originOf(filled, problem.path)
    if (!origin) return problem
    const { mended: _mended, ...kept } = problem
    return { ...kept, hint: hintFor(origin.fill, problem) }
  }
}

function put(root: JsonObject, path: DocumentPath, value: JsonValue): void {
  let at = root as Record<string | number, JsonValue>
  for (const segment of path.slice(0, -1)) at = at[segment] as Record<string | number, JsonValue>
  const last = path.at(-1)
  if (last !== undefined) at[last] = value
}

function problemOf({ key, path, target }: Placeholder, { severity, code, reason, hint }: Fault): DocumentProblem {
  return {
    severity,
    code,
    path,
    message: `${key} in ${pathText(path)} names ${quoted(plain(target))}, which ${reason}`,
    hint,
  }
}

/** An address with a password in it is refused, and the password not repeated. */
const plain = (target: string) => target.replace(/(:\/\/)[^/?#]*@/, '$1')

function hintFor({ key, target }: Placeholder, { code, hint }: DocumentProblem): string {
  if (code === 'wrong-type' && key !== '$text') {
    return `${key} puts the value of ${target} here; write $text to have the text of the file.`
  }
  return `It comes from ${target}, which ${key} names. ${hint ?? ''}`.trim()
}
