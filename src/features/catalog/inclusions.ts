import type { Fault, Fill } from './model/filling.ts'
import type { DocumentsWork } from './parse-worker.ts'
import type { ParsedDocument, ParsedFile, Parser } from './parser.ts'
import {
  createTargets,
  type FoundFile,
  type PlaceholderTargets,
  type Target,
  type TargetsArgs,
  tooMany,
  tooMuch,
  unreadable,
} from './placeholder-targets.ts'
import type { Inclusion } from './reading.ts'

export interface InclusionsArgs extends TargetsArgs {
  parser: Pick<Parser, 'finish'>
  /** By name: what is of none of them is left as it is. */
  kinds: ReadonlyMap<string, unknown>
}

/** What one crawl of one source takes from other files: `$text`, `$json`, `$yaml`. */
export interface Inclusions {
  /** Of the files that were read earlier, those of which an included one has changed, appeared or vanished. */
  outdated(known: ReadonlyMap<string, { inclusions?: readonly Inclusion[] }>): Promise<ReadonlySet<string>>
  /**
   * The files with their placeholders filled in, in portions that the memory bears. Where no file has any, they come
   * as they are, all at once, and nothing was done.
   */
  finished(files: readonly ParsedFile[]): AsyncGenerator<readonly ParsedFile[]>
}

/** How many files one document, and all documents of one file, may name. */
export const mostInclusions = { document: 100, file: 5000 }

/** How much all documents of one file may take from others, in files of the largest size. */
const mostPerFile = 3

/** Bytes that the documents of one portion take from other files; a portion has one file at least. */
const portionBytes = 16_000_000

/** Files that are read at the same time. */
const atOnce = 32

/** Null where another placeholder of the document is at fault. */
type Use = { target: Target; found: FoundFile } | Fault | null

/** A file, and what its documents take from others. */
interface Plan {
  file: ParsedFile
  /** By document, for each of its placeholders. */
  uses: Map<ParsedDocument, Use[]>
  inclusions: Map<string, Inclusion>
  bytes: number
}

export function createInclusions(args: InclusionsArgs): Inclusions {
  const { parser, kinds, maxFileBytes, signal } = args
  const targets = createTargets(args)

  const isFetched = (url: string) => args.readUrl !== undefined && args.readUrl.may?.(url) !== false

  async function isOutdated({ sourceId, file, blob }: Inclusion): Promise<boolean> {
    if (sourceId === null) return targets.sourceOf(file) !== undefined || (blob === null && isFetched(file))
    const now = await targets.blobOf({ sourceId, file })
    return now !== undefined && now.blob !== blob
  }

  async function finish(plans: readonly Plan[]): Promise<ParsedFile[]> {
    const contents = await contentsOf(plans)
    const pairs = plans.flatMap(({ uses }) => [...uses])
    const documents = pairs.map(([{ position, ref, value = {}, problems }, uses]) => {
      return { position, ref, value, problems, uses: uses.map((use) => contentFor(use, contents)) }
    })
    const bytes = [...contents.values()].flatMap((content) => ('bytes' in content ? [content.bytes] : []))
    const work: DocumentsWork = { documents, contents: bytes }
    const finished = documents.length > 0 ? await parser.finish(work, signal) : []
    const results = new Map(
      pairs.map(([document, uses], index): [ParsedDocument, ParsedDocument] => {
        const { filled = [], ...result } = finished[index] ?? { ...document, filled: [] }
        const fills = filled.flatMap((number) => fillOf(document, uses, number))
        return [document, fills.length > 0 ? { ...result, fills } : result]
      }),
    )
    return plans.map(({ file, uses, inclusions }) => {
      if (uses.size === 0) return file
      const all = file.documents.map((document) => results.get(document) ?? document)
      return { ...file, documents: all, inclusions: [...inclusions.values()] }
    })
  }

  /** Every file once, however many documents name it. */
  async function contentsOf(plans: readonly Plan[]): Promise<Contents> {
    const wanted = new Map<string, FoundFile>()
    for (const { uses } of plans) {
      for (const use of [...uses.values()].flat()) if (use && 'found' in use) wanted.set(keyOf(use.target), use.found)
    }
    const contents: Contents = new Map()
    const queue = [...wanted]
    let number = 0
    for (let at = 0; at < queue.length; at += atOnce) {
      const some = queue.slice(at, at + atOnce)
      const read = await Promise.all(some.map(async ([key, found]) => [key, await bytesOf(found)] as const))
      for (const [key, bytes] of read) {
        if ('reason' in bytes) {
          contents.set(key, bytes)
          // It is asked for again at the next reading.
          for (const { inclusions } of plans) forget(inclusions, key)
        } else contents.set(key, { bytes, number: number++ })
      }
    }
    return contents
  }

  async function bytesOf(found: FoundFile): Promise<Uint8Array | Fault> {
    try {
      return await found.read()
    } catch (error) {
      signal.throwIfAborted()
      return unreadable(error)
    }
  }

  return {
    async outdated(known) {
      const outdated = new Set<string>()
      for (const [path, { inclusions = [] }] of known) {
        for (const inclusion of inclusions) {
          if (!(await isOutdated(inclusion))) continue
          outdated.add(path)
          break
        }
      }
      return outdated
    },

    async *finished(files) {
      if (!files.some(({ documents }) => documents.some((document) => isUnfinished(document, kinds)))) {
        yield files
        return
      }
      let portion: Plan[] = []
      let bytes = 0
      const find = remembering(targets)
      await targets.bring(namedBy(files, targets.of, kinds))
      for (const file of files) {
        const plan = await planOf(file, { find, of: targets.of, kinds, maxFileBytes })
        if (portion.length > 0 && bytes + plan.bytes > portionBytes) {
          yield await finish(portion)
          portion = []
          bytes = 0
        }
        portion.push(plan)
        bytes += plan.bytes
      }
      yield await finish(portion)
    },
  }
}

