import type { Locator } from '../model/position.ts'
import type { Place } from '../model/problem.ts'
import { linesOf } from './excerpt.ts'

/** A problem that may have a remedy, with its place in the file. */
export interface Mendable {
  path: readonly (string | number)[]
  at?: 'key'
  /** YAML that may take the place of the value, or of the key where `at` is `key`. */
  mended?: string
  place: Place
  /** The value is empty, so that the place is that of its key. */
  empty?: true
}

/** A hunk of a unified diff that mends the problem, or nothing where no remedy is certain. */
export function patch(lines: readonly string[], problem: Mendable): string[] {
  const change = changeOf(lines, problem)
  if (!change) return []
  const { from, old, fresh } = change
  return [
    head(from, old.length, from, fresh.length),
    ...old.map((line) => `-${line}`),
    ...fresh.map((line) => `+${line}`),
  ]
}

/**
 * The same as a whole patch, with the lines around it, that `git apply` and `patch -p1` take at the root of the source.
 * Its lines end in LF, so a file of CRLF takes it with `--ignore-whitespace`. Null where no remedy is certain.
 */
export function patchFile(file: string, text: string, problem: Mendable): string | null {
  const all = linesOf(text)
  const isEnded = all.at(-1) === ''
  const lines = isEnded ? all.slice(0, -1) : all
  const change = changeOf(lines, problem)
  if (!change) return null
  const { from, old, fresh } = change
  const first = Math.max(1, from - context)
  const before = lines.slice(first - 1, from - 1)
  const after = lines.slice(from - 1 + old.length, from - 1 + old.length + context)
  const isAtEnd = !isEnded && from - 1 + old.length + after.length === lines.length
  const unended = ['\\ No newline at end of file']
  const endOf = (isLast: boolean) => (isAtEnd && isLast ? unended : [])
  const around = before.length + after.length
  const inFront = text.startsWith(byteOrderMark) && first === 1 ? byteOrderMark : ''
  const marked = (line: string, index: number) => (index === 0 ? inFront + line : line)
  return [
    `--- a/${file}`,
    `+++ b/${file}`,
    head(first, old.length + around, first, fresh.length + around),
    ...before.map((line, index) => ` ${marked(line, index)}`),
    ...old.map((line, index) => `-${marked(line, before.length + index)}`),
    ...endOf(after.length === 0),
    ...fresh.map((line, index) => `+${marked(line, before.length + index)}`),
    ...endOf(after.length === 0),
    ...after.map((line) => ` ${line}`),
    ...endOf(after.length > 0),
    '',
  ].join('\n')
}

/** A value that is empty has the place of the nearest key above it. */
export function hasNoValue({ path, at, mended, place }: Omit<Mendable, 'empty'>, find: Locator): boolean {
  if (mended === undefined || at === 'key') return false
  const key = find(typeof path.at(-1) === 'number' ? path.slice(0, -1) : path, 'key')
  return place.line === key.line && place.column === key.column
}

const context = 3
const byteOrderMark = '\ufeff'

interface Change {
  /** Line of the first one, counted from 1. */
  from: number
  old: readonly string[]
  fresh: readonly string[]
}

function changeOf(lines: readonly string[], problem: Mendable): Change | undefined {
  const { mended, place } = problem
  if (mended === undefined) return undefined
  const old = lines.slice(place.line - 1, place.endLine)
  const text = problem.empty ? withValue(old, problem, mended) : withReplaced(old, problem, mended)
  return text === undefined ? undefined : { from: place.line, old, fresh: text.split('\n') }
}

function head(from: number, old: number, to: number, fresh: number): string {
  const range = (line: number, count: number) => (count === 1 ? `${line}` : `${line},${count}`)
  return `@@ -${range(from, old)} +${range(to, fresh)} @@`
}

function withReplaced(old: readonly string[], { place }: Mendable, mended: string): string | undefined {
  const [first] = old
  const last = old.at(-1)
  if (first === undefined || last === undefined) return undefined
  return first.slice(0, place.column - 1) + mended + last.slice(place.endColumn - 1)
}

/** Behind the colon of a key that has no value. An empty item of a list has no place of its own. */
function withValue(old: readonly string[], { path, place }: Mendable, mended: string): string | undefined {
  const [line, ...more] = old
  if (line === undefined || more.length > 0 || typeof path.at(-1) === 'number') return undefined
  const [, colon] = /^(\s*:)/.exec(line.slice(place.endColumn - 1)) ?? []
  if (colon === undefined) return undefined
  const at = place.endColumn - 1 + colon.length
  return `${line.slice(0, at)} ${mended}${line.slice(at)}`
}
