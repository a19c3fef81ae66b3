import type { PlacedProblem } from './checked-file.ts'

/** A hunk of a unified diff that mends the problem, or nothing where no remedy is certain. */
export function patch(lines: readonly string[], problem: PlacedProblem): string[] {
  const { mended, place } = problem
  if (mended === undefined) return []
  const old = lines.slice(place.line - 1, place.endLine)
  const text = problem.empty ? withValue(old, problem, mended) : withReplaced(old, problem, mended)
  if (text === undefined) return []
  const fresh = text.split('\n')
  const range = (count: number) => (count === 1 ? `${place.line}` : `${place.line},${count}`)
  return [
    `@@ -${range(old.length)} +${range(fresh.length)} @@`,
    ...old.map((line) => `-${line}`),
    ...fresh.map((line) => `+${line}`),
  ]
}

function withReplaced(old: readonly string[], { place }: PlacedProblem, mended: string): string | undefined {
  const [first] = old
  const last = old.at(-1)
  if (first === undefined || last === undefined) return undefined
  return first.slice(0, place.column - 1) + mended + last.slice(place.endColumn - 1)
}

/** Behind the colon of a key that has no value. An empty item of a list has no place of its own. */
function withValue(old: readonly string[], { path, place }: PlacedProblem, mended: string): string | undefined {
  const [line, ...more] = old
  if (line === undefined || more.length > 0 || typeof path.at(-1) === 'number') return undefined
  const [, colon] = /^(\s*:)/.exec(line.slice(place.endColumn - 1)) ?? []
  if (colon === undefined) return undefined
  const at = place.endColumn - 1 + colon.length
  return `${line.slice(0, at)} ${mended}${line.slice(at)}`
}