type Contents = Map<string, { bytes: Uint8Array; number: number } | Fault>

const keyOf = ({ sourceId, file }: Target) => `${sourceId ?? ''}\n${file}`

/** Looks for each file once, though many documents name it. */
function remembering({ find }: PlaceholderTargets): PlaceholderTargets['find'] {
  const known = new Map<string, ReturnType<typeof find>>()
  return (target) => {
    const found = known.get(keyOf(target)) ?? find(target)
    known.set(keyOf(target), found)
    return found
  }
}

/** What the documents name in sources, those left out that name more than they may. */
function namedBy(files: readonly ParsedFile[], of: PlaceholderTargets['of'], kinds: Planning['kinds']): Target[] {
  return files.flatMap(({ path, documents }) =>
    documents.flatMap((document) => {
      const { placeholders = [] } = document
      if (!isUnfinished(document, kinds) || placeholders.length > mostInclusions.document) return []
      const targets = placeholders.map(({ target }) => of(target, path))
      return targets.flatMap((target) => ('reason' in target ? [] : [target]))
    }),
  )
}

interface Planning extends Pick<PlaceholderTargets, 'find' | 'of'> {
  kinds: ReadonlyMap<string, unknown>
  maxFileBytes: number
}

/** The worker knows only the kinds that come with the portal; what is of another one may be no entity at all. */
function isUnfinished(
  { placeholders, foreignKind, value }: ParsedDocument,
  kinds: ReadonlyMap<string, unknown>,
): boolean {
  return placeholders !== undefined && (!foreignKind || kinds.has(String(value?.kind)))
}

async function planOf(file: ParsedFile, planning: Planning): Promise<Plan> {
  const plan: Plan = { file, uses: new Map(), inclusions: new Map(), bytes: 0 }
  let count = 0
  for (const document of file.documents) {
    const { placeholders = [] } = document
    if (!isUnfinished(document, planning.kinds)) continue
    count += placeholders.length
    const few = fewEnough(placeholders.length, count)
    plan.uses.set(document, few ?? (await usesOf(document, plan, planning)))
  }
  return plan
}

function fewEnough(inDocument: number, inFile: number): Use[] | undefined {
  const what = inDocument > mostInclusions.document ? 'document' : inFile > mostInclusions.file ? 'file' : undefined
  return (
    what && Array.from({ length: inDocument }, (_, index) => (index === 0 ? tooMany(what, mostInclusions[what]) : null))
  )
}

async function usesOf({ placeholders = [] }: ParsedDocument, plan: Plan, planning: Planning): Promise<Use[]> {
  const mostOfFile = planning.maxFileBytes * mostPerFile
  const uses: Use[] = []
  let own = 0
  for (const { target } of placeholders) {
    const use = await useOf(target, plan, planning)
    const size = use && 'found' in use ? use.found.size : 0
    if (own + size > planning.maxFileBytes) uses.push(tooMuch('document', planning.maxFileBytes))
    else if (plan.bytes + size > mostOfFile) uses.push(tooMuch('file', mostOfFile))
    else {
      uses.push(use)
      own += size
      plan.bytes += size
    }
  }
  return uses
}

async function useOf(written: string, { file, inclusions }: Plan, { of, find }: Planning): Promise<Use> {
  const target = of(written, file.path)
  if ('reason' in target) return target
  const found = await find(target)
  const isThere = !('reason' in found)
  inclusions.set(keyOf(target), { ...target, blob: isThere ? found.blob : null })
  return isThere ? { target, found } : found
}

function contentFor(use: Use, contents: Contents): number | Fault | null {
  if (!use || 'reason' in use) return use
  const content = contents.get(keyOf(use.target))
  return content === undefined ? null : 'reason' in content ? content : content.number
}

function fillOf({ placeholders = [] }: ParsedDocument, uses: readonly Use[], number: number): Fill[] {
  const [placeholder, use] = [placeholders[number], uses[number]]
  return placeholder && use && 'found' in use ? [{ ...placeholder, ...use.target }] : []
}

function forget(inclusions: Map<string, Inclusion>, key: string): void {
  const inclusion = inclusions.get(key)
  if (inclusion) inclusions.set(key, { ...inclusion, blob: null })
}
