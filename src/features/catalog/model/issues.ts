import type { z } from 'zod'
import type { JsonObject, JsonValue } from '../../../api/index.ts'
import { nearest } from '../../../api/nearest.ts'
import { type DocumentPath, isObject, pathText, quoted, typeText, valueAt } from './json-value.ts'
import { placeholderKeys } from './placeholders.ts'
import type { DocumentProblem } from './problem.ts'

type Issue = z.core.$ZodIssue

/** What stands in a required field, by its path, for people who left it out. */
const examples: Record<string, string> = {
  apiVersion: 'Write apiVersion: backstage.io/v1alpha1',
  kind: 'Write for example kind: Component',
  metadata: 'Write metadata: and below it, indented, name: my-service',
  'metadata.name': 'Write for example name: my-service',
  spec: 'Write spec: and below it, indented, the fields of this kind.',
  'spec.owner': 'Write the group that is responsible, for example owner: group:default/payments',
  'spec.lifecycle': 'Write for example lifecycle: production',
  'spec.type': 'Write for example type: service',
  'spec.definition': 'Write definition: and below it, indented, $text: ./openapi.yaml',
  'spec.children': 'Write children: [] if the group has no sub-groups.',
  'spec.memberOf': 'Write memberOf: [] if the person is in no group.',
  'spec.steps': 'Write steps: and below it at least one item with an action.',
  'spec.remotes': 'Write remotes: and below it items with type and url.',
}

/** The problems that the schemas found, in our words. `base` is where in the document the checked value stands. */
export function issueProblems(issues: readonly Issue[], root: JsonObject, base: DocumentPath): DocumentProblem[] {
  return issues.map((issue) => {
    const path = [...base, ...issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment))]
    return { severity: 'error', path, ...described(issue, path, valueAt(root, path), root) }
  })
}

type Description = Omit<DocumentProblem, 'severity' | 'path'>

function described(issue: Issue, path: DocumentPath, actual: JsonValue | undefined, root: JsonObject): Description {
  const field = pathText(path)
  switch (issue.code) {
    case 'invalid_type':
      return actual === undefined ? missing(path, root) : wrongType(field, issue.expected, actual, path)
    case 'too_small':
      return issue.origin === 'string' ? empty(field, path) : tooFew(issue, field)
    case 'too_big':
      return {
        code: 'too-long',
        message: `${field} is too long: at most ${issue.maximum} are allowed`,
        hint: 'Shorten it.',
      }
    case 'invalid_value':
      return notAllowed(field, issue.values.map(String), actual)
    case 'unrecognized_keys':
      return {
        code: 'unknown-field',
        message: `${field} has fields that are not known: ${issue.keys.join(', ')}`,
        hint: 'Remove them, or correct their spelling.',
      }
    default:
      return { code: 'invalid-value', message: `${field} is not allowed: ${issue.message}` }
  }
}

function missing(path: DocumentPath, root: JsonObject): Description {
  const field = pathText(path)
  const name = String(path.at(-1) ?? '')
  const hint = misspelt(path, name, root) ?? elsewhere(path, name, root) ?? examples[field]
  return { code: 'field-missing', message: `${field} is missing`, hint: hint ?? `Add ${name}.` }
}

/** A key beside the missing one that differs from it by a slip of the fingers. */
function misspelt(path: DocumentPath, name: string, root: JsonObject): string | undefined {
  const parent = valueAt(root, path.slice(0, -1))
  if (!isObject(parent)) return undefined
  const [guess] = nearest(name, Object.keys(parent), 1)
  return guess && `Did you mean ${name} where ${guess} is written?`
}

/** The same key one map too high or in the neighbouring map. */
function elsewhere(path: DocumentPath, name: string, root: JsonObject): string | undefined {
  if (path.length !== 2) return undefined
  const others: DocumentPath[] = [[name], ['metadata', name], ['spec', name]]
  const found = others.find((other) => pathText(other) !== pathText(path) && valueAt(root, other) !== undefined)
  if (!found) return undefined
  const where = found.length === 1 ? 'at the start of a line' : `under ${found[0]}`
  return `It stands ${where}: move it below ${path[0]}, indented.`
}

const typeNames: Record<string, string> = {
  string: 'a text',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

function wrongType(field: string, expected: string, actual: JsonValue, path: DocumentPath): Description {
  const wanted = typeNames[expected] ?? expected
  return {
    code: 'wrong-type',
    message: `${field} must be ${wanted}, but it is ${typeText(actual)}`,
    expected: wanted,
    ...remedy(expected, actual, path),
  }
}

function remedy(expected: string, actual: JsonValue, path: DocumentPath): Pick<Description, 'hint' | 'mended'> {
  if (actual === null) {
    const hint = examples[pathText(path)] ?? 'Write a value, or remove the line.'
    return expected === 'array' ? { hint: 'Write [] for none, or remove the line.', mended: '[]' } : { hint }
  }
  if (expected === 'string' && (typeof actual === 'number' || typeof actual === 'boolean')) {
    const mended = typeof actual === 'boolean' || Number.isSafeInteger(actual)
    return { hint: 'Put quotes around it.', ...(mended && { mended: JSON.stringify(String(actual)) }) }
  }
  if (expected === 'array' && typeof actual === 'string') {
    const items = actual.split(',').flatMap((item) => item.trim() || [])
    return { hint: 'Write each item on a line of its own that begins with "- ".', mended: JSON.stringify(items) }
  }
  if (expected === 'string' && Array.isArray(actual)) {
    const [only, ...more] = actual
    if (typeof only === 'string' && more.length === 0) {
      return { hint: 'Write the value without the "- " in front.', mended: JSON.stringify(only) }
    }
    return { hint: 'Only one value is possible here.' }
  }
  return { hint: hintForMap(actual) }
}

function hintForMap(actual: JsonValue): string {
  const [key] = isObject(actual) ? Object.keys(actual) : []
  if (key?.startsWith('$')) {
    return `${key} is not a placeholder the portal can fill; known are ${placeholderKeys.join(', ')}, each as the only key.`
  }
  return 'Check the indentation: what stands deeper belongs to the line above it.'
}

function empty(field: string, path: DocumentPath): Description {
  return {
    code: 'field-empty',
    message: `${field} is empty`,
    expected: 'a text of at least one character',
    hint: examples[pathText(path)] ?? 'Write a value, or remove the line if the field is not required.',
  }
}

function tooFew(issue: Extract<Issue, { code: 'too_small' }>, field: string): Description {
  return {
    code: 'too-few-items',
    message: `${field} must have at least ${issue.minimum} ${issue.minimum === 1 ? 'item' : 'items'}`,
    hint: 'Add what is missing.',
  }
}

function notAllowed(field: string, values: readonly string[], actual: JsonValue | undefined): Description {
  const written = typeof actual === 'string' ? quoted(actual) : typeText(actual)
  const guess = typeof actual === 'string' ? nearest(actual, values, 1)[0] : undefined
  return {
    code: 'invalid-value',
    message: `${field} is ${written}, which is not allowed`,
    expected: values.join(' or '),
    hint: guess ? `Did you mean ${guess}?` : `Write one of: ${values.join(', ')}.`,
    ...(guess && { mended: guess }),
  }
}
