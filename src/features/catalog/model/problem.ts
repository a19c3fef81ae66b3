import type { DocumentPath } from './json-value.ts'

export type Severity = 'error' | 'warning' | 'info'

/** A stretch of a file. Lines and columns count from 1, columns in UTF-16 units; the end is exclusive. */
export interface Place {
  line: number
  column: number
  endLine: number
  endColumn: number
}

/** Something to know or to mend about one document. An error keeps the document out of the catalog. */
export interface DocumentProblem {
  severity: Severity
  code: ProblemCode
  /** The value it is about; for a missing field, where the field would stand. Empty: the document as a whole. */
  path: DocumentPath
  /** The fault lies in the key at `path`, not in its value. */
  at?: 'key'
  message: string
  /** The legal form, to be read after "Expected:". */
  expected?: string
  /** What to do next. */
  hint?: string
  /** YAML that may take the place of the value, or of the key where `at` is `key`. */
  mended?: string
  /** Known at once for faults of the syntax; for all others ask `locate`. */
  place?: Place
}

/** Every code a problem can have, and its title. The last group is for those who read files and store entities. */
export const problemCodes = {
  'file-too-large': 'The file is too large',
  'too-many-documents': 'The file holds too many documents',
  'byte-order-mark': 'The file begins with a byte order mark',
  'crlf-line-endings': 'The lines of the file end in CRLF',

  'yaml-syntax': 'The document is not readable as YAML',
  'duplicate-key': 'A key is written twice',
  'missing-separator': 'Two documents are not separated',
  'unknown-alias': 'An alias has no anchor',
  'unknown-tag': 'A YAML tag is not known',
  'root-not-object': 'The document is not a map of keys and values',
  'too-deep': 'The document is nested too deeply',
  'too-many-aliases': 'The aliases of the document expand to too much',
  'alias-cycle': 'An alias refers to what contains it',
  'key-too-long': 'A key is too long',
  'key-not-allowed': 'A key is not allowed',
  'number-not-finite': 'A number is not finite',

  'more-problems': 'There are more problems than are shown',

  skeleton: 'The document is the skeleton of a template',
  'foreign-manifest': 'The document belongs to another tool',

  'field-missing': 'A required field is missing',
  'field-empty': 'A field is empty',
  'wrong-type': 'A value has the wrong type',
  'invalid-value': 'A value is not allowed',
  'too-few-items': 'A list has too few items',
  'too-long': 'A value is too long',
  'unknown-field': 'A field is not known',
  'computed-field': 'A field is computed by the portal',
  'misplaced-field': 'A field stands in the wrong place',
  'keys-differ-by-case': 'Keys differ in letter case alone',

  'bad-api-version': 'The apiVersion is malformed',
  'bad-kind': 'The kind is malformed',
  'bad-name': 'The name is malformed',
  'bad-namespace': 'The namespace is malformed',
  'bad-label-key': 'The key of a label is malformed',
  'bad-label-value': 'The value of a label is malformed',
  'bad-annotation-key': 'The key of an annotation is malformed',
  'bad-tag': 'A tag is malformed',
  'bad-link-url': 'The address of a link is malformed',
  'bad-link-text': 'The title or icon of a link is blank',
  'unsafe-link-url': 'The address of a link is not safe to open',

  'unknown-kind': 'The kind is not known',
  'unknown-api-version': 'The apiVersion does not fit the kind',
  'bad-reference': 'A reference is malformed',
  'impossible-reference': 'A reference cannot match any entity',
  'placeholder-not-text': 'A placeholder names no file',

  'file-unreadable': 'A file cannot be read',
  'file-too-hard': 'The file takes too long or too much memory to read',
  'target-not-found': 'The target of a location does not exist',
  'target-elsewhere': 'The target of a location is not in this source',
  'target-folder': 'The target of a location is a folder',
  'target-outside': 'The target of a location leaves its source',
  'kind-not-allowed': 'The source may not define entities of this kind',
  'defined-again': 'The entity is defined twice in one file',
  'defined-twice': 'The entity is defined in two places',
  'reference-not-found': 'A reference points to nothing',
  'placeholder-unreadable': 'The file that a placeholder names cannot be read',
  'placeholder-elsewhere': 'A placeholder names an address that is not read',
  'processing-failed': 'A processor failed on the entity',
  'many-removed': 'Much of a source is missing',
} as const

export type ProblemCode = keyof typeof problemCodes

/** Whether any of the problems keeps the document out of the catalog. */
export function hasErrors(problems: readonly DocumentProblem[]): boolean {
  return problems.some((problem) => problem.severity === 'error')
}

const most = 100

/** At most a hundred problems, the worst first where some must go, and a note of how many there are besides. */
export function capped(problems: DocumentProblem[]): DocumentProblem[] {
  if (problems.length <= most) return problems
  const errors = problems.filter((problem) => problem.severity === 'error')
  const others = problems.filter((problem) => problem.severity !== 'error')
  return [
    ...[...errors, ...others].slice(0, most),
    {
      severity: 'info',
      code: 'more-problems',
      path: [],
      message: `${problems.length - most} further problems of this document are not shown`,
      hint: 'Mend the ones shown and look again.',
    },
  ]
}
