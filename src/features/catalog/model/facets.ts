import type { Entity, JsonObject, JsonValue } from '../../../api/index.ts'
import type { DocumentPath } from './json-value.ts'

/** One row of the search index of an entity. */
export interface FacetRow {
  /** Dotted path in lower case: `metadata.annotations.backstage.io/techdocs-ref`. */
  key: string
  /** In lower case; null where the value is empty or too long, so that the key exists and equals nothing. */
  value: string | null
  /** The value as written; null where `value` is. */
  display: string | null
}

const longestKey = 200
const longestValue = 200

const skipped = new Set([
  'attachments',
  'relations',
  'status',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'metadata.etag',
])

/** What can be filtered by: every scalar of the entity. Relations are not among them: they have their own table. */
export function facetRows(entity: Entity): FacetRow[] {
  const rows = new Map<string, FacetRow>()
  const add = (key: string, raw: JsonValue) => {
    if (key.length > longestKey) return
    const display = raw === null ? null : String(raw)
    const row: FacetRow =
      display === null || display.length > longestValue
        ? { key, value: null, display: null }
        : { key, value: display.toLowerCase(), display }
    rows.set(row.display === null ? key : `${key}\n${row.display}`, row)
  }
  const { uid, name, namespace } = entity.metadata
  leaves(entity as unknown as JsonValue, '', '', add)
  add('metadata.name', name)
  add('metadata.namespace', namespace ?? 'default')
  if (uid) add('metadata.uid', uid)
  return [...rows.values()]
}

/** Paths of keys that differ in letter case alone, so that a filter cannot tell them apart; each with its like. */
export function clashingKeys(entity: Entity): [DocumentPath, string][] {
  const clashes: [DocumentPath, string][] = []
  const visit = (value: unknown, path: DocumentPath) => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) if (typeof item === 'object') visit(item, [...path, index])
      return
    }
    const keys = Object.keys(value)
    const seen = new Map<string, string>()
    for (const key of keys) {
      const lowered = key.toLowerCase()
      const first = seen.get(lowered)
      if (first === undefined) seen.set(lowered, key)
      else clashes.push([[...path, key], first])
      const item = (value as JsonObject)[key]
      if (typeof item === 'object') visit(item, [...path, key])
    }
  }
  visit(entity.metadata, ['metadata'])
  visit(entity.spec, ['spec'])
  return clashes
}

/** `path` is as written, since the skipped ones are told by it; `key` is the same in lower case. */
function leaves(
  value: JsonValue | undefined,
  path: string,
  key: string,
  add: (key: string, value: JsonValue) => void,
): void {
  if (value === undefined || skipped.has(path)) return
  if (typeof value !== 'object' || value === null) {
    add(key, value)
    return
  }
  if (Array.isArray(value)) {
    for (const item of value) {
      leaves(item, path, key, add)
      if (typeof item === 'string') add(`${key}.${item.toLowerCase()}`, true)
    }
    return
  }
  for (const name of Object.keys(value)) {
    const dot = path === '' ? '' : '.'
    leaves(value[name], `${path}${dot}${name}`, `${key}${dot}${name.toLowerCase()}`, add)
  }
}
