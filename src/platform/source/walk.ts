import type { BigIntStats } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { TreeEntry } from '../../api/source-tree.ts'
import { isExcluded } from './tree-path.ts'

export interface Limits {
  /** Files in all. */
  maxFiles: number
  /** Folders inside one another. */
  maxDepth: number
  /** Names of further folders that are left out. */
  skip?: ((name: string) => boolean) | undefined
}

export interface Walked {
  /** Sorted by path. */
  entries: TreeEntry[]
  /** What could not be looked at, as sentences. */
  warnings: string[]
}

// Two writes within a tick of the file system's clock leave the same times.
const clockTick = 20

/**
 * Lists the files under a folder. A link counts as what it leads to, if that lies under the same folder.
 *
 * @param root absolute, and itself without links
 * @throws PortalError `invalid` when a limit is passed
 */
export async function walk(root: string, limits: Limits, signal?: AbortSignal): Promise<Walked> {
  const walked: Walked = { entries: [], warnings: [] }
  const fresh: Fresh[] = []
  const folders: Folder[] = [{ path: '', real: root, above: [] }]
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    signal?.throwIfAborted()
    if (folder.above.length > limits.maxDepth) throw tooDeep(root, folder.path, limits.maxDepth)
    for (const found of await look(root, folder, walked.warnings)) {
      if (found.folder && !isLeftOut(found.folder, limits)) folders.push(found.folder)
      if (!found.folder) walked.entries.push(found.entry)
      if (!found.folder && Date.now() - found.changed < clockTick) fresh.push(found)
    }
    if (walked.entries.length > limits.maxFiles) throw tooMany(root, limits.maxFiles)
  }
  await settle(fresh)
  walked.entries.sort((a, b) => (a.path < b.path ? -1 : 1))
  return walked
}

function isLeftOut({ path }: Folder, { skip }: Limits): boolean {
  return skip?.(path.slice(path.lastIndexOf('/') + 1)) ?? false
}

/** What identifies a file's content without reading it. */
export function entryOf(path: string, stats: BigIntStats): TreeEntry {
  const blob = [stats.size, stats.mtimeNs, stats.ctimeNs, stats.ino].map((part) => part.toString(36)).join('.')
  return { path, blob, size: Number(stats.size) }
}

/** The path from `root` to `path`, or undefined when that lies elsewhere or in a folder that is left out. */
export function pathWithin(root: string, path: string): string | undefined {
  const inner = relative(root, path)
  if (inner === '..' || inner.startsWith(`..${sep}`) || isAbsolute(inner)) return undefined
  return inner.split(sep).some(isExcluded) ? undefined : inner
}

interface Folder {
  path: string
  real: string
  /** Real paths of the folders it was reached through, which a link must not lead back to. */
  above: readonly string[]
}

interface Fresh {
  folder?: undefined
  entry: TreeEntry
  real: string
  /** Milliseconds since 1970. */
  changed: number
}

async function look(root: string, folder: Folder, warnings: string[]): Promise<(Fresh | { folder: Folder })[]> {
  let names: string[]
  try {
    names = await readdir(folder.real)
  } catch (error) {
    if (!hasGone(error)) warnings.push(`${folder.path || '.'} could not be read: ${messageOf(error)}`)
    return []
  }
  const found: (Fresh | { folder: Folder })[] = []
  const wanted = names.filter((name) => !isExcluded(name))
  for (let start = 0; start < wanted.length; start += 64) {
    const some = wanted.slice(start, start + 64)
    const looked = await Promise.all(some.map((name) => lookAt(root, folder, name, warnings)))
    for (const one of looked) if (one) found.push(one)
  }
  return found
}

async function lookAt(
  root: string,
  parent: Folder,
  name: string,
  warnings: string[],
): Promise<Fresh | { folder: Folder } | undefined> {
  const path = parent.path ? `${parent.path}/${name}` : name
  try {
    let real = join(parent.real, name)
    let stats = await lstat(real, { bigint: true })
    const above = [...parent.above, parent.real]
    if (stats.isSymbolicLink()) {
      real = await realpath(real)
      if (pathWithin(root, real) === undefined || above.includes(real)) return undefined
      stats = await stat(real, { bigint: true })
    }
    if (stats.isDirectory()) return { folder: { path, real, above } }
    if (stats.isFile()) return { entry: entryOf(path, stats), real, changed: Number(stats.ctimeNs / 1_000_000n) }
  } catch (error) {
    if (!hasGone(error)) warnings.push(`${path} could not be looked at: ${messageOf(error)}`)
  }
  return undefined
}

// A file that has just been written is looked at again a tick later, so that a further write cannot hide behind
// the same times.
async function settle(fresh: readonly Fresh[]): Promise<void> {
  if (fresh.length === 0) return
  await setTimeout(clockTick)
  for (const { entry, real } of fresh) {
    const stats = await stat(real, { bigint: true }).catch(() => undefined)
    if (stats) Object.assign(entry, entryOf(entry.path, stats))
  }
}

// Gone since it was listed, or a link to nothing or to itself.
function hasGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP'
}

function tooMany(root: string, limit: number): PortalError {
  return new PortalError('invalid', `${root} holds more than ${limit} files`, {
    hint: 'Name a folder further down that holds only what belongs to the source.',
  })
}

function tooDeep(root: string, path: string, limit: number): PortalError {
  return new PortalError(
    'invalid',
    `${root} has more than ${limit} folders inside one another, at ${path.slice(0, 200)}`,
    {
      hint: 'Name a folder further down, or remove links that lead round in a circle.',
    },
  )
}
