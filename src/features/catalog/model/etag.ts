import { hash } from 'node:crypto'
import type { Entity } from '../../../api/index.ts'
import { byCodeUnit } from './json-value.ts'

/**
 * A hash of what an entity says, 40 hexadecimal digits. The order of keys does not count, nor do relations and the
 * `uid` and `etag` that the portal adds.
 */
export function etagOf(entity: Entity): string {
  const { uid: _uid, etag: _etag, ...metadata } = entity.metadata
  const content = { apiVersion: entity.apiVersion, kind: entity.kind, metadata, spec: entity.spec }
  return hash('sha1', canonicalJson(content))
}

/** JSON with the keys of every map in order. */
export function canonicalJson(value: unknown): string {
  const order = { isKept: true }
  const ordered = inOrder(value, order)
  return order.isKept ? (JSON.stringify(ordered) ?? 'null') : pieced(value)
}

/** A copy with its keys in order, so that all of it can be printed at once; some keys are not kept in the order they came in. */
function inOrder(value: unknown, order: { isKept: boolean }): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => inOrder(item, order))
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value).sort(byCodeUnit)) {
    // Numbers come first in every object, and the name of the prototype sets it.
    if (key === '__proto__' || isDigit(key.charCodeAt(0))) order.isKept = false
    else copy[key] = inOrder((value as Record<string, unknown>)[key], order)
  }
  return copy
}

const isDigit = (code: number) => code >= 48 && code <= 57

function pieced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pieced).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  entries.sort(([a], [b]) => byCodeUnit(a, b))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${pieced(item)}`).join(',')}}`
}
