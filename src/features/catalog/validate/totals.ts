import { byPlace, type CheckedFile, type PlacedProblem } from './checked-file.ts'

/** What was found in all files together. */
export interface Totals {
  files: number
  documents: number
  errors: number
  warnings: number
}

export function totalsOf(files: readonly CheckedFile[]): Totals {
  const problems = files.flatMap(problemsOf)
  const of = (severity: string) => problems.filter((problem) => problem.severity === severity).length
  return {
    files: files.length,
    documents: files.reduce((sum, { documents }) => sum + documents.length, 0),
    errors: of('error'),
    warnings: of('warning'),
  }
}

/** The problems of a file and of its documents in the order of their places. */
export function problemsOf({ documents, problems }: CheckedFile): PlacedProblem[] {
  return [...problems, ...documents.flatMap((document) => document.problems)].sort(byPlace)
}

/** `2 files, 5 documents, 1 error, 0 warnings` */
export function totalsText({ files, documents, errors, warnings }: Totals): string {
  return [
    counted(files, 'file'),
    counted(documents, 'document'),
    counted(errors, 'error'),
    counted(warnings, 'warning'),
  ].join(', ')
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
