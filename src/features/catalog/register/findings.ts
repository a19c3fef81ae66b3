import { messageOf, PortalError } from '../../../api/errors.ts'
import type { Provider } from '../../../api/provider.ts'
import type { SourceTree } from '../../../api/source-tree.ts'
import type { Collected } from '../collected.ts'
import type { Locator } from '../model/position.ts'
import type { DocumentProblem } from '../model/problem.ts'
import { problemView } from '../problem-view.ts'
import { problemRow } from '../store/ingest.ts'
import { linesOf } from '../validate/excerpt.ts'
import { hasNoValue, patchFile } from '../validate/patch.ts'
import type { Problem } from '../views.ts'

/** Problems of files that are no source yet, with the lines that they stand in. */
export interface Findings {
  problems: Problem[]
  /** Those that are not shown included. */
  counts: { error: number; warning: number; info: number }
}

interface Placed {
  path: string
  position: number | null
  ref: string | null
  problem: DocumentProblem
}

const mostShown = 50
const largest = 2_000_000

export async function findingsOf(
  found: Collected,
  { own, tree, now, signal }: { own: Provider; tree: SourceTree; now: Date; signal: AbortSignal },
): Promise<Findings> {
  const all = problemsOf(found)
  const counts = { error: 0, warning: 0, info: 0 }
  for (const { problem } of all) counts[problem.severity]++
  const ranks = { error: 0, warning: 1, info: 2 }
  const shown = all.toSorted((a, b) => ranks[a.problem.severity] - ranks[b.problem.severity]).slice(0, mostShown)
  const texts = new Map<string, { text: string; find(position: number): Locator | undefined } | undefined>()
  const problems: Problem[] = []
  for (const placed of shown) {
    const { path } = placed
    if (!texts.has(path)) texts.set(path, await textOf(tree, path, signal))
    problems.push(view(placed, texts.get(path), own, now))
  }
  return { problems, counts }
}

function problemsOf({ files, misses }: Collected): Placed[] {
  const inFiles = files.flatMap(({ path, problems, documents }): Placed[] => [
    ...problems.map((problem) => ({ path, position: null, ref: null, problem })),
    ...documents.flatMap(({ position, ref, problems }) =>
      problems.map((problem) => ({ path, position, ref: ref ?? null, problem })),
    ),
  ])
  return [...inFiles, ...misses.map(({ path, position, ref, problem }) => ({ path, position, ref, problem }))]
}

async function textOf(tree: SourceTree, path: string, signal: AbortSignal) {
  try {
    const text = Buffer.from(await tree.read(path, { maxBytes: largest, signal })).toString('utf8')
    const { locators } = await import('../model/position.ts')
    return { text, find: locators(text) }
  } catch (error) {
    signal.throwIfAborted()
    // What keeps a file from being read is a problem of its own, which is told without lines.
    if (error instanceof PortalError) return undefined
    throw new Error(`The lines of ${path} cannot be told: ${messageOf(error)}`, { cause: error })
  }
}

function view(
  { path, position, ref, problem }: Placed,
  file: Awaited<ReturnType<typeof textOf>>,
  own: Provider,
  now: Date,
): Problem {
  const find = position === null ? undefined : file?.find(position)
  const place = problem.place ?? find?.(problem.path, problem.at)
  const id = `${path} ${position} ${problem.code} ${problem.path.join('.')}`
  const empty = place && find && hasNoValue({ ...problem, place }, find) && { empty: true as const }
  const patch = place && file && problem.mended ? patchFile(path, file.text, { ...problem, place, ...empty }) : null
  return problemView({
    problem: {
      ...problemRow({ id, origin: 'file', sourceId: own.id, path, position, ref }, problem, now),
      target: null,
    },
    place,
    advice: undefined,
    lines: file ? linesOf(file.text) : null,
    file: path || 'the source as a whole',
    href: own.viewUrl?.(path, place?.line) ?? null,
    suggestion: null,
    more: { others: [], definitionHref: null, patch: patch === null ? null : { id, text: patch } },
  })
}
