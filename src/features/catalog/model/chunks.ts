/** One document of a file, as text. */
export interface Chunk {
  text: string
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
    if (content !== -1) chunks.push({ text: piece, firstLine: line, line: line + breaks(piece, content) })
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
