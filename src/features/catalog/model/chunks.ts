/** One document of a file, as text. */
export interface Chunk {
  text: string
  /** Where it begins in the file, in characters behind a byte order mark. */
  start: number
  /** Line of the file on which the text begins, from 1. */
  firstLine: number
  /** Line of the file on which the content begins, after marker and comments. */
  line: number
}

const marker = /(?:^|\n)(---|\.\.\.)(?=[ \t\r\n]|$)/g
const nulls = new Set(['~', 'null', 'Null', 'NULL'])

/** The text without its byte order mark, which is not part of the content and which editors do not show. */
export function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/**
 * Cuts a file at its document markers. A marker at the start of a line ends whatever stands before it, even an
 * open quote, so a broken document never takes its neighbours with it. Empty documents are left out.
 */
export function splitDocuments(file: string): Chunk[] {
  const text = withoutMark(file)
  const chunks: Chunk[] = []
  let start = 0
  let line = 1
  let opened = false
  const cut = (end: number) => {
    const piece = text.slice(start, end)
    const content = firstContent(piece)
    if (content !== -1) chunks.push({ text: piece, start, firstLine: line, line: line + breaks(piece, content) })
    line += breaks(piece, piece.length)
    start = end
    opened = false
  }
  for (const match of text.matchAll(marker)) {
    const at = match.index + (match[0].startsWith('\n') ? 1 : 0)
    if (match[1] === '...') {
      const end = text.indexOf('\n', at)
      cut(end === -1 ? text.length : end + 1)
      continue
    }
    if (opened || hasContent(text.slice(start, at))) cut(at)
    opened = true
  }
  cut(text.length)
  return chunks
}

/** Where the documents of a file stand: a hundredth of the file, by which it is cut up again, or read in part. */
export type Cuts = Uint32Array

const perCut = 6

/** @param file the very text that was cut up */
export function cutsOf(file: string, chunks: readonly Chunk[]): Cuts {
  const text = withoutMark(file)
  let bytes = Buffer.byteLength(file) - Buffer.byteLength(text)
  let end = 0
  return Uint32Array.from(
    chunks.flatMap(({ start, text: { length }, firstLine, line }) => {
      const from = bytes + Buffer.byteLength(text.slice(end, start))
      end = start + length
      bytes = from + Buffer.byteLength(text.slice(start, end))
      return [start, length, firstLine, line, from, bytes - from]
    }),
  )
}

/** @param file the very text that the cuts were taken of */
export function cutAgain(file: string, cuts: Cuts): Chunk[] {
  const text = withoutMark(file)
  return Array.from({ length: cuts.length / perCut }, (_, index) => {
    const [start = 0, length = 0, firstLine = 1, line = 1] = cuts.subarray(index * perCut)
    return { text: text.slice(start, start + length), start, firstLine, line }
  })
}

/** One document without the others: where it stands in the bytes of the file, and what its text is to be made of. */
export function cutAt(cuts: Cuts, position: number) {
  const [start = 0, , firstLine = 1, line = 1, from = 0, bytes] = cuts.subarray(position * perCut)
  if (bytes === undefined) return undefined
  return { from, bytes, chunk: (text: string): Chunk => ({ text, start, firstLine, line }) }
}

/**
 * Whether anything but comments and directives, which belong to the marker that follows them, stands there. White space
 * that YAML does not know, such as a byte order mark or a lone CR, does: it would make a text of the document below it.
 */
function hasContent(text: string): boolean {
  return /(?:^|\n)(?![%#])[ \t]*(?:[^ \t\r\n#]|\r(?!\n))/.test(text)
}

/** Offset of the line on which the content begins; -1 where there is none or it is only an explicit null. */
function firstContent(text: string): number {
  let first = -1
  let words = ''
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    const next = end === -1 ? text.length : end + 1
    const content = contentOfLine(text.slice(at, next), first === -1)
    if (content !== '') {
      if (first === -1) first = at
      words += content
      if (!nulls.has(words)) return first
    }
    at = next
  }
  return -1
}

function contentOfLine(line: string, atStart: boolean): string {
  if (line.startsWith('%') && atStart) return ''
  const inner = /^(?:---|\.\.\.)(?=\s|$)/.test(line) ? line.slice(3) : line
  return inner.replace(/(?:^|\s)#.*$/s, '').trim()
}

function breaks(text: string, end: number): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
