import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { messageOf, PortalError } from '../../../api/errors.ts'
import { walk } from '../../../platform/source/walk.ts'
import { type CheckedFile, unreadable, unreadFile } from './checked-file.ts'

/** A path to read, or what is to be said about one that cannot be. */
export type Found = string | CheckedFile

const descriptor = /(?:^|\/)catalog-info\.ya?ml$/
const limits = { maxFiles: 1_000_000, maxDepth: 64 }

/**
 * The files that the arguments lead to: a file as it is named, a folder with every `catalog-info.yaml` and
 * `catalog-info.yml` below it, sorted. No file comes twice.
 */
export async function findFiles(paths: readonly string[]): Promise<Found[]> {
  const found: Found[] = []
  const seen = new Set<string>()
  for (const path of paths) {
    for (const one of (await isFolder(path)) ? await filesBelow(path) : [path]) {
      if (typeof one === 'string' && seen.has(resolve(one))) continue
      if (typeof one === 'string') seen.add(resolve(one))
      found.push(one)
    }
  }
  return found
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined) // Reading it will say why it cannot be read.
  return stats?.isDirectory() ?? false
}

async function filesBelow(folder: string): Promise<Found[]> {
  try {
    const { entries, warnings } = await walk(resolve(folder), limits)
    const files = entries.filter(({ path }) => descriptor.test(path)).map(({ path }) => join(folder, path))
    const unread = warnings.map((warning) => notLookedAt(folder, warning))
    if (files.length === 0 && unread.length === 0) {
      return [unreadFile(folder, unreadable(`${folder} holds no catalog-info.yaml or catalog-info.yml`, emptyHint))]
    }
    return [...files, ...unread]
  } catch (error) {
    if (!(error instanceof PortalError) && !(error instanceof Error && 'code' in error)) throw error
    return [notLookedAt(folder, messageOf(error))]
  }
}

const emptyHint = 'Check the path, or name the files if they are called otherwise.'

function notLookedAt(folder: string, reason: string): CheckedFile {
  return unreadFile(folder, unreadable(reason, 'Check who may read it.'))
}
