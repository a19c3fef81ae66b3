import type { RivalDefinition } from './definition-service.ts'

/** What stands above a definition that does not hold. */
export interface DefinitionNote {
  /** `shop/catalog-info.yaml`, and of which source where the two differ in it. */
  file: string
  since: number
  heldIn: string
  heldSince: number
  /** The entity as it is. */
  entityHref: string
}

/** @param titles of the sources, by id */
export function definitionNote(
  { definition, holding }: RivalDefinition,
  titles: ReadonlyMap<string, string>,
  entityHref: string,
): DefinitionNote {
  const named = ({ sourceId, path }: { sourceId: string; path: string }) => {
    return definition.sourceId === holding.sourceId ? path : `${path} of ${titles.get(sourceId) ?? sourceId}`
  }
  return {
    file: named(definition),
    since: definition.seenAt.getTime(),
    heldIn: named(holding),
    heldSince: holding.seenAt.getTime(),
    entityHref,
  }
}
