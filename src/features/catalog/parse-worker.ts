import type { JsonObject } from '../../api/entity.ts'
import { type FinishedDocument, finishDocuments, type UnfinishedDocument } from './finished-document.ts'
import { builtinKinds, kindMap } from './model/kinds.ts'
import { parseDocuments, type ParsedDocument as YamlDocument } from './model/parse.ts'
import { placeholdersOf } from './model/placeholders.ts'
import { validateEntity } from './model/validate.ts'
import type { ParsedDocument } from './parser.ts'

/** What comes in: files as bytes. What goes out: one answer for each batch, never more than asked for. */
export type ParseRequest = { batch: number } & Work
export type Work = FilesWork | DocumentsWork

export interface FilesWork {
  files: { path: string; bytes: Uint8Array }[]
}

/** Documents to be filled in from files, which they name by their number. */
export interface DocumentsWork {
  documents: readonly UnfinishedDocument[]
  contents: readonly Uint8Array[]
}

export interface ParsedContent {
  path: string
  documents: ParsedDocument[]
  problems: ParsedDocument['problems']
}

export interface ParseAnswer {
  batch: number
  files: ParsedContent[]
  documents: FinishedDocument[]
}

const kinds = kindMap(builtinKinds)

process.on('message', ({ batch, ...work }: ParseRequest) => {
  const files = 'files' in work ? work.files.map(({ path, bytes }) => ({ path, ...parseFile(bytes) })) : []
  const documents = 'documents' in work ? finishDocuments(work.documents, work.contents, kinds) : []
  process.send?.({ batch, files, documents } satisfies ParseAnswer)
})

function parseFile(bytes: Uint8Array): Omit<ParsedContent, 'path'> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const { documents, problems } = parseDocuments(text)
  return { problems, documents: documents.map(checked) }
}

function checked({ index, value, guess, problems }: Readonly<YamlDocument>): ParsedDocument {
  const readable = value ?? guess
  if (!readable) return { position: index, ref: undefined, entity: undefined, problems }
  const { entity, ref, problems: found, unknownKind, placeholders } = validateEntity(readable, kinds)
  const document = { position: index, ref, entity: undefined, problems }
  if (unknownKind && value) return { ...document, foreignKind: true, value, ...takenBy(value) }
  // What such a document takes from other files is checked with it, once these are read.
  if (placeholders && value) return { ...document, value, placeholders }
  return { ...document, entity: value && entity, problems: [...problems, ...found] }
}

function takenBy(value: JsonObject): Pick<ParsedDocument, 'placeholders'> {
  const { placeholders } = placeholdersOf(value)
  return placeholders.length > 0 ? { placeholders } : {}
}
