import type { JsonValue } from '../../../api/index.ts'
import { isObject } from './json-value.ts'

/** From and to, as offsets of the text. */
export type Range = readonly [start: number, end: number]

/** Where the values of a document stand that is written as nearly all are. */
export interface PlainPlaces {
  /** @returns undefined where it is not certain that the value stands there: then the parser has to be asked */
  rangeOf(path: readonly (string | number)[], value: JsonValue | undefined): Range | undefined
}

type Node = Scalar | BlockMap | BlockList | Unknown

interface Placed {
  start: number
  /** -1 where it cannot be told. */
  end: number
  /** Where what it stands in ends, if it is the last one there: not where a comment follows it. */
  outer: number
}

interface Scalar extends Placed {
  type: 'scalar'
  text: string
  isQuoted: boolean
}

interface BlockMap extends Placed {
  type: 'map'
  entries: Map<string, Node>
}

interface BlockList extends Placed {
  type: 'list'
  items: Node[]
}

/** Nothing, a text of several lines, or a list or map in brackets. */
interface Unknown extends Placed {
  type: 'unknown'
}

interface Line {
  /** Columns before the content. */
  indent: number
  /** Offset of the content. */
  start: number
  content: string
}

/** Written in another way than this one knows. */
class Unusual extends Error {}

const mostLines = 2_000

/**
 * Finds places in blocks of `key: value` and `- item`, each value on one line or in a block of its own, without a parser:
 * a page asks for the lines of some twenty documents, and `yaml` takes a hundred times as long for one. Whatever else
 * YAML knows (anchors, tags, escapes, texts that go on in the next line) makes it give up.
 *
 * @param text one document
 * @returns undefined for a document that holds anything unusual
 */
export function plainPlaces(text: string): PlainPlaces | undefined {
  let root: Node | undefined
  try {
    root = new Reader(text).read()
  } catch (error) {
    if (error instanceof Unusual) return undefined
    throw error
  }
  return {
    rangeOf(path, value) {
      const node = nodeAt(root, path)
      return node && node.end > node.start && isWritten(node, value) ? [node.start, node.end] : undefined
    },
  }
}

function nodeAt(root: Node | undefined, path: readonly (string | number)[]): Node | undefined {
  let node = root
  for (const segment of path) {
    if (node?.type === 'map') node = node.entries.get(String(segment))
    else if (node?.type === 'list') node = node.items[Number(segment)]
    else return undefined
  }
  return node
}

/** Whether the node is certain to mean the value. */
function isWritten(node: Node, value: JsonValue | undefined): boolean {
  if (node.type === 'scalar') {
    if (typeof value === 'string') return node.text === value
    return !node.isQuoted && (typeof value === 'number' || typeof value === 'boolean') && node.text === String(value)
  }
  if (node.type === 'list') {
    return Array.isArray(value) && value.length === node.items.length && everyItem(node.items, value)
  }
  if (node.type === 'unknown' || value === undefined || !isObject(value)) return false
  const keys = Object.keys(value)
  return keys.length === node.entries.size && keys.every((key) => isEntry(node.entries.get(key), value[key]))
}

const everyItem = (items: readonly Node[], values: readonly JsonValue[]) =>
  items.every((item, index) => isWritten(item, values[index]))

const isEntry = (node: Node | undefined, value: JsonValue | undefined) => node !== undefined && isWritten(node, value)

