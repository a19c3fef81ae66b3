import type { Entity } from '../../api/entity.ts'
import { messageOf } from '../../api/errors.ts'
import type { PreparedFrom, Provider } from '../../api/provider.ts'
import { formatRef } from '../../api/ref.ts'
import { explainer } from './model/filling.ts'
import { type DocumentProblem, hasErrors } from './model/problem.ts'
import { validateEntity } from './model/validate.ts'
import type { ParsedDocument, ParsedFile } from './parser.ts'
import type { ReadDocument, ReadFile } from './reading.ts'
import type { RuleCheck } from './rules.ts'
import type { Kinds } from './store/winners.ts'

type Links = Pick<Provider, 'locationOf' | 'viewUrl' | 'editUrl' | 'folderUrl'>

export interface ProcessArgs {
  provider: Links
  kinds: Kinds
  rules?: RuleCheck | undefined
  /** The file of the source by which the crawl came to this one. */
  origin?: string | undefined
}

/** What the portal itself adds to what a file says: kinds of plugins, processors, references that can be read. */
export function processFile(file: ParsedFile, args: ProcessArgs): ReadFile {
  const from = placesOf(file.path, args)
  const documents = file.documents.map((document) => processDocument(document, from, args))
  return { ...file, documents: withoutRepeats(documents) }
}

interface Places {
  file: PreparedFrom
  /** Where the crawl came to it from, for the rules. */
  origin: string
}

/** Asked once for a file, which may hold thousands of documents. */
function placesOf(path: string, { provider, origin = path }: ProcessArgs): Places {
  return { file: placeOf(provider, path), origin: provider.locationOf(origin) }
}

function processDocument(parsed: ParsedDocument, from: Places, { kinds, rules }: ProcessArgs): ReadDocument {
  const document = parsed.foreignKind ? validated(parsed, kinds) : parsed
  const { position, ref, entity, problems, fills } = document
  if (!entity) return { position, ref, entity, problems }
  const refusal = rules?.(entity, from.origin)
  if (refusal) return { position, ref, entity: undefined, problems: [...problems, refusal], refused: true }
  const prepared = prepare(entity, kinds, from.file)
  if ('code' in prepared) return { position, ref, entity: undefined, problems: [...problems, prepared] }
  return { position, ref, entity: prepared, problems, ...(fills && { fills }) }
}

/** What processors are told of the file of an entity. */
export function placeOf(provider: Links | undefined, path: string): PreparedFrom {
  const view = provider?.viewUrl?.(path)
  const edit = provider?.editUrl?.(path)
  const folder = provider?.folderUrl?.(path)
  const links = { ...(view && { viewUrl: view }), ...(edit && { editUrl: edit }), ...(folder && { folderUrl: folder }) }
  return { location: provider?.locationOf(path) ?? '', ...links }
}

/** A processor that fails keeps out the entity that it failed on, and no other. */
function prepare(entity: Entity, { processors }: Kinds, from: PreparedFrom): Entity | DocumentProblem {
  let prepared = entity
  for (const { id, prepare } of processors) {
    try {
      prepared = prepare?.(prepared, from) ?? prepared
    } catch (error) {
      return {
        severity: 'error',
        code: 'processing-failed',
        path: [],
        message: `The processor ${id} failed: ${messageOf(error)}`,
        hint: 'Mend what it names, or tell those who wrote the plugin.',
      }
    }
  }
  return prepared
}

/** The worker knows only the kinds that come with the portal; those of plugins are checked here. */
function validated(parsed: ParsedDocument, kinds: Kinds): ParsedDocument {
  if (!parsed.value) return parsed
  const { entity, ref, problems } = validateEntity(parsed.value, kinds.kinds, parsed.open)
  const all = [...parsed.problems, ...problems.map(explainer(parsed.fills ?? []))]
  return { ...parsed, entity: hasErrors(all) ? undefined : entity, ref, problems: all }
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
    return { ...document, entity: undefined, problems: [...document.problems, problem] }
  })
}

function refOf({ kind, metadata }: Entity): string {
  return formatRef({ kind, namespace: metadata.namespace ?? 'default', name: metadata.name })
}
