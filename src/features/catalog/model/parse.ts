import { CORE_SCHEMA, loadAll, YAMLException } from 'js-yaml'
import type { Document } from 'yaml'
import type { JsonObject, JsonValue } from '../../../api/index.ts'
import { type Chunk, splitDocuments, withoutMark } from './chunks.ts'
import { isObject, typeText } from './json-value.ts'
import { bounded, type ParseLimits, parseLimits, tooDeep, tooManyAliases } from './limits.ts'
import { mostTokens, readNodes } from './nodes.ts'
import type { DocumentProblem } from './problem.ts'
import { capped, hasErrors } from './problem.ts'
import { isSkeletonText, skeletonProblem } from './recognise.ts'
import { countAliases, Lines, structureProblems, syntaxProblems, tagProblems } from './syntax.ts'

export interface ParsedDocument {
  /** Counts the documents of the file that are not empty, from 0. */
  index: number
  /** Line of the file on which the content begins, from 1. */
  line: number
  /** Absent where an error was found. */
  value?: JsonObject
  /** What a document with double keys most likely means: good for finding more problems, never to be stored. */
  guess?: JsonObject
  /** What the document holds where that is no map: legal in a file that `$yaml` names. */
  content?: JsonValue
  problems: DocumentProblem[]
}

export interface ParsedFile {
  documents: ParsedDocument[]
  /** About the file as a whole. */
  problems: DocumentProblem[]
}

/** What is left of what a file may cost. */
interface Budget {
  tokens: number
}

type Reading = Pick<ParsedDocument, 'value' | 'guess' | 'content' | 'problems'>

/** Of all broken documents of a file; those that go beyond it get the message of the faster parser. */
const tokensOfFile = 3 * mostTokens
const mostAliasesForYaml = 1000

/**
 * Reads a file of YAML (or JSON) documents. Values are what JSON can hold, by the core schema: dates, `yes` and
 * `no` stay texts. A bad document never stops the others. Never throws.
 */
export function parseDocuments(text: string, limits: Partial<ParseLimits> = {}): ParsedFile {
  const allowed = { ...parseLimits, ...limits }
  const tooLarge = sizeProblem(text, allowed)
  if (tooLarge) return { documents: [], problems: [tooLarge] }
  const chunks = splitDocuments(text)
  const problems = fileProblems(text)
  if (chunks.length > allowed.documents) problems.push(tooManyDocuments(chunks.length, allowed))
  const budget = { tokens: tokensOfFile }
  const documents = chunks.slice(0, allowed.documents).map((chunk, index) => {
    const reading = readChunk(chunk, allowed, budget)
    return { index, line: chunk.line, ...reading, problems: capped(reading.problems) }
  })
  return { documents, problems }
}

function readChunk(chunk: Chunk, limits: ParseLimits, budget: Budget): Reading {
  // A lone CR is a line break to js-yaml and none to the reference.
  const careful = /\r(?!\n)/.test(chunk.text) ? readCarefully(chunk, limits, budget) : undefined
  if (careful) return careful
  let root: unknown
  try {
    root = loadAll(chunk.text, { schema: CORE_SCHEMA, maxDepth: limits.depth })[0]
  } catch (error) {
    return readAfterError(chunk, limits, budget, error)
  }
  return finish(root, chunk, limits)
}

function readAfterError(chunk: Chunk, limits: ParseLimits, budget: Budget, error: unknown): Reading {
  const deep = error instanceof RangeError || (error instanceof YAMLException && error.reason.includes('maxDepth'))
  if (deep) return { problems: [{ severity: 'error', path: [], ...tooDeep(limits), ...markedPlace(chunk, error) }] }
  return readCarefully(chunk, limits, budget) ?? { problems: [fastProblem(chunk, error)] }
}

/** @returns undefined for a document that costs more than is left */
function readCarefully(chunk: Chunk, limits: ParseLimits, budget: Budget): Reading | undefined {
  const read = readNodes(chunk.text, Math.min(mostTokens, budget.tokens))
  const lines = new Lines(chunk.text, chunk.firstLine)
  if (!('refused' in read)) {
    budget.tokens -= read.tokens
    return finishNodes(read.documents, chunk, lines, limits)
  }
  if (read.refused === 'long') return undefined
  return { problems: [{ severity: 'error', path: [], ...tooDeep(limits), place: lines.rest(read.offset) }] }
}