const keyed = /^([A-Za-z][\w./-]*) *:(?= |$)/
const doubleQuoted = /^"([^"\\]*)"(?: +#.*)?$/
const singleQuoted = /^'([^']*)'(?: +#.*)?$/
/** One level in brackets, without anything that would have to be understood. */
const bracketed = /^(?:\[[\w ,./:@-]*\]|\{ *\})(?= *$| +#)/
const blockHeader = /^[|>][-+1-9]{0,2}(?: +#.*)?$/

class Reader {
  readonly #lines: Line[]
  #at = 0
  /** Whether a comment stands between the last value and what comes next. */
  #isCommented = false

  constructor(text: string) {
    this.#lines = linesOf(text)
  }

  read(): Node | undefined {
    const begin = this.#lines.findIndex(({ content }) => content !== '' && !content.startsWith('#'))
    const first = this.#lines[begin]
    if (first?.indent === 0 && /^---(?: +#.*)?$/.test(first.content)) this.#at = begin + 1
    const next = this.#next()
    if (!next) return undefined
    const root = this.#block(next.indent)
    // An indentation that fits none of those above it.
    if (this.#next()) throw new Unusual()
    return root
  }

  /** The next line with content; comments stand between as they like. */
  #next(): Line | undefined {
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at]
      if (!line || line.content === '') continue
      if (line.content.startsWith('#')) {
        this.#isCommented = true
        continue
      }
      if (line.content.includes('\t')) throw new Unusual()
      if (line.indent === 0 && /^(?:---|\.\.\.|%)/.test(line.content)) throw new Unusual()
      return line
    }
    return undefined
  }

  #block(indent: number): Node {
    const line = this.#next()
    return line && isItem(line) ? this.#list(indent) : this.#map(indent)
  }

  #map(indent: number): BlockMap {
    const entries = new Map<string, Node>()
    const start = this.#next()?.start ?? 0
    let end = -1
    for (let line = this.#next(); line && line.indent >= indent && !isItem(line); line = this.#next()) {
      const [whole, key] = keyed.exec(line.content) ?? []
      if (line.indent > indent || whole === undefined || key === undefined || entries.has(key)) throw new Unusual()
      this.#at++
      const node = this.#value(after(line, whole.length), indent, true)
      entries.set(key, node)
      end = node.outer
    }
    if (entries.size === 0) throw new Unusual()
    if (this.#isCommented) end = -1
    return { type: 'map', entries, start, end, outer: end }
  }

  #list(indent: number): BlockList {
    const items: Node[] = []
    const start = this.#next()?.start ?? 0
    let end = -1
    for (let line = this.#next(); line && line.indent === indent && isItem(line); line = this.#next()) {
      const node = this.#item(after(line, 1), indent)
      items.push(node)
      end = node.outer
    }
    if (this.#isCommented) end = -1
    return { type: 'list', items, start, end, outer: end }
  }

  /** @param rest what stands behind the dash */
  #item(rest: Line, indent: number): Node {
    if (isItem(rest)) throw new Unusual()
    if (keyed.test(rest.content)) {
      // A map that begins behind the dash: its other keys stand below the first one.
      this.#lines[this.#at] = rest
      return this.#map(rest.indent)
    }
    this.#at++
    return this.#value(rest, indent, false)
  }

  /**
   * @param rest what stands behind the colon or the dash
   * @param indent of the key or the dash
   */
  #value(rest: Line, indent: number, isOfMap: boolean): Node {
    const { content, start } = rest
    this.#isCommented = false
    if (content === '' || content.startsWith('#')) return this.#below(start, indent, isOfMap)
    if (blockHeader.test(content)) return this.#skipBlock(start, indent)
    const node = inOneLine(content, start)
    const next = this.#next()
    // It may go on there.
    if (next && next.indent > indent) throw new Unusual()
    return node
  }

  #below(start: number, indent: number, isOfMap: boolean): Node {
    const next = this.#next()
    const isDeeper = next !== undefined && next.indent > indent
    const isBeside = isOfMap && next?.indent === indent && isItem(next)
    return next && (isDeeper || isBeside) ? this.#block(next.indent) : unknownFrom(start)
  }

  #skipBlock(start: number, indent: number): Unknown {
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at]
      if (line && line.content !== '' && line.indent <= indent) break
    }
    return unknownFrom(start)
  }
}

function linesOf(text: string): Line[] {
  if (text.includes('\r')) throw new Unusual()
  const lines: Line[] = []
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from)
    const to = end === -1 ? text.length : end
    let start = from
    while (start < to && text[start] === ' ') start++
    lines.push({ indent: start - from, start, content: text.slice(start, to).trimEnd() })
    if (lines.length > mostLines) throw new Unusual()
    from = to + 1
  }
  return lines
}

const isItem = ({ content }: Line) => content === '-' || content.startsWith('- ')

/** What is left of a line behind so many characters, as if it stood alone there. */
function after({ indent, start, content }: Line, count: number): Line {
  let from = count
  while (content[from] === ' ') from++
  return { indent: indent + from, start: start + from, content: content.slice(from) }
}

const unknownFrom = (start: number, outer = -1): Unknown => ({ type: 'unknown', start, end: -1, outer })

function innerOf(content: string): string | undefined {
  return (doubleQuoted.exec(content) ?? singleQuoted.exec(content))?.[1]
}

function inOneLine(content: string, start: number): Scalar | Unknown {
  const outerOf = (written: string) => (written.length === content.length ? start + written.length : -1)
  const inner = content.startsWith('"') || content.startsWith("'") ? innerOf(content) : undefined
  if (inner !== undefined) {
    const written = content.slice(0, inner.length + 2)
    return { type: 'scalar', text: inner, isQuoted: true, start, end: start + written.length, outer: outerOf(written) }
  }
  const bracket = content.startsWith('[') || content.startsWith('{') ? bracketed.exec(content)?.[0] : undefined
  if (bracket !== undefined) return unknownFrom(start, outerOf(bracket))
  const comment = content.includes(' #') ? content.search(/ +#/) : -1
  const text = comment === -1 ? content : content.slice(0, comment)
  if (/^[[\]{},#&*!|>'"%@`]|^[-?:](?: |$)|: |:$/.test(text)) throw new Unusual()
  return { type: 'scalar', text, isQuoted: false, start, end: start + text.length, outer: outerOf(text) }
}
