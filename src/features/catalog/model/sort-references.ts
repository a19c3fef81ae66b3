import type { Entity, JsonValue } from '../../../api/index.ts'
import { byCodeUnit } from './json-value.ts'

const sortedFields = [
  'providesApis',
  'consumesApis',
  'dependsOn',
  'dependencyOf',
  'memberOf',
  'children',
  'members',
] as const

/** The entity with its lists of references in order, as the reference stores them. Others keep the file's order. */
export function sortReferences(entity: Entity): Entity {
  const { spec } = entity
  if (!spec) return entity
  const sorted: Record<string, JsonValue> = {}
  for (const field of sortedFields) {
    const value = spec[field]
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) continue
    sorted[field] = [...value].sort(byCodeUnit)
  }
  return { ...entity, spec: { ...spec, ...sorted } }
}
