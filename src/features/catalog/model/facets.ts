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
  const found = new Distinct()
  const { uid, name, namespace } = entity.metadata
  leaves(entity as unknown as JsonValue, root, found)
  found.add('metadata.name', name)
  found.add('metadata.namespace', namespace ?? 'default')
  if (uid) found.add('metadata.uid', uid)
  return found.rows
}

/** Rows in the order in which they came, no two alike. */
class Distinct {
  readonly rows: FacetRow[] = []
  /** By key; most have one value. */
  readonly #seen = new Map<string, string | null | Set<string | null>>()

  add(key: string, raw: JsonValue): void {
    if (key.length > longestKey) return
    const text = raw === null ? null : String(raw)
    const display = text !== null && text.length > longestValue ? null : text
    if (!this.#isNew(key, display)) return
    this.rows.push({ key, value: display === null ? null : display.toLowerCase(), display })
  }

  #isNew(key: string, display: string | null): boolean {
    const seen = this.#seen.get(key)
    if (seen === display) return false
    if (seen === undefined) this.#seen.set(key, display)
    else if (!(seen instanceof Set)) this.#seen.set(key, new Set([seen, display]))
    else if (seen.has(display)) return false
    else seen.add(display)
    return true
  }
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

/**
 * A key of a document. The same few occur in every entity: they are made once, so that their texts need not be put
 * together and compared anew for each of a hundred thousand values.
 */
interface Key {
  /** Dotted, in lower case. */
  key: string
  /** As written: what is skipped is told by it. */
  path: string
  isSkipped: boolean
  below: Map<string, Key>
}

const keyOf = (path: string): Key => ({
  key: path.toLowerCase(),
  path,
  isSkipped: skipped.has(path),
  below: new Map(),
})
const root = keyOf('')

/** Keys that are kept: far more than files of people have. */
const mostKept = 5_000
let kept = 0

function keyBelow(above: Key, name: string): Key {
  const known = above.below.get(name)
  if (known) return known
  const made = keyOf(above.path === '' ? name : `${above.path}.${name}`)
  if (kept >= mostKept || made.path.length > longestKey) return made
  kept++
  above.below.set(name, made)
  return made
}

function leaves(value: JsonValue | undefined, at: Key, found: Distinct): void {
  if (value === undefined || at.isSkipped) return
  if (typeof value !== 'object' || value === null) {
    found.add(at.key, value)
    return
  }
  if (Array.isArray(value)) {
    for (const item of value) {
      leaves(item, at, found)
      if (typeof item === 'string') found.add(`${at.key}.${item.toLowerCase()}`, true)
    }
    return
  }
  for (const name of Object.keys(value)) leaves(value[name], keyBelow(at, name), found)
}
