import { readFile, stat } from 'node:fs/promises'
import { messageOf } from '../../../api/errors.ts'
import type { KindSpec } from '../../../api/kind.ts'
import { explainer } from '../model/filling.ts'
import { parseLimits } from '../model/limits.ts'
import { type ParsedDocument, parseDocuments } from '../model/parse.ts'
import { type Locator, locators } from '../model/position.ts'
import { type DocumentProblem, hasErrors, type Place } from '../model/problem.ts'
import { type Validation, validateEntity } from '../model/validate.ts'
import { hasNoValue } from './patch.ts'
import { fillPlaceholders } from './placeholder-files.ts'
import { relationTexts } from './relation-texts.ts'

/** A problem with its place in the file. */
export interface PlacedProblem extends DocumentProblem {
  place: Place
  /** The value is empty, so that the place is that of its key. */
  empty?: true
}

export interface CheckedDocument {
  /** Counts the documents of the file that are not empty, from 0. */
  doc: number
  /** Full lower-case reference, as far as the document could be read and has a kind and a name. */
  ref: string | null
  /** The document, taken alone, is an entity. */
  valid: boolean
  /** `source type target`, in the order of the kind's fields, each followed by its reverse. */
  relations: string[]
  problems: PlacedProblem[]
}

export interface CheckedFile {
  /** As it was named, or as it was found below the folder that was named. */
  file: string
  /** Empty where the file could not be read. */
  text: string
  documents: CheckedDocument[]
  /** Of the file as a whole. */
  problems: PlacedProblem[]
}

type Kinds = ReadonlyMap<string, KindSpec>

const start: Place = { line: 1, column: 1, endLine: 1, endColumn: 1 }

/** Reads and checks one file with what stands beside it. That it cannot be read is a problem of the file. Never throws. */
export async function checkFile(file: string, kinds: Kinds): Promise<CheckedFile> {
  const content = await contentOf(file)
  return typeof content === 'string' ? await checkText(file, content, kinds) : unreadFile(file, content)
}

/** A file of which nothing is known but why. */
export function unreadFile(file: string, problem: DocumentProblem): CheckedFile {
  return { file, text: '', documents: [], problems: [{ ...problem, place: start }] }
}

/** What keeps a file or a folder from being read. */
export function unreadable(reason: string, hint: string): DocumentProblem {
  return { severity: 'error', code: 'file-unreadable', path: [], message: reason, hint }
}

/** The same for a text; what its placeholders name is looked for beside `file`, and taken to be right where that is empty. */
export async function checkText(file: string, text: string, kinds: Kinds): Promise<CheckedFile> {
  const parsed = parseDocuments(text)
  const locate = locators(text)
  const documents: CheckedDocument[] = []
  for (const document of parsed.documents) {
    const { index, line, value } = document
    const { validation, problems } = await checkDocument(document, file, kinds)
    documents.push({
      doc: index,
      ref: (value && validation?.ref) ?? null,
      valid: validation?.entity !== undefined && !hasErrors(problems),
      relations: value && validation ? relationTexts(validation.relations, value, kinds) : [],
      problems: placed(problems, () => locate(index), line),
    })
  }
  for (const document of repeated(documents)) {
    document.problems.push(...placed([definedAgain(document)], () => locate(document.doc), 1))
  }
  return { file, text, documents, problems: placed(parsed.problems, () => undefined, 1) }
}

async function contentOf(file: string): Promise<string | DocumentProblem> {
  const hint = 'Check the path and who may read it.'
  try {
    const stats = await stat(file)
    if (!stats.isFile()) return unreadable(`${file} is not a file`, 'Give the path of a file.')
    // What is larger by much would fill the memory before the parser could refuse it.
    if (stats.size > parseLimits.bytes) return tooLarge(stats.size)
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? `There is no file ${file}` : `${file} cannot be read: ${messageOf(error)}`
    return unreadable(reason, hint)
  }
}

function tooLarge(size: number): DocumentProblem {
  return {
    severity: 'error',
    code: 'file-too-large',
    path: [],
    message: `The file has ${size} bytes and was not read; ${parseLimits.bytes} are allowed`,
    hint: 'Split it, or move definitions into files of their own and refer to them with $text.',
  }
}

async function checkDocument(
  { value, guess, problems }: ParsedDocument,
  file: string,
  kinds: Kinds,
): Promise<{ validation?: Validation; problems: DocumentProblem[] }> {
  const readable = value ?? guess
  if (!readable) return { problems }
  const alone = validateEntity(readable, kinds)
  if (!value || !alone.placeholders || file === '')
    return { validation: alone, problems: [...problems, ...alone.problems] }
  const filled = await fillPlaceholders(value, file)
  const validation = validateEntity(filled.value, kinds, filled.open)
  const found = validation.problems.map(explainer(filled.filled))
  return { validation, problems: [...problems, ...found, ...filled.problems] }
}

function placed(
  problems: readonly DocumentProblem[],
  locator: () => Locator | undefined,
  firstLine: number,
): PlacedProblem[] {
  let find: Locator | undefined
  const all = problems.map((problem): PlacedProblem => {
    if (problem.place) return { ...problem, place: problem.place }
    find ??= locator() ?? (() => ({ ...start, line: firstLine, endLine: firstLine }))
    const place = find(problem.path, problem.at)
    return { ...problem, place, ...(hasNoValue({ ...problem, place }, find) && { empty: true }) }
  })
  return all.sort(byPlace)
}

/** From the top of the file down; that there are more comes last. */
export function byPlace(a: PlacedProblem, b: PlacedProblem): number {
  const more = Number(a.code === 'more-problems') - Number(b.code === 'more-problems')
  return more || a.place.line - b.place.line || a.place.column - b.place.column
}

/** The documents that a later one of the same file takes the place of. */
function repeated(documents: readonly CheckedDocument[]): CheckedDocument[] {
  const last = new Map(documents.flatMap(({ ref, valid, doc }) => (ref && valid ? [[ref, doc]] : [])))
  return documents.filter(({ ref, valid, doc }) => ref && valid && last.get(ref) !== doc)
}

function definedAgain({ ref }: CheckedDocument): DocumentProblem {
  return {
    severity: 'error',
    code: 'defined-again',
    path: ['metadata', 'name'],
    message: `${ref} is defined again further down in this file; the later definition holds`,
    hint: 'Remove one of the two, or give it another name.',
  }
}
