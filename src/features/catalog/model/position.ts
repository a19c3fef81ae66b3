import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  Pair,
  visit,
  YAMLMap,
} from 'yaml'
import { type Chunk, splitDocuments } from './chunks.ts'
import { readNodes } from './nodes.ts'
import type { Place } from './problem.ts'
import { isDeepKey, Lines } from './syntax.ts'

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
  const tree = new Tree(doc)
  return (path, at = 'value') => {
    const range = rangeOf(tree, path, at)
    return range ? lines.place(range[0], range[1]) : firstLine(chunk)
  }
}

/** Nothing where that would take too long: places are then those of the first line. */
function parsed(chunk: Chunk): Document | undefined {
  const read = readNodes(chunk.text)
  return 'refused' in read ? undefined : read.documents[0]
}

type Range = readonly [number, number]

function rangeOf(tree: Tree, path: readonly (string | number)[], at: 'key' | 'value'): Range | undefined {
  let node = tree.root
  let key: Range | undefined
  for (const [depth, segment] of path.entries()) {
    const target = tree.resolved(node)
    const pair = isMap(target) ? tree.pair(target, String(segment)) : undefined
    const item = isSeq(target) ? target.items[Number(segment)] : undefined
    if (pair === undefined && item === undefined) return key ?? rootKey(tree.root)
    const own = rangeOfNode(pair?.key)
    key = own ?? rangeOfNode(item) ?? key
    if (at === 'key' && own && depth === path.length - 1) return own
    node = pair ? pair.value : item
  }
  const value = rangeOfNode(node)
  return value ?? key
}

/** Empty values have a range of no length, which shows nobody anything. */
function rangeOfNode(node: unknown): Range | undefined {
  if (!isNode(node) || !node.range) return undefined
  const [start, end] = node.range
  return end > start ? [start, end] : undefined
}

/** A field that is missing at the root is reported at the first key there is. */
function rootKey(root: unknown): Range | undefined {
  return rangeOfNode(isMap(root) ? root.items[0]?.key : root)
}

/** The nodes of a document. What is asked for often is found once: a hostile document has many of everything. */
class Tree {
  readonly root: unknown
  readonly #doc: Document
  readonly #pairs = new Map<YAMLMap, Map<string, Pair>>()
  #targets: Map<Alias, Node | undefined> | undefined

  constructor(doc: Document) {
    this.root = doc.contents
    this.#doc = doc
  }

  /** What an alias stands for; any other node itself. */
  resolved(node: unknown): unknown {
    return isAlias(node) ? this.#aliases().get(node) : node
  }

  /** By its key as it is read; the first where a key is written twice. */
  pair(map: YAMLMap, name: string): Pair | undefined {
    let pairs = this.#pairs.get(map)
    if (!pairs) {
      pairs = new Map([...map.items].reverse().map((pair) => [this.#keyText(pair.key), pair]))
      this.#pairs.set(map, pairs)
    }
    return pairs.get(name)
  }

  /** Lists and maps as keys become texts; `String(key)` would take time by the power of their depth. */
  #keyText(node: unknown): string {
    const key = this.resolved(node)
    if (isScalar(key)) return String(key.value ?? '')
    if (isAlias(node)) return `*${node.source}`
    if (isDeepKey(key)) return ''
    const map = new YAMLMap()
    map.add(new Pair(key, null))
    return Object.keys(map.toJS(this.#doc, { maxAliasCount: -1 }))[0] ?? ''
  }

  #aliases(): Map<Alias, Node | undefined> {
    if (this.#targets) return this.#targets
    const targets = new Map<Alias, Node | undefined>()
    const anchors = new Map<string, Node>()
    visit(this.#doc, {
      Node: (_, node) => {
        if (isAlias(node)) targets.set(node, anchors.get(node.source))
        else if (node.anchor) anchors.set(node.anchor, node)
      },
    })
    this.#targets = targets
    return targets
  }
}

function firstLine(chunk: Chunk): Place {
  return { line: chunk.line, column: 1, endLine: chunk.line, endColumn: 1 }
}