function finishNodes([doc, more]: Document[], chunk: Chunk, lines: Lines, limits: ParseLimits): Reading {
  if (!doc) return finish(null, chunk, limits)
  if (more) doc.errors.push(...more.errors)
  const [fault] = syntaxProblems(doc, chunk.text, lines)
  if (fault && isSkeletonText(chunk.text, fault.place && fault.place.line - chunk.firstLine)) {
    return { problems: [skeletonProblem(fault.place)] }
  }
  const structure = structureProblems(doc, lines)
  const problems = [...(fault ? [fault] : []), ...structure, ...tagProblems(doc, lines)]
  const faulty = fault !== undefined || structure.some((problem) => problem.code !== 'duplicate-key')
  if (faulty) return { problems }
  if (countAliases(doc) > mostAliasesForYaml) {
    return { problems: [...problems, { severity: 'error', path: [], ...tooManyAliases(limits) }] }
  }
  const root: unknown = doc.toJS({ maxAliasCount: -1 })
  if (structure.length === 0) return finish(root, chunk, limits, problems)
  const { value } = finish(root, chunk, limits)
  return { ...(value && { guess: value }), problems }
}

function finish(root: unknown, chunk: Chunk, limits: ParseLimits, problems: DocumentProblem[] = []): Reading {
  const aliases = chunk.text.includes('&') && chunk.text.includes('*')
  const result = bounded(root, limits, aliases)
  const all = [...problems, ...result.problems]
  if (hasErrors(all) || result.value === undefined) return { problems: all }
  if (isObject(result.value)) return { value: result.value, problems: all }
  return { content: result.value, problems: [...all, notAnObject(result.value, chunk)] }
}

function notAnObject(value: Exclude<ReturnType<typeof bounded>['value'], undefined>, chunk: Chunk): DocumentProblem {
  if (isSkeletonText(chunk.text, 0)) return skeletonProblem()
  return {
    severity: 'error',
    code: 'root-not-object',
    path: [],
    message: `The document is ${typeText(value)}, but an entity is a map of keys and values`,
    expected: 'apiVersion, kind, metadata and spec, each at the start of a line',
    hint: Array.isArray(value)
      ? 'Write each item as a document of its own, with a line "---" between them.'
      : 'Write a colon and a space after each key.',
  }
}

function fastProblem(chunk: Chunk, error: unknown): DocumentProblem {
  const reason = error instanceof YAMLException ? error.reason : String(error)
  return {
    severity: 'error',
    code: 'yaml-syntax',
    path: [],
    message: `The document is not readable as YAML: ${reason}`,
    hint: 'Check quotes, brackets, colons and indentation on this line and the one above it.',
    ...markedPlace(chunk, error),
  }
}

function markedPlace(chunk: Chunk, error: unknown): Pick<DocumentProblem, 'place'> {
  if (!(error instanceof YAMLException) || !error.mark) return {}
  return { place: new Lines(chunk.text, chunk.firstLine).rest(error.mark.position) }
}

function sizeProblem(text: string, limits: ParseLimits): DocumentProblem | undefined {
  const sure = text.length * 3 <= limits.bytes
  if (sure || Buffer.byteLength(text) <= limits.bytes) return undefined
  return {
    severity: 'error',
    code: 'file-too-large',
    path: [],
    message: `The file is larger than ${limits.bytes} bytes and was not read`,
    hint: 'Split it, or move definitions into files of their own and refer to them with $text.',
  }
}

function tooManyDocuments(count: number, limits: ParseLimits): DocumentProblem {
  return {
    severity: 'error',
    code: 'too-many-documents',
    path: [],
    message: `The file holds ${count} documents; only the first ${limits.documents} were read`,
    hint: 'Split the file and name the parts in a Location.',
  }
}

function fileProblems(text: string): DocumentProblem[] {
  const problems: DocumentProblem[] = []
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 }
  if (withoutMark(text) !== text) {
    problems.push({
      severity: 'info',
      code: 'byte-order-mark',
      path: [],
      message: 'The file begins with a byte order mark, which was skipped',
      hint: 'Save it as UTF-8 without a byte order mark: other programs may stumble over it.',
      place,
    })
  }
  if (text.includes('\r\n')) {
    problems.push({
      severity: 'info',
      code: 'crlf-line-endings',
      path: [],
      message: 'The lines of the file end in CRLF; it was read as if they ended in LF',
      hint: 'Nothing need be done. To change it, set "end_of_line = lf" in .editorconfig.',
      place,
    })
  }
  return problems
}
