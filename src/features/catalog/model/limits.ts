import type { JsonValue } from '../../../api/index.ts'
import { type DocumentPath, pathText, quoted } from './json-value.ts'
import type { DocumentProblem } from './problem.ts'

/** What a file may demand of the portal; more than people write, less than what hurts. */
export interface ParseLimits {
  /** Size of the file in bytes of UTF-8. */
  bytes: number
  /** Documents in one file; what comes after is not read. */
  documents: number
  /** Levels of maps and lists in one document. */
  depth: number
  /** Characters in one key. */
  keyLength: number
  /** Values in one document that uses aliases, counted as often as they are referred to. */
  expandedValues: number
}

export const parseLimits: ParseLimits = {
  bytes: 10 * 1024 * 1024,
  documents: 10_000,
  depth: 100,
  keyLength: 512,
  expandedValues: 100_000,
}

/**
 * Makes of a parsed value what JSON can hold, and finds what no document may contain. With `aliases` the same
 * map or list may stand in several places: the result then has a copy in each.
 *
 * @returns no value when a limit is broken
 */
export function bounded(
  root: unknown,
  limits: ParseLimits,
  aliases: boolean,
): { value?: JsonValue; problems: DocumentProblem[] } {
  const problems: DocumentProblem[] = []
  const path: DocumentPath = []
  const above = new Set<unknown>()
  let values = 0

  const refuse = (problem: Omit<DocumentProblem, 'severity' | 'path'>) => {
    problems.push({ severity: 'error', path: [...path], ...problem })
    throw new Refused()
  }

  const visit = (value: unknown): JsonValue => {
    if (aliases && ++values > limits.expandedValues) {
      path.length = 0
      refuse(tooManyAliases(limits))
    }
    if (typeof value === 'number' && !Number.isFinite(value)) {
      problems.push(notFinite(path, value))
      return null
    }
    if (typeof value !== 'object' || value === null) return scalar(value)
    if (above.has(value)) refuse(aliasCycle(path))
    if (path.length >= limits.depth) refuse(tooDeep(limits))
    if (aliases) above.add(value)
    const copy = Array.isArray(value) ? visitList(value) : visitMap(value as Record<string, unknown>)
    above.delete(value)
    return copy
  }

  const visitList = (list: unknown[]): JsonValue[] =>
    list.map((item, index) => {
      path.push(index)
      const copy = visit(item)
      path.pop()
      return copy
    })

  const visitMap = (map: Record<string, unknown>): JsonValue => {
    const copy: Record<string, JsonValue> = {}
    for (const key of Object.keys(map)) {
      path.push(key)
      if (key.length > limits.keyLength) refuse(keyTooLong(key, limits))
      if (key === '__proto__') refuse(keyNotAllowed(key))
      copy[key] = visit(map[key])
      path.pop()
    }
    return copy
  }

  try {
    return { value: visit(root), problems }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { problems }
  }
}

export function tooDeep(limits: ParseLimits): Pick<DocumentProblem, 'code' | 'message' | 'hint'> {
  return {
    code: 'too-deep',
    message: `The document has more than ${limits.depth} levels of maps and lists`,
    hint: 'Move the deep part into a file of its own and refer to it with $text.',
  }
}

class Refused extends Error {}

/** Both parsers give nothing else here: their types for dates and bytes are switched off. */
function scalar(value: unknown): JsonValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return null
}

function notFinite(path: DocumentPath, value: number): DocumentProblem {
  return {
    severity: 'warning',
    code: 'number-not-finite',
    path: [...path],
    message: `${pathText(path)} is ${value}, which no JSON can hold; it is read as empty`,
    hint: 'Put quotes around the value if it is a text.',
  }
}

export function tooManyAliases(limits: ParseLimits): Pick<DocumentProblem, 'code' | 'message' | 'hint'> {
  return {
    code: 'too-many-aliases',
    message: `With its aliases expanded the document has more than ${limits.expandedValues} values`,
    hint: 'Write the values out, or use fewer aliases (*name) of anchors (&name).',
  }
}

function aliasCycle(path: DocumentPath): Pick<DocumentProblem, 'code' | 'message' | 'hint'> {
  return {
    code: 'alias-cycle',
    message: `${pathText(path)} is an alias of a value that contains it`,
    hint: 'Write the value out in place of the alias.',
  }
}

function keyTooLong(key: string, limits: ParseLimits): Pick<DocumentProblem, 'code' | 'at' | 'message' | 'hint'> {
  return {
    code: 'key-too-long',
    at: 'key',
    message: `A key has ${key.length} characters; ${limits.keyLength} are allowed`,
    hint: 'Shorten the key, or put the text into the value.',
  }
}

function keyNotAllowed(key: string): Pick<DocumentProblem, 'code' | 'at' | 'message' | 'hint'> {
  return {
    code: 'key-not-allowed',
    at: 'key',
    message: `The key ${quoted(key)} is not allowed, because programs that read it can be led astray by it`,
    hint: 'Use another key.',
  }
}
