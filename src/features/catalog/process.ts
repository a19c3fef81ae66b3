import type { Entity } from '../../api/entity.ts'
import type { Provider } from '../../api/provider.ts'
import { formatRef } from '../../api/ref.ts'
import type { DocumentProblem } from './model/problem.ts'
import { validateEntity } from './model/validate.ts'
import type { ParsedDocument, ParsedFile } from './parser.ts'
import type { ReadDocument, ReadFile } from './reading.ts'
import type { Kinds } from './store/winners.ts'

export interface ProcessArgs {
  provider: Pick<Provider, 'locationOf' | 'viewUrl' | 'editUrl'>
  kinds: Kinds
}

/** What the portal itself adds to what a file says: kinds of plugins, processors, references that can be read. */
export function processFile(file: ParsedFile, args: ProcessArgs): ReadFile {
  const documents = file.documents.map((document) => processDocument(document, file.path, args))
  return { ...file, documents: withoutRepeats(documents) }
}

function processDocument(parsed: ParsedDocument, path: string, { provider, kinds }: ProcessArgs): ReadDocument {
  const document = parsed.foreignKind ? validated(parsed, kinds) : parsed
  const { position, ref, entity, problems } = document
  if (!entity) return { position, ref, entity, problems }
  const view = provider.viewUrl?.(path)
  const edit = provider.editUrl?.(path)
  const from = { location: provider.locationOf(path), ...(view && { viewUrl: view }), ...(edit && { editUrl: edit }) }
  const prepared = kinds.processors.reduce((one, processor) => processor.prepare?.(one, from) ?? one, entity)
  return { position, ref, entity: prepared, problems }
}

/** The worker knows only the kinds that come with the portal; those of plugins are checked here. */
function validated(parsed: ParsedDocument, kinds: Kinds): ParsedDocument {
  if (!parsed.value) return parsed
  const { entity, ref, problems } = validateEntity(parsed.value, kinds.kinds)
  return { ...parsed, entity, ref, problems }
}

/** Of two documents of one file with the same name the later one holds. */
function withoutRepeats(documents: readonly ReadDocument[]): ReadDocument[] {
  const last = new Map(documents.map(({ ref, position }) => [ref, position]))
  return documents.map((document) => {
    if (!document.entity || last.get(document.ref) === document.position) return document
    const problem: DocumentProblem = {
      severity: 'error',
      code: 'defined-again',
      path: ['metadata', 'name'],
      message: `${refOf(document.entity)} is defined again further down in this file; the later definition holds`,
      hint: 'Remove one of the two, or give it another name.',
    }
    return { ...document, ref: undefined, entity: undefined, problems: [...document.problems, problem] }
  })
}

function refOf({ kind, metadata }: Entity): string {
  return formatRef({ kind, namespace: metadata.namespace ?? 'default', name: metadata.name })
}
