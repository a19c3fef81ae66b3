const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-]))/uy

/** What may come next: `first` and `key` are those behind an opening bracket, where the closing one may follow. */
type Wanted = 'value' | 'first' | 'key' | 'anyKey' | 'colon' | 'comma' | 'end'

/**
 * Where a text that `JSON.parse` refuses ceases to be JSON; both numbers count from 1. The message of the engine tells
 * it in some versions only, and quotes the file.
 */
export function jsonFault(text: string): { line: number; column: number } {
  const open: string[] = []
  let wanted: Wanted = 'value'
  token.lastIndex = 0
  for (let at = 0; ; at = token.lastIndex) {
    token.lastIndex = at
    const match = token.exec(text)
    const next: Wanted | undefined | null = match && follow(wanted, match, open)
    if (!next) return placeOf(text, at + (/[ \t\r\n]*/.exec(text.slice(at))?.[0].length ?? 0))
    wanted = next
  }
}

/** The state after a token, or nothing where the token does not fit. */
function follow(wanted: Wanted, [, mark, string, word]: RegExpExecArray, open: string[]): Wanted | undefined {
  const done = (): Wanted => (open.length === 0 ? 'end' : 'comma')
  const closes = mark !== undefined && mark === open.at(-1)
  if (closes && (wanted === 'comma' || wanted === 'first' || wanted === 'key')) {
    open.pop()
    return done()
  }
  if (wanted === 'key' || wanted === 'anyKey') return string === undefined ? undefined : 'colon'
  if (wanted === 'colon') return mark === ':' ? 'value' : undefined
  if (wanted === 'comma') return mark === ',' ? (open.at(-1) === '}' ? 'anyKey' : 'value') : undefined
  if (wanted === 'end') return undefined
  if (mark === '{' || mark === '[') {
    open.push(mark === '{' ? '}' : ']')
    return mark === '{' ? 'key' : 'first'
  }
  return string !== undefined || word !== undefined ? done() : undefined
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
