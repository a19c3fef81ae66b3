import type { JsonObject, JsonValue } from '../../../api/index.ts'
import { type DocumentPath, pathText, typeText } from './json-value.ts'
import type { DocumentProblem } from './problem.ts'

/**
 * `$text` stands for the text of a file, `$json` and `$yaml` for the value in it. `$openapi` and `$asyncapi`, which
 * the reference knows as an extension, stand for the text of a definition.
 */
export const placeholderKeys = ['$text', '$json', '$yaml', '$openapi', '$asyncapi'] as const
export type PlaceholderKey = (typeof placeholderKeys)[number]

export interface Placeholder {
  /** Where the map with the one key stands; its content replaces the map. */
  path: DocumentPath
  key: PlaceholderKey
  /** As written: an absolute URL, or a path from the file, or with a leading `/` from the root of the repository. */
  target: string
}

/**
 * Every placeholder of a document. As in the reference, a map in which `$` begins a key that is no placeholder, or one
 * of several keys, is left alone with all it holds: so the `$ref` of a definition survives.
 */
export function placeholdersOf(root: JsonObject): { placeholders: Placeholder[]; problems: DocumentProblem[] } {
  const placeholders: Placeholder[] = []
  const problems: DocumentProblem[] = []
  const path: DocumentPath = []
  const visit = (value: JsonValue) => {
    if (typeof value !== 'object' || value === null) return
    const key = placeholderKey(value)
    if (key) {
      const target = (value as JsonObject)[key]
      if (typeof target === 'string' && target !== '') placeholders.push({ path: [...path], key, target })
      else problems.push(notText(key, [...path], target))
      return
    }
    if (!Array.isArray(value) && Object.keys(value).some((name) => name.startsWith('$'))) return
    const entries = Array.isArray(value) ? value.entries() : Object.entries(value)
    for (const [segment, item] of entries) {
      if (typeof item !== 'object' || item === null) continue
      path.push(segment)
      visit(item)
      path.pop()
    }
  }
  visit(root)
  return { placeholders, problems }
}

/** The key of a map that is a placeholder. */
export function placeholderKey(value: JsonValue | undefined): PlaceholderKey | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  let only: string | undefined
  for (const key in value) {
    if (only !== undefined) return undefined
    only = key
  }
  return placeholderKeys.find((key) => key === only)
}

function notText(key: string, path: DocumentPath, target: JsonValue | undefined): DocumentProblem {
  return {
    severity: 'error',
    code: 'placeholder-not-text',
    path,
    message: `${key} in ${pathText(path)} must name a file, but it is ${target === '' ? 'empty' : typeText(target)}`,
    expected: 'a path from this file, such as ./openapi.yaml, or an absolute URL',
    hint: `Write ${key}: ./path/to/file`,
  }
}
