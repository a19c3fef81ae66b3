import { PortalError } from '../../../api/errors.ts'
import type { SourceTree, TreeEntry } from '../../../api/source-tree.ts'

/** Largest file that is looked into, and what is read of one repository. */
export const readLimits = { file: 1_000_000, files: 400, bytes: 16_000_000 }

/** The files of one repository, read with limits. */
export interface RepositoryFiles {
  readonly entries: readonly TreeEntry[]
  has(path: string): boolean
  /** The text of a file; undefined where it is not there or may not be read. */
  text(path: string): Promise<string | undefined>
  /** Brings the content of files, where it is elsewhere, in one go. */
  bring(paths: ReadonlySet<string>): Promise<void>
  /** What was left out, as sentences. */
  readonly notes: readonly string[]
}

/** @param isPartial the sizes of files tell nothing: each counts the same */
export async function repositoryFiles(
  tree: SourceTree,
  signal: AbortSignal,
  isPartial = false,
): Promise<RepositoryFiles> {
  const listed = await tree.list(undefined, signal)
  const entries = isPartial ? listed.map((entry) => ({ ...entry, size: 1 })) : listed
  const paths = new Set(entries.map(({ path }) => path))
  const notes = new Set<string>()
  const read = new Map<string, Promise<string | undefined>>()
  let [files, bytes] = [0, 0]

  async function readText(path: string): Promise<string | undefined> {
    if (files >= readLimits.files || bytes >= readLimits.bytes) {
      notes.add('The repository has more to read than the portal looks at')
      return undefined
    }
    files++
    try {
      const content = await tree.read(path, { maxBytes: readLimits.file, signal })
      bytes += content.byteLength
      return Buffer.from(content.buffer, content.byteOffset, content.byteLength)
        .toString('utf8')
        .replace(/^\ufeff/, '')
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof PortalError)) throw error
      notes.add(error.message)
      return undefined
    }
  }

  return {
    entries,
    has: (path) => paths.has(path),
    async text(path) {
      if (!paths.has(path)) return undefined
      const known = read.get(path) ?? readText(path)
      read.set(path, known)
      return known
    },
    async bring(wanted) {
      await tree.prefetch?.((path) => wanted.has(path), signal)
    },
    get notes() {
      return [...notes]
    },
  }
}
