import type { JsonObject } from '../../api/entity.ts'
import type { KindSpec } from '../../api/kind.ts'
import { contentOf } from './model/content.ts'
import { type Content, explainer, type Fault, fill } from './model/filling.ts'
import type { PlaceholderKey } from './model/placeholders.ts'
import { type DocumentProblem, hasErrors } from './model/problem.ts'
import { validateEntity } from './model/validate.ts'
import type { ParsedDocument } from './parser.ts'

/** A document that takes something from other files, with what is known of these. */
export interface UnfinishedDocument {
  ref: string | undefined
  position: number
  value: JsonObject
  /** Those of its YAML. */
  problems: readonly DocumentProblem[]
  /**
   * For each placeholder, as `placeholdersOf` counts them: which of the contents, or why there is none; null where
   * another placeholder says why.
   */
  uses: readonly (number | Fault | null)[]
}

export interface FinishedDocument extends ParsedDocument {
  /** Which placeholders were filled in, by their number. */
  filled: readonly number[]
}

/** Fills in the placeholders of documents, and validates them. A file that several name is parsed once. */
export function finishDocuments(
  documents: readonly UnfinishedDocument[],
  files: readonly Uint8Array[],
  kinds: ReadonlyMap<string, KindSpec>,
): FinishedDocument[] {
  const texts = files.map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  const known = new Map<string, Content>()
  const read = (key: PlaceholderKey, file: number): Content => {
    const id = `${key} ${file}`
    const content = known.get(id) ?? contentOf(key, texts[file] ?? '')
    known.set(id, content)
    return content
  }
  return documents.map((document) => finish(document, read, kinds))
}

function finish(
  { position, value, problems, uses }: UnfinishedDocument,
  read: (key: PlaceholderKey, file: number) => Content,
  kinds: ReadonlyMap<string, KindSpec>,
): FinishedDocument {
  const placed: number[] = []
  const filled = fill(value, ({ key }, index) => {
    const use = uses[index]
    if (typeof use !== 'number') return use ?? undefined
    const content = read(key, use)
    if ('value' in content) placed.push(index)
    return content
  })
  const { entity, ref, problems: found, unknownKind } = validateEntity(filled.value, kinds, filled.open)
  const own = [...problems, ...filled.problems]
  if (unknownKind) {
    const { value, open } = filled
    return { position, ref, entity: undefined, problems: own, foreignKind: true, value, open, filled: placed }
  }
  const all = [...own, ...found.map(explainer(filled.filled))]
  return { position, ref, entity: hasErrors(all) ? undefined : entity, problems: all, filled: placed }
}
