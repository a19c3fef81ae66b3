import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { folderNameOf, parseGitAddress } from '../../../platform/source/git/address.ts'
import type { Target } from './target.ts'
import { keptName, registeredFolder } from './url-source.ts'

/** What the copies of a target are called in the data folder, without their ending. */
export function copyOf({ repository, text }: Pick<Target, 'repository' | 'text'>): string {
  return repository === undefined ? keptName(text) : folderNameOf(parseGitAddress(repository, ['https', 'http']))
}

/**
 * Removes clones and files that were fetched for reviews and for locations which are none any more.
 *
 * @param isWanted is asked right before each is removed
 * @returns how many were removed
 */
export async function dropCopies(data: string, isWanted: (name: string) => boolean): Promise<number> {
  const folder = join(data, registeredFolder)
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  let removed = 0
  for (const name of names) {
    const [, copy] = /^([0-9a-f]{32})(?:\.|$)/.exec(name) ?? []
    if (copy === undefined || isWanted(copy)) continue
    await rm(join(folder, name), { recursive: true, force: true })
    removed++
  }
  return removed
}
