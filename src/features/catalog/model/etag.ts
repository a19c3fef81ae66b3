import { createHash } from 'node:crypto'
import type { Entity } from '../../../api/index.ts'
import { byCodeUnit } from './json-value.ts'

/**
 * A hash of what an entity says, 40 hexadecimal digits. The order of keys does not count, nor do relations and the
 * `uid` and `etag` that the portal adds.
 */
export function etagOf(entity: Entity): string {
  const { uid: _uid, etag: _etag, ...metadata } = entity.metadata
  const content = { apiVersion: entity.apiVersion, kind: entity.kind, metadata, spec: entity.spec }
  return createHash('sha1').update(canonicalJson(content)).digest('hex')
}

/** JSON with the keys of every map in order. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  entries.sort(([a], [b]) => byCodeUnit(a, b))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}
