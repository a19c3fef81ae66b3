import type { Entity, JsonObject, JsonValue } from '../../../api/index.ts'
import { byCodeUnit, isObject } from './json-value.ts'

/** One field that differs. A side without the field has no key: `null` is a value. */
export interface Change {
  /** JSON pointer (RFC 6901): `/spec/owner`, `/metadata/annotations/acme.dev~1tier`. */
  path: string
  before?: JsonValue
  after?: JsonValue
}

/**
 * What makes of one version of an entity the next, sorted by path. Maps, and lists of the same length, are compared
 * inside; a list whose length changed is one change. No path lies within another.
 */
export function diffEntity(before: Entity, after: Entity): Change[] {
  const changes: Change[] = []
  compare(before as unknown as JsonObject, after as unknown as JsonObject, '', changes)
  return changes.sort((a, b) => byCodeUnit(a.path, b.path))
}

/**
 * The version before the changes: the exact inverse of `diffEntity`.
 *
 * @throws TypeError when a path leads nowhere, that is, when the changes belong to another version
 */
export function undoChanges(after: Entity, changes: readonly Change[]): Entity {
  const result = structuredClone(after)
  for (const { path, before } of changes) {
    const segments = path.slice(1).split('/').map(unescaped)
    const last = segments.pop() ?? ''
    let parent: unknown = result
    for (const segment of segments) parent = child(parent, segment, path)
    if (typeof parent !== 'object' || parent === null) throw nowhere(path)
    if (before === undefined) Reflect.deleteProperty(parent, last)
    else assign(parent, last, structuredClone(before))
  }
  return result
}

function compare(before: JsonValue, after: JsonValue, path: string, changes: Change[]): void {
  if (Object.is(before, after)) return
  if (isObject(before) && isObject(after)) {
    compareMaps(before, after, path, changes)
    return
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, item] of before.entries()) compare(item, after[index] ?? null, `${path}/${index}`, changes)
    return
  }
  changes.push({ path, before, after })
}

function compareMaps(before: JsonObject, after: JsonObject, path: string, changes: Change[]): void {
  for (const [key, item] of Object.entries(before)) {
    if (item === undefined) continue
    const here = `${path}/${escaped(key)}`
    const next = own(after, key)
    if (next === undefined) changes.push({ path: here, before: item })
    else compare(item, next, here, changes)
  }
  for (const [key, item] of Object.entries(after)) {
    if (item === undefined || own(before, key) !== undefined) continue
    changes.push({ path: `${path}/${escaped(key)}`, after: item })
  }
}

function own(map: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

function child(parent: unknown, segment: string, path: string): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, segment)) throw nowhere(path)
  return (parent as JsonObject)[segment]
}

/** Assigning to `__proto__` would change the prototype instead. */
function assign(parent: object, key: string, value: JsonValue): void {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true })
}

function nowhere(path: string): TypeError {
  return new TypeError(`The change of ${path} does not fit this version of the entity`)
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function unescaped(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}
