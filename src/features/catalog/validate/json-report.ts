import { pathText } from '../model/json-value.ts'
import { hasErrors } from '../model/problem.ts'
import type { CheckedFile, PlacedProblem } from './checked-file.ts'

/**
 * For programs: one item for each document, with `doc` from 0. Problems of a file as a whole follow its documents in
 * an item of their own whose `doc` and `ref` are null.
 */
export function jsonReport(files: readonly CheckedFile[]): string {
  const items = files.flatMap(({ file, documents, problems }) => {
    const ofFile = { file, doc: null, ref: null, valid: !hasErrors(problems), relations: [], problems }
    return [...documents.map((document) => ({ file, ...document })), ...(problems.length > 0 ? [ofFile] : [])]
  })
  const rows = items.map(({ file, doc, ref, valid, relations, problems }) =>
    JSON.stringify({ file, doc, ref, valid, relations, problems: problems.map(problemItem) }),
  )
  return rows.length === 0 ? '[]' : `[\n${rows.join(',\n')}\n]`
}

function problemItem({
  severity,
  code,
  path,
  place,
  message,
  hint = null,
}: Omit<PlacedProblem, 'hint'> & { hint?: string | null }) {
  const where = path.length === 0 ? '' : pathText(path)
  return { severity, code, path: where, ...place, message, hint }
}
