import { posix } from 'node:path'

export interface Import {
  /** The file it stands in. */
  from: string
  /** A path of the checkout where it is relative, else the package or built-in as written. */
  to: string
  typeOnly: boolean
}

const statements = [
  /^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)'/gm,
  /\b(import)\(\s*(?:\/\*[^*]*\*\/\s*)?'([^']+)'\s*\)/g,
]

/** The imports and re-exports of a TypeScript file as it is formatted here. */
export function importsOf(path: string, text: string): Import[] {
  return statements.flatMap((pattern) =>
    Array.from(withoutTemplates(text).matchAll(pattern), ([, type, to]) => ({
      from: path,
      to: to?.startsWith('.') ? posix.join(posix.dirname(path), to) : (to ?? ''),
      typeOnly: type?.trim() === 'type',
    })),
  )
}

/** Example code in a template text is no code of ours; line numbers stay. */
export function withoutTemplates(text: string): string {
  return text.replace(/`(?:\\.|[^`\\])*`/g, (template) => template.replace(/[^\n]/g, ' '))
}

/**
 * The text from an opening bracket to the one that closes it. Texts and comments are stepped over.
 *
 * @throws Error when nothing closes it
 */
export function bracketed(text: string, open: number): string {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    const skip = skipped(text, at)
    if (skip > at) {
      at = skip - 1
      continue
    }
    const sign = text[at] as string
    if ('([{'.includes(sign)) depth++
    if (')]}'.includes(sign) && --depth === 0) return text.slice(open, at + 1)
  }
  throw new Error(`Nothing closes the bracket at ${text.slice(open, open + 40)}`)
}

/** Where a text or comment that begins here ends; the place itself when none begins. */
export function skipped(text: string, at: number): number {
  const rest = text.slice(at, at + 2)
  if (rest === '//') return endAt(text, '\n', at)
  if (rest === '/*') return endAt(text, '*/', at) + 2
  const sign = rest[0]
  if (sign !== "'" && sign !== '"' && sign !== '`') return at
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === '\\') end++
    else if (text[end] === sign) return end + 1
  }
  return text.length
}

function endAt(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from)
  return found === -1 ? text.length : found
}

export interface Handler {
  line: number
  lines: number
}

/** Where the handlers of a file's routes stand, and how many lines each takes. */
export function handlersOf(text: string): Handler[] {
  return Array.from(text.matchAll(/^ *(?:async )?handler(?::|\()/gm), ({ index }) => {
    const line = text.slice(0, index).split('\n').length
    return { line, lines: text.slice(index, propertyEnd(text, index)).trim().split('\n').length }
  })
}

/** Where a property of an object ends: at its comma, or at the bracket that closes the object. */
function propertyEnd(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const skip = skipped(text, at)
    if (skip > at) {
      at = skip - 1
      continue
    }
    const sign = text[at] as string
    if (depth === 0 && (sign === ',' || ')]}'.includes(sign))) return at
    if ('([{'.includes(sign)) depth++
    if (')]}'.includes(sign)) depth--
  }
  return text.length
}

export interface Write {
  /** The function or method around it. */
  within: string
  text: string
}

/** The calls of `db.write`, and of `createLater`, which calls it by itself, in a file, each with what stands between its brackets. */
export function writesOf(text: string): Write[] {
  return Array.from(text.matchAll(/\b(?:db\.write|createLater)(?:<[^(]*>)?\(/g), ({ 0: call, index }) => ({
    within: functionAround(text.slice(0, index)),
    text: bracketed(text, index + call.length - 1),
  }))
}

const heads = [
  /^(?:export )?(?:async )?function\*? (\w+)/,
  /^ *(?:async )?function\*? (\w+)/,
  /^ *(?:export )?const (\w+) = (?:async )?(?:function|\(.*=>)/,
  /^ +(?:async |\*)*(\w+)\([^)]*\)(?:: [^=]+)? \{$/,
  /^ +(\w+): (?:async )?\(.*=>/,
]
const noHead = new Set(['if', 'for', 'while', 'switch', 'catch'])

function functionAround(before: string): string {
  for (const line of before.split('\n').reverse()) {
    for (const head of heads) {
      const name = head.exec(line)?.[1]
      if (name !== undefined && !noHead.has(name)) return name
    }
  }
  return 'the file'
}
