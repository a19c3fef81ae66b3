import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { SourceTree, TreeEntry } from '../../api/source-tree.ts'
import { globs } from './globs.ts'
import { missing, outside, tooLarge, treePath } from './tree-path.ts'
import { entryOf, type Limits, pathWithin, walk } from './walk.ts'

export interface FolderTree extends SourceTree {
  /** Folders and files that could not be looked at, as sentences; all others are listed. */
  readonly warnings: readonly string[]
}

const mebibyte = 1024 * 1024

/**
 * Opens a folder as a tree. The listing is that of this moment; `read` and `stat` see what is there when called.
 * `.git` and `node_modules` are left out at any depth.
 *
 * @throws PortalError `not_found` when there is no such folder, `invalid` when it is a file or passes a limit
 */
export async function openFolder(
  path: string,
  options: Partial<Limits> & { signal?: AbortSignal } = {},
): Promise<FolderTree> {
  const root = await rootOf(path)
  const { maxFiles = 100_000, maxDepth = 64, skip, signal } = options
  const { entries, warnings } = await walk(root, { maxFiles, maxDepth, skip }, signal)
  return {
    revision: digest(entries),
    warnings,
    async list(patterns, signal) {
      signal?.throwIfAborted()
      const matches = globs(patterns)
      return entries.filter((entry) => matches(entry.path))
    },
    read: (path, options = {}) => read(root, path, options),
    readPart: (path, part, signal) => readPart(root, path, part, signal),
    stat: (path) => entryAt(root, path),
  }
}

async function rootOf(path: string): Promise<string> {
  let isFolder: boolean
  try {
    isFolder = (await stat(path)).isDirectory()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw refused(path, error)
    throw new PortalError('not_found', `There is no folder ${path}`, { hint: 'Create it, or name another.' })
  }
  if (!isFolder) throw new PortalError('invalid', `${path} is not a folder`, { hint: 'Name the folder it lies in.' })
  return realpath(path)
}

function digest(entries: readonly TreeEntry[]): string {
  const hash = createHash('sha256')
  for (const { path, blob } of entries) hash.update(`${path}\0${blob}\n`)
  return hash.digest('hex').slice(0, 40)
}

async function entryAt(root: string, path: string): Promise<TreeEntry | undefined> {
  try {
    const stats = await stat(await locate(root, path), { bigint: true })
    return stats.isFile() ? entryOf(treePath(path), stats) : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function read(
  root: string,
  path: string,
  { maxBytes = 10 * mebibyte, signal }: { maxBytes?: number; signal?: AbortSignal },
): Promise<Uint8Array> {
  return withFile(root, path, signal, (handle, size) => {
    if (size > maxBytes) throw tooLarge(path, maxBytes)
    return readAll(handle, path, size, maxBytes, signal)
  })
}

function readPart(root: string, path: string, part: { from: number; bytes: number }, signal?: AbortSignal) {
  return withOpen(root, path, signal, async (handle) => {
    // Asked for together: between two turns of the loop others do a piece of their work.
    const [stats, read] = await Promise.allSettled([
      handle.stat(),
      handle.read(Buffer.allocUnsafe(part.bytes), 0, part.bytes, part.from),
    ])
    if (stats.status === 'rejected') throw stats.reason
    if (!stats.value.isFile()) throw missing(path)
    if (read.status === 'rejected') throw read.reason
    return read.value.buffer.subarray(0, read.value.bytesRead)
  })
}

function withFile<T>(
  root: string,
  path: string,
  signal: AbortSignal | undefined,
  work: (handle: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  return withOpen(root, path, signal, async (handle) => {
    const stats = await handle.stat()
    if (!stats.isFile()) throw missing(path)
    return work(handle, stats.size)
  })
}

async function withOpen<T>(
  root: string,
  path: string,
  signal: AbortSignal | undefined,
  work: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const real = await locate(root, path)
  let handle: FileHandle
  try {
    // Nothing is followed or waited for any more, whatever took the place of the file in the meantime.
    handle = await open(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw isMissing(error) ? missing(path) : refused(path, error)
  }
  try {
    return await work(handle)
  } finally {
    await handle.close()
  }
}

// The size is only where to start from: the file may grow meanwhile.
async function readAll(handle: FileHandle, path: string, size: number, maxBytes: number, signal?: AbortSignal) {
  let buffer = Buffer.allocUnsafe(size + 1)
  let length = 0
  for (;;) {
    signal?.throwIfAborted()
    const { bytesRead } = await handle.read(buffer, length)
    if (bytesRead === 0) return buffer.subarray(0, length)
    length += bytesRead
    if (length > maxBytes) throw tooLarge(path, maxBytes)
    if (length === buffer.length) buffer = Buffer.concat([buffer], length + mebibyte)
  }
}

/** The real path of a file of the tree, links resolved. */
async function locate(root: string, path: string): Promise<string> {
  const inner = treePath(path)
  let real: string
  try {
    real = await realpath(join(root, inner))
  } catch (error) {
    throw isMissing(error) ? missing(path) : refused(path, error)
  }
  if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) throw outside(path)
  if (pathWithin(root, real) === undefined) throw missing(path)
  return real
}

function refused(path: string, error: unknown): PortalError {
  return new PortalError('invalid', `${path} could not be read: ${messageOf(error)}`, {
    hint: 'Let the user that runs the portal read it.',
    cause: error,
  })
}

function isMissing(error: unknown): boolean {
  if (error instanceof PortalError) return error.code === 'not_found'
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EISDIR'].includes(codeOf(error))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
