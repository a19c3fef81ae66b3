import type { Entity } from '../../../api/entity.ts'
import { etagOf } from '../model/etag.ts'
import type { ReadFile } from '../reading.ts'
import type { DefinitionRow } from '../store/definitions.ts'

/**
 * What would become of a document: `added`, `changed` and `same` where the same file is read already, `second` where
 * another file defines it, `refused` by the rules, `unusable` for its own faults.
 */
export type Outcome = 'added' | 'changed' | 'same' | 'second' | 'refused' | 'unusable'

/** Whether the same stands there already would tell of what one may not see: only that the name is taken is said. */
export function seenOutcome({ outcome, ref }: FoundDocument, isSeen: (ref: string) => boolean): Outcome {
  const isTold = (outcome !== 'same' && outcome !== 'changed') || (ref !== undefined && isSeen(ref))
  return isTold ? outcome : 'second'
}

export interface FoundDocument {
  path: string
  /** Counts the non-empty documents of the file from 0. */
  position: number
  /** As far as it can be told. */
  ref: string | undefined
  title: string | undefined
  kind: string | undefined
  type: string | undefined
  outcome: Outcome
  /** Where a person reads it. */
  viewUrl: string | undefined
  /** The definition that holds, where another file has one. */
  held: { sourceId: string; path: string } | undefined
}

/**
 * Compares what was found with what is defined already.
 *
 * @param known every definition that the catalog has of what was found, by reference
 * @param isSameFile whether a definition stands in the very file that was read
 */
export function compare(
  files: readonly ReadFile[],
  known: ReadonlyMap<string, readonly DefinitionRow[]>,
  isSameFile: (known: DefinitionRow, path: string) => boolean,
  viewUrl: (path: string) => string | undefined,
): FoundDocument[] {
  const defined = new Set<string>()
  return files.flatMap(({ path, documents }) =>
    documents.flatMap(({ position, ref, entity, refused, problems }): FoundDocument[] => {
      const isNote = problems.length > 0 && problems.every(({ severity }) => severity === 'info')
      // The skeleton of a template, or the manifest of another tool: nothing anybody meant to register.
      if (!entity && !refused && isNote) return []
      const about = { path, position, ref, viewUrl: viewUrl(path), ...described(entity) }
      if (!entity || ref === undefined) {
        return [{ ...about, outcome: refused ? 'refused' : 'unusable', held: undefined }]
      }
      const rows = known.get(ref) ?? []
      const own = rows.find((row) => isSameFile(row, path))
      if (own)
        return [{ ...about, outcome: etagOf(parse(own)) === etagOf(entity) ? 'same' : 'changed', held: undefined }]
      const holding = rows.find(({ holds }) => holds === 1) ?? rows[0]
      const isTwice = defined.has(ref)
      defined.add(ref)
      if (holding) return [{ ...about, outcome: 'second', held: { sourceId: holding.sourceId, path: holding.path } }]
      return [{ ...about, outcome: isTwice ? 'second' : 'added', held: undefined }]
    }),
  )
}

function described(entity: Entity | undefined): Pick<FoundDocument, 'title' | 'kind' | 'type'> {
  const type = entity?.spec?.type
  return {
    title: entity?.metadata.title,
    kind: entity?.kind,
    type: typeof type === 'string' ? type : undefined,
  }
}

const parse = ({ entity }: DefinitionRow) => JSON.parse(entity) as Entity
