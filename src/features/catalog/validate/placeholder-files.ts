import { existsSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { messageOf } from '../../../api/errors.ts'
import type { JsonObject, JsonValue } from '../../../api/index.ts'
import { withoutMark } from '../model/chunks.ts'
import { type DocumentPath, pathText, quoted } from '../model/json-value.ts'
import { bounded, parseLimits } from '../model/limits.ts'
import { parseDocuments } from '../model/parse.ts'
import { type Placeholder, placeholdersOf } from '../model/placeholders.ts'
import type { DocumentProblem } from '../model/problem.ts'
import { jsonFault } from './json-fault.ts'

export interface Filled {
  /** The document with what its placeholders stand for, as far as it could be read. */
  value: JsonObject
  /** Where something was filled in. */
  paths: readonly DocumentPath[]
  problems: DocumentProblem[]
  /** Says of a problem with what was filled in that the placeholder brought it. */
  explain(problem: DocumentProblem): DocumentProblem
}

/** `known: false`: a list or a single value of YAML, which is not looked into; what it fills is taken to be right. */
type Content =
  | { known: false }
  | { value: JsonValue }
  | { fault: string; hint: string }
  | { unread: string; hint: string }

/**
 * Reads what the placeholders of a document name, from the files beside it. What cannot be read is a warning, what
 * is no JSON or YAML an error.
 *
 * @param file the file that the document stands in
 */
export async function fillPlaceholders(document: JsonObject, file: string): Promise<Filled> {
  const { placeholders } = placeholdersOf(document)
  const value = placeholders.length === 0 ? document : structuredClone(document)
  const filled = new Map<string, Placeholder>()
  const problems: DocumentProblem[] = []
  for (const placeholder of placeholders) {
    const content = await contentOf(placeholder, file)
    if ('value' in content) {
      put(value, placeholder.path, content.value)
      filled.set(pathText(placeholder.path), placeholder)
    } else if ('hint' in content) problems.push(problemOf(placeholder, content))
  }
  const explain = (problem: DocumentProblem): DocumentProblem => {
    const upper = problem.path.map((_, depth) => filled.get(pathText(problem.path.slice(0, depth + 1))))
    const placeholder = upper.find((one) => one !== undefined)
    return placeholder ? { ...withoutMended(problem), hint: hintFor(placeholder, problem) } : problem
  }
  return { value, paths: [...filled.values()].map(({ path }) => path), problems, explain }
}

async function contentOf({ key, target }: Placeholder, file: string): Promise<Content> {
  const read = await textOf(target, file)
  if ('unread' in read) return read
  if (key === '$json') return fromJson(read.text)
  if (key === '$yaml') return fromYaml(read.text)
  return { value: read.text }
}

async function textOf(target: string, file: string): Promise<{ text: string } | { unread: string; hint: string }> {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) {
    return { unread: 'it is an address, and nothing is fetched here', hint: 'Nothing need be done.' }
  }
  const hint = 'Check the path; it starts at the folder of this file, or with "/" at the root of the repository.'
  try {
    const folder = await realpath(dirname(resolve(file)))
    const root = rootOf(folder)
    const path = target.startsWith('/') ? join(root, target) : resolve(folder, target)
    if (!isInside(root, path)) return { unread: `it lies outside of ${root}`, hint }
    if (!isInside(root, await realpath(path))) return { unread: `it is a link that leaves ${root}`, hint }
    const stats = await stat(path)
    if (!stats.isFile()) return { unread: 'it is not a file', hint }
    if (stats.size > parseLimits.bytes) return { unread: `it is larger than ${parseLimits.bytes} bytes`, hint }
    return { text: await readFile(path, 'utf8') }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { unread: code === 'ENOENT' ? 'there is no such file' : messageOf(error), hint }
  }
}

/** The working copy that a folder belongs to; where there is none, the working directory if it contains the folder. */
function rootOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (at === dirname(at)) break
  }
  return isInside(process.cwd(), folder) ? process.cwd() : folder
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(root, way) === resolve(path)
}

function fromJson(text: string): Content {
  try {
    return within(JSON.parse(withoutMark(text)))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const hint = 'Correct that file, or write $text to have its text as it stands.'
    const { line, column } = jsonFault(withoutMark(text))
    return { fault: `is not legal JSON at line ${line}, column ${column}`, hint }
  }
}

function fromYaml(text: string): Content {
  const { documents, problems } = parseDocuments(text)
  const [first, ...more] = documents
  const hint = 'Correct that file, or write $text to have its text as it stands.'
  if (!first) return problems[0] ? { fault: `is not read: ${problems[0].message}`, hint } : { value: null }
  if (more.length > 0) return { fault: `holds ${documents.length} documents, and one is needed`, hint }
  const wrong = first.problems.find(({ severity, code }) => severity === 'error' && code !== 'root-not-object')
  if (wrong) {
    const { line, column } = wrong.place ?? { line: first.line, column: 1 }
    return { fault: `is not legal YAML at line ${line}, column ${column}: ${wrong.message}`, hint }
  }
  return first.value ? { value: first.value } : { known: false }
}

function within(value: unknown): Content {
  const { value: kept, problems } = bounded(value, parseLimits, false)
  const [problem] = problems
  if (kept !== undefined) return { value: kept }
  return { fault: `cannot be taken over: ${problem?.message}`, hint: 'Write $text to have its text as it stands.' }
}

function put(root: JsonObject, path: DocumentPath, value: JsonValue): void {
  let at = root as Record<string | number, JsonValue>
  for (const segment of path.slice(0, -1)) at = at[segment] as Record<string | number, JsonValue>
  const last = path.at(-1)
  if (last !== undefined) at[last] = value
}

function problemOf({ key, path, target }: Placeholder, content: Extract<Content, { hint: string }>): DocumentProblem {
  const named = `${key} in ${pathText(path)} names ${quoted(target)}`
  const unread = 'unread' in content
  return {
    severity: unread ? 'warning' : 'error',
    code: 'placeholder-unreadable',
    path,
    message: unread ? `${named}, which was not read: ${content.unread}` : `${named}, which ${content.fault}`,
    hint: content.hint,
  }
}

function hintFor({ key, target }: Placeholder, { code, hint }: DocumentProblem): string {
  if (code === 'wrong-type' && key !== '$text') {
    return `${key} puts the value of ${target} here; write $text to have the text of the file.`
  }
  return `It comes from ${target}, which ${key} names. ${hint ?? ''}`.trim()
}

function withoutMended({ mended: _mended, ...problem }: DocumentProblem): DocumentProblem {
  return problem
}
