import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type YAMLMap } from 'yaml'
import { formatRef, type JsonObject, type JsonValue, parseRef } from '../../../api/index.ts'
import type { Chunk } from './chunks.ts'
import { canonicalJson } from './etag.ts'
import { isObject, valueAt } from './json-value.ts'
import { readNodes } from './nodes.ts'
import { parseDocuments } from './parse.ts'
import { type PlainPlaces, plainPlaces, type Range } from './plain-places.ts'
import type { Place } from './problem.ts'
import { Lines } from './syntax.ts'

/** One document of a file: what it says, and where each thing stands that it says. */
export interface WrittenDocument {
  value: JsonObject
  /** The place of the value at the path; undefined where it cannot be told for certain. */
  place(path: readonly (string | number)[]): Place | undefined
}

/**
 * The document of a file that describes an entity: at the position at which it was read, or wherever it stands by now.
 *
 * @param chunks the file, from `splitDocuments`
 * @param ref full lower-case reference of the entity
 * @returns undefined when no document of the file describes it in a way that can be read
 */
export function writtenDocument(chunks: readonly Chunk[], position: number, ref: string): WrittenDocument | undefined {
  const first = chunks[position]
  const found = first && documentIn(first, ref)
  if (found) return found
  const { name } = parseRef(ref)
  // Of several documents with one name the last one holds. Only those that mention it are worth parsing.
  const named = chunks.filter((chunk) => chunk !== first && chunk.text.toLowerCase().includes(name))
  for (const chunk of named.toReversed()) {
    const moved = documentIn(chunk, ref)
    if (moved) return moved
  }
  return undefined
}

/** Whether two values are the same in JSON; the order of keys does not count. */
export function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true
  const isInside = typeof a === 'object' && typeof b === 'object' && a !== null && b !== null
  return isInside && canonicalJson(a) === canonicalJson(b)
}

/** The document, if it is the one that describes the entity. */
export function documentIn(chunk: Chunk, ref: string): WrittenDocument | undefined {
  const [document] = parseDocuments(chunk.text).documents
  const value = document?.value ?? document?.guess
  if (!value || refIn(value) !== ref) return undefined
  return { value, place: placesIn(chunk, value) }
}

function refIn({ kind, metadata }: JsonObject): string | undefined {
  if (!isObject(metadata) || typeof kind !== 'string' || typeof metadata.name !== 'string') return undefined
  const namespace = typeof metadata.namespace === 'string' && metadata.namespace ? metadata.namespace : 'default'
  return formatRef({ kind, namespace, name: metadata.name })
}

/** Most lines are found without the parser that knows places, which takes a hundred times as long. */
function placesIn(chunk: Chunk, value: JsonObject): WrittenDocument['place'] {
  let plain: PlainPlaces | undefined | null = null
  let lines: Lines | undefined
  let parsed: ParsedPlaces | undefined
  return (path) => {
    if (plain === null) plain = plainPlaces(chunk.text)
    const wanted = valueAt(value, path)
    let range = plain?.rangeOf(path, wanted)
    if (!range) {
      parsed ??= parsedPlaces(chunk.text)
      range = parsed(path, wanted)
    }
    lines ??= new Lines(chunk.text, chunk.firstLine)
    return range && lines.place(...range)
  }
}

type ParsedPlaces = (path: readonly (string | number)[], value: JsonValue | undefined) => Range | undefined

/**
 * Where values stand by the parser that knows places. Values were read by another one: what both find must be the same.
 *
 * @param text one document
 */
export function parsedPlaces(text: string): ParsedPlaces {
  const read = readNodes(text)
  const doc = 'refused' in read ? undefined : read.documents[0]
  return (path, value) => {
    const found = doc && value !== undefined ? nodeAt(doc, path) : undefined
    if (!doc || !found || !isSame(jsonOf(found.node, doc), value)) return undefined
    return rangeOf(found.node) ?? rangeOf(found.key) ?? emptyItem(found)
  }
}

interface Found {
  node: unknown
  /** What an empty value stands behind. */
  key: unknown
}

function nodeAt(doc: Document, path: readonly (string | number)[]): Found | undefined {
  let found: Found = { node: doc.contents, key: undefined }
  for (const segment of path) {
    const target = isAlias(found.node) ? found.node.resolve(doc) : found.node
    const next = isMap(target)
      ? pairOf(target, String(segment))
      : isSeq(target)
        ? itemOf(target.items, segment)
        : undefined
    if (!next) return undefined
    found = next
  }
  return found
}

function pairOf({ items }: YAMLMap, name: string): Found | undefined {
  // Of double keys the last one counts.
  const pair = items.findLast(({ key }) => isScalar(key) && String(key.value) === name)
  return pair && { node: pair.value, key: pair.key }
}

function itemOf(items: readonly unknown[], index: string | number): Found | undefined {
  const node = items[Number(index)]
  return node === undefined ? undefined : { node, key: node }
}

function jsonOf(node: unknown, doc: Document): JsonValue {
  return isNode(node) ? (node.toJS(doc, { maxAliasCount: -1 }) as JsonValue) : null
}

function rangeOf(node: unknown): Range | undefined {
  if (!isNode(node) || !node.range) return undefined
  const [start, end] = node.range
  return end > start ? [start, end] : undefined
}

/** Nothing but its dash stands there. */
function emptyItem({ node, key }: Found): Range | undefined {
  return node === key && isNode(node) && node.range ? [node.range[0], node.range[1]] : undefined
}
