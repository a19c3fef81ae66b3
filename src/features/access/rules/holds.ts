import type { Entity } from '../../../api/entity.ts'
import { type Column, lower, type Test } from './condition.ts'

/** An entity as conditions see it: what it says, and the references that its kind reads from it, in full. */
export interface Subject {
  entity: Entity
  owner: string | undefined
  system: string | undefined
}

/**
 * Whether a condition holds for an entity. The one place where conditions are evaluated: what is kept beside the entities
 * for lists, and what is asked for one entity, both come from here.
 *
 * @param isOwner whether the actor owns it
 */
export function holds(test: Test, subject: Subject, isOwner: boolean): boolean {
  if (typeof test === 'boolean') return test
  if (test === 'isOwner') return isOwner
  if ('not' in test) return !holds(test.not, subject, isOwner)
  if ('all' in test) return test.all.every((one) => holds(one, subject, isOwner))
  if ('any' in test) return test.any.some((one) => holds(one, subject, isOwner))
  if ('column' in test) return ofColumn(test.column, subject).some((value) => isAmong(test.values, value))
  return ofField(test, subject.entity).some((value) => test.values === true || isAmong(test.values, value))
}

const isAmong = (values: readonly string[], value: unknown) => isScalar(value) && values.includes(lower(String(value)))

const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)

function ofColumn(column: Column, { entity, owner, system }: Subject): readonly unknown[] {
  const { kind, metadata, spec } = entity
  switch (column) {
    case 'kind':
      return [kind]
    case 'namespace':
      return [metadata.namespace ?? 'default']
    case 'name':
      return [metadata.name]
    case 'tag':
      return metadata.tags ?? []
    case 'owner':
      return [owner]
    case 'system':
      return [system]
    default:
      return [spec?.[column]]
  }
}

function ofField({ field, path }: Extract<Test, { field: string }>, { metadata, spec }: Entity): readonly unknown[] {
  if (field === 'label') return atKey(metadata.labels, path)
  if (field === 'annotation') return atKey(metadata.annotations, path)
  return atPath(field === 'metadata' ? metadata : spec, path.split('.'))
}

function atKey(object: unknown, key: string): readonly unknown[] {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, key)) return []
  return [(object as Record<string, unknown>)[key]]
}

/** What stands at the end of a path: of lists every element, and of keys with dots in them each that fits. */
function atPath(value: unknown, path: readonly string[]): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((one) => atPath(one, path))
  if (path.length === 0) return value === undefined || value === null ? [] : [value]
  return path.flatMap((_part, index) =>
    atKey(value, path.slice(0, index + 1).join('.')).flatMap((inner) => atPath(inner, path.slice(index + 1))),
  )
}
