import type { JsonObject, JsonValue } from '../../../api/index.ts'
import type { KindSpec } from '../../../api/kind.ts'
import { type DocumentPath, valueAt } from '../model/json-value.ts'
import type { Relation } from '../model/relations.ts'

/**
 * Relations as `source type target`: in the order of the kind's fields, then of the references as they are written,
 * each followed by its reverse. That is the order in which the reference implementation gives them.
 */
export function relationTexts(
  relations: readonly Relation[],
  document: JsonObject,
  kinds: ReadonlyMap<string, KindSpec>,
): string[] {
  const fields = kinds.get(String(document.kind))?.relations.map(({ field }) => field) ?? []
  const written = (path: DocumentPath): JsonValue => valueAt(document, path) ?? ''
  return [...relations]
    .sort((a, b) => {
      const order = fields.indexOf(String(a.field[1])) - fields.indexOf(String(b.field[1]))
      return order || compare(written(a.field), written(b.field)) || Number(b.declared) - Number(a.declared)
    })
    .map(({ sourceRef, type, targetRef }) => `${sourceRef} ${type} ${targetRef}`)
}

function compare(a: JsonValue, b: JsonValue): number {
  return String(a) < String(b) ? -1 : Number(String(a) > String(b))
}
