import type { JsonObject, JsonValue } from '../../../api/index.ts'

/** Where a value stands in a document: keys of maps, indexes of lists. */
export type DocumentPath = (string | number)[]

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at the path, or undefined where the path leads nowhere. */
export function valueAt(root: JsonValue | undefined, path: readonly PropertyKey[]): JsonValue | undefined {
  let value = root
  for (const segment of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined
    value = (value as Record<PropertyKey, JsonValue>)[segment]
  }
  return value
}

/** A path as people write it: `spec.providesApis[0]`, `metadata.labels["acme.dev/tier"]`. */
export function pathText(path: readonly (string | number)[]): string {
  let text = ''
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`
    else if (/^[\w$-]+$/.test(segment)) text += text === '' ? segment : `.${segment}`
    else text += `[${JSON.stringify(segment)}]`
  }
  return text === '' ? 'the document' : text
}

/** What a value is, in the words of a person who writes YAML. */
export function typeText(value: JsonValue | undefined): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map of keys and values'
  if (typeof value === 'string') return 'a text'
  return typeof value === 'number' ? `the number ${value}` : `the truth value ${value}`
}

/** A text quoted for a message, shortened where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
}

/** Keys in the same order on every machine. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
