import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Pair, parseAllDocuments } from 'yaml'
import { type Chunk, splitDocuments } from './chunks.ts'
import { yamlOptions } from './parse.ts'
import type { Place } from './problem.ts'
import { Lines } from './syntax.ts'

/** Finds places in one document. */
export type Locator = (path: readonly (string | number)[], at?: 'key' | 'value') => Place

/**
 * The place of a value, or of its key, in a file. Where the path leads to nothing, because a field is missing or
 * empty, it is the place of the last key on the way there.
 *
 * @returns undefined when the file has no such document
 */
export function locate(
  text: string,
  documentIndex: number,
  path: readonly (string | number)[],
  at?: 'key' | 'value',
): Place | undefined {
  return locator(text, documentIndex)?.(path, at)
}

/** The same for many paths of one document, which is parsed once. */
export function locator(text: string, documentIndex: number): Locator | undefined {
  return locators(text)(documentIndex)
}

/** The same for many documents of one file, which is cut up once. */
export function locators(text: string): (documentIndex: number) => Locator | undefined {
  const chunks = splitDocuments(text)
  return (documentIndex) => {
    const chunk = chunks[documentIndex]
    return chunk && locatorIn(chunk)
  }
}

function locatorIn(chunk: Chunk): Locator {
  const doc = parsed(chunk)
  if (!doc) return () => firstLine(chunk)
  const lines = new Lines(chunk.text, chunk.firstLine)
  return (path, at = 'value') => {
    const range = rangeOf(doc, path, at)
    return range ? lines.place(range[0], range[1]) : firstLine(chunk)
  }
}

/** `yaml` takes seconds for more; places in longer documents are those of their first lines. */
const longest = 2 * 1024 * 1024

function parsed(chunk: Chunk): Document | undefined {
  if (chunk.text.length > longest) return undefined
  try {
    return parseAllDocuments(chunk.text, yamlOptions)[0] as Document | undefined
  } catch {
    // Nested beyond the stack: parsing has reported that with a place of its own.
    return undefined
  }
}

type Range = readonly [number, number]

function rangeOf(doc: Document, path: readonly (string | number)[], at: 'key' | 'value'): Range | undefined {
  let node: unknown = doc.contents
  let key: Range | undefined
  for (const [depth, segment] of path.entries()) {
    const target = isAlias(node) ? node.resolve(doc) : node
    const pair = isMap(target) ? pairOf(target.items, segment) : undefined
    const item = isSeq(target) ? target.items[Number(segment)] : undefined
    if (pair === undefined && item === undefined) return key ?? rootKey(doc)
    const own = rangeOfNode(pair?.key)
    key = own ?? rangeOfNode(item) ?? key
    if (at === 'key' && own && depth === path.length - 1) return own
    node = pair ? pair.value : item
  }
  const value = rangeOfNode(node)
  return value ?? key
}

function pairOf(pairs: readonly Pair[], segment: string | number): Pair | undefined {
  return pairs.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === String(segment))
}

/** Empty values have a range of no length, which shows nobody anything. */
function rangeOfNode(node: unknown): Range | undefined {
  if (!isNode(node) || !node.range) return undefined
  const [start, end] = node.range
  return end > start ? [start, end] : undefined
}

/** A field that is missing at the root is reported at the first key there is. */
function rootKey(doc: Document): Range | undefined {
  const root = doc.contents
  return rangeOfNode(isMap(root) ? root.items[0]?.key : root)
}

function firstLine(chunk: Chunk): Place {
  return { line: chunk.line, column: 1, endLine: chunk.line, endColumn: 1 }
}
