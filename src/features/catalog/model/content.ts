import { withoutMark } from './chunks.ts'
import type { Content, Fault } from './filling.ts'
import { jsonFault } from './json-fault.ts'
import { bounded, parseLimits } from './limits.ts'
import { parseDocuments } from './parse.ts'
import type { PlaceholderKey } from './placeholders.ts'

/** What a file with this text puts in the place of a placeholder. What is filled in is not searched for others. */
export function contentOf(key: PlaceholderKey, text: string): Content {
  if (key === '$json') return fromJson(text)
  if (key === '$yaml') return fromYaml(text)
  return { value: text }
}

const correct = 'Correct that file, or write $text to have its text as it stands.'

function fromJson(text: string): Content {
  try {
    return within(JSON.parse(withoutMark(text)))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const { line, column } = jsonFault(withoutMark(text))
    return malformed(`is not legal JSON at line ${line}, column ${column}`)
  }
}

function fromYaml(text: string): Content {
  const { documents, problems } = parseDocuments(text)
  const [first, ...more] = documents
  if (!first) return malformed(problems[0] ? `is not read: ${problems[0].message}` : 'is empty, and a value is needed')
  if (more.length > 0) return malformed(`holds ${documents.length} documents, and one is needed`)
  if (first.value) return { value: first.value }
  if (first.content !== undefined) return { value: first.content }
  const wrong = first.problems.find(({ severity }) => severity === 'error') ?? first.problems[0]
  const { line, column } = wrong?.place ?? { line: first.line, column: 1 }
  return malformed(`is not legal YAML at line ${line}, column ${column}: ${wrong?.message ?? 'it holds no value'}`)
}

function within(value: unknown): Content {
  const { value: kept, problems } = bounded(value, parseLimits, false)
  if (kept !== undefined) return { value: kept }
  return {
    ...malformed(`cannot be taken over: ${problems[0]?.message}`),
    hint: 'Write $text to have its text as it stands.',
  }
}

function malformed(reason: string): Fault {
  return { severity: 'error', code: 'placeholder-unreadable', reason, hint: correct }
}
