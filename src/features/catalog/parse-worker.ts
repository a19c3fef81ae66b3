import { builtinKinds, kindMap } from './model/kinds.ts'
import { parseDocuments, type ParsedDocument as YamlDocument } from './model/parse.ts'
import { validateEntity } from './model/validate.ts'
import type { ParsedDocument } from './parser.ts'

/** What comes in: files as bytes. What goes out: one answer for each batch, never more than asked for. */
export interface ParseRequest {
  batch: number
  files: { path: string; bytes: Uint8Array }[]
}

export interface ParseAnswer {
  batch: number
  files: { path: string; documents: ParsedDocument[]; problems: ParsedDocument['problems'] }[]
}

const kinds = kindMap(builtinKinds)

process.on('message', ({ batch, files }: ParseRequest) => {
  const answer: ParseAnswer = { batch, files: files.map(({ path, bytes }) => ({ path, ...parseFile(bytes) })) }
  process.send?.(answer)
})

function parseFile(bytes: Uint8Array): Omit<ParseAnswer['files'][number], 'path'> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const { documents, problems } = parseDocuments(text)
  return { problems, documents: documents.map(checked) }
}

function checked({ index, value, guess, problems }: Readonly<YamlDocument>): ParsedDocument {
  const readable = value ?? guess
  if (!readable) return { position: index, ref: undefined, entity: undefined, problems }
  const { entity, ref, problems: found, unknownKind } = validateEntity(readable, kinds)
  const document = { position: index, ref, entity: value && entity, problems: [...problems, ...found] }
  return unknownKind && value ? { ...document, foreignKind: true, value } : document
}
