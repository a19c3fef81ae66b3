import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml'
import { type DocumentPath, pathText, quoted } from './json-value.ts'
import type { DocumentProblem, Place } from './problem.ts'

/** Keys whose second coming means that a second entity begins. */
const rootKeys = new Set(['apiVersion', 'kind', 'metadata'])

/** Turns offsets of a text into lines and columns of the file it was cut from. */
export class Lines {
  readonly #text: string
  readonly #firstLine: number
  readonly #starts: number[] = [0]

  constructor(text: string, firstLine: number) {
    this.#text = text
    this.#firstLine = firstLine
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  /** The range without the white space at its end. */
  place(start: number, end: number): Place {
    const to = start + this.#text.slice(start, end).trimEnd().length
    const [line, column] = this.#at(start)
    const [endLine, endColumn] = this.#at(to)
    return { line, column, endLine, endColumn }
  }

  /** From the offset to the end of its line. */
  rest(start: number): Place {
    const lineEnd = this.#text.indexOf('\n', start)
    return this.place(start, lineEnd === -1 ? this.#text.length : lineEnd)
  }

  #at(offset: number): [number, number] {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return [this.#firstLine + low, offset - (this.#starts[low] ?? 0) + 1]
  }
}

/** What `yaml` found wrong with a document: the first fault of the syntax, which the others follow from. */
export function syntaxProblems(doc: Document, text: string, lines: Lines): DocumentProblem[] {
  const [fault] = doc.errors
  return fault ? [faultProblem(fault, doc, text, lines)] : []
}

/**
 * Double keys, and aliases whose anchor is not set before them, in one walk: what `yaml` does for either takes
 * time by the square of their number.
 */
export function structureProblems(doc: Document, lines: Lines): DocumentProblem[] {
  const doubles: { path: DocumentPath; offset: number }[] = []
  const aliases: DocumentProblem[] = []
  const deep: DocumentProblem[] = []
  const anchors = new Set<string>()
  const visitNode = (node: unknown, path: DocumentPath) => {
    if (isAlias(node)) {
      if (!anchors.has(node.source)) aliases.push(unknownAlias(node, lines))
      return
    }
    if (isNode(node) && node.anchor) anchors.add(node.anchor)
    if (isSeq(node)) for (const [index, item] of node.items.entries()) visitNode(item, [...path, index])
    if (isMap(node)) visitMap(node, path)
  }
  const visitMap = (map: YAMLMap, path: DocumentPath) => {
    const seen = new Set<string>()
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : undefined
      if (isDeepKey(key)) deep.push(deepKey(path, lines.rest(rangeStart(key))))
      else if (name === undefined) visitNode(key, path)
      else if (isScalar(key) && key.anchor) anchors.add(key.anchor)
      const here = [...path, name ?? '']
      if (name !== undefined && seen.has(name)) doubles.push({ path: here, offset: rangeStart(key) })
      if (name !== undefined) seen.add(name)
      visitNode(value, here)
    }
  }
  visitNode(doc.contents, [])
  const joint = doubles.find(({ path }) => path.length === 1 && rootKeys.has(String(path[0])))
  const double = joint
    ? [missingSeparator(joint.path, lines.rest(joint.offset))]
    : doubles.map(({ path, offset }) => doubleKey(path, lines.rest(offset)))
  return [...deep, ...double, ...aliases]
}

const mostKeyLevels = 6

/**
 * Whether a node has more levels of lists and maps than a key may have, which becomes a text for each of its levels: that
 * takes time by the power of their number. Placeholders without quotes, `{{{x}}}`, have two.
 */
export function isDeepKey(node: unknown, levels = mostKeyLevels): boolean {
  if (isSeq(node)) return levels === 0 || node.items.some((item) => isDeepKey(item, levels - 1))
  if (!isMap(node)) return false
  return levels === 0 || node.items.some(({ key, value }) => isDeepKey(key, levels - 1) || isDeepKey(value, levels - 1))
}

/** How many aliases the document uses; each costs `yaml` a search through all of them. */
export function countAliases(doc: Document): number {
  let count = 0
  visit(doc, {
    Alias() {
      count += 1
    },
  })
  return count
}

export function tagProblems(doc: Document, lines: Lines): DocumentProblem[] {
  return doc.warnings
    .filter((warning) => warning.code === 'TAG_RESOLVE_FAILED')
    .map((warning) => ({
      severity: 'warning',
      code: 'unknown-tag',
      path: [],
      message: `The tag ${warning.message.replace(/^Unresolved tag: /, '').split('\n')[0]} is not known and is ignored`,
      hint: 'Remove the tag; put quotes around the value if it is a text that begins with "!".',
      place: lines.place(warning.pos[0], warning.pos[1]),
    }))
}

function faultProblem(error: YAMLError, doc: Document, text: string, lines: Lines): DocumentProblem {
  const start = startOf(error, doc, text)
  const below = text.slice(error.pos[0], start).includes('\n')
  const { message, hint } = below && isDeeper(error) ? badIndent : faultText(error, text.slice(start, start + 1))
  return { severity: 'error', code: 'yaml-syntax', path: [], message, hint, place: lines.rest(start) }
}

/** Where a person would look for the fault, which is not always where the parser noticed it. */
function startOf(error: YAMLError, doc: Document, text: string): number {
  let at = Math.min(error.pos[0], text.length)
  if (isOpenQuote(error)) {
    visit(doc, {
      Scalar(_, scalar) {
        const [start, end] = scalar.range ?? [0, 0]
        if (scalar.type?.startsWith('QUOTE') && start <= at && end >= at - 1) at = start
      },
    })
    return at
  }
  if (isOpenBracket(error)) {
    visit(doc, {
      Collection(_, { flow, range }) {
        if (flow && range && range[0] < at && range[1] >= at - 1 && !/[\]}]\s*$/.test(text.slice(range[0], range[1]))) {
          at = range[0]
        }
      },
    })
    return at
  }
  if (isDeeper(error)) {
    const end = text.indexOf('\n', at)
    // Without a colon of its own the line is an ordinary one, and the line below it stands too deep.
    if (end !== -1 && !/:(?:\s|$)/.test(text.slice(at, end))) at = end
  }
  while (at < text.length - 1 && /[ \r\n]/.test(text.charAt(at))) at += 1
  return at
}

function isOpenQuote(error: YAMLError): boolean {
  return error.code === 'MISSING_CHAR' && error.message.startsWith('Missing closing')
}

function isOpenBracket(error: YAMLError): boolean {
  return error.code === 'BAD_INDENT' && error.message.startsWith('Flow ')
}

function isDeeper(error: YAMLError): boolean {
  return error.code === 'BLOCK_AS_IMPLICIT_KEY' && error.message.startsWith('Nested mappings')
}

const badIndent = {
  message: 'The line is not indented like the lines it belongs to',
  hint: 'Give all keys of one map, and all items of one list, the same number of spaces.',
}

function faultText(error: YAMLError, found: string): { message: string; hint: string } {
  const quote = 'Put quotes around the whole value.'
  if (isOpenQuote(error)) {
    return { message: 'A quote is opened and never closed', hint: 'Add the closing quote at the end of the value.' }
  }
  if (isOpenBracket(error)) {
    return { message: 'A bracket is opened and never closed', hint: 'Add the closing bracket at the end of the value.' }
  }
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return {
        message: 'A tab is used to indent',
        hint: 'Replace the tab with spaces: YAML indents with nothing else.',
      }
    case 'BAD_INDENT':
      return badIndent
    case 'BLOCK_AS_IMPLICIT_KEY':
      if (error.message.startsWith('A block sequence')) {
        return {
          message: 'An item of a list stands among the keys of a map',
          hint: 'Remove the "- " in front, or put the list below a key of its own.',
        }
      }
      return { message: 'The value contains ": ", so that it reads as a key of its own', hint: quote }
    case 'BAD_SCALAR_START':
      return { message: `A value cannot begin with ${quoted(found)} unless it is quoted`, hint: quote }
    case 'MISSING_CHAR':
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        message: 'The line is neither "key: value" nor an item of a list',
        hint: 'Write a colon and a space after the key, or indent the line to continue the text above it.',
      }
    default:
      return {
        message: `The document is not readable as YAML: ${error.message.split('\n')[0]}`,
        hint: 'Check quotes, brackets, colons and indentation on this line and the one above it.',
      }
  }
}

function missingSeparator(path: DocumentPath, place: Place): DocumentProblem {
  return {
    severity: 'error',
    code: 'missing-separator',
    path,
    at: 'key',
    message: `${pathText(path)} is written twice: a second entity seems to begin before this line`,
    hint: 'Put a line with only "---" between the two entities.',
    place,
  }
}

function doubleKey(path: DocumentPath, place: Place): DocumentProblem {
  return {
    severity: 'error',
    code: 'duplicate-key',
    path,
    at: 'key',
    message: `${pathText(path)} is written twice, and only one of the two can count`,
    hint: 'Remove one of them, or merge the two.',
    place,
  }
}

function deepKey(path: DocumentPath, place: Place): DocumentProblem {
  return {
    severity: 'error',
    code: 'key-not-allowed',
    path,
    message: `A key is made of more than ${mostKeyLevels} levels of lists and maps`,
    hint: 'Put quotes around the key.',
    place,
  }
}

function unknownAlias(alias: Alias, lines: Lines): DocumentProblem {
  const [start, end] = alias.range ?? [0, 0]
  return {
    severity: 'error',
    code: 'unknown-alias',
    path: [],
    message: `${quoted(`*${alias.source}`)} is an alias, but no anchor ${quoted(`&${alias.source}`)} stands before it`,
    hint: 'Put quotes around a value that begins with *.',
    mended: JSON.stringify(`*${alias.source}`),
    place: lines.place(start, end),
  }
}

function rangeStart(node: unknown): number {
  return isNode(node) && node.range ? node.range[0] : 0
}
