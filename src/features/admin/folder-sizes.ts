import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'

/** A part of the data folder, and how many bytes lie in it. */
export interface FolderPart {
  id: string
  title: string
  bytes: number
}

const titles = {
  database: 'Database',
  journal: 'Journal of the database',
  clones: 'Clones of repositories',
  backups: 'Copies before migrations',
  cache: 'Compiled code',
  other: 'Everything else',
} as const

type PartId = keyof typeof titles

/** By the first part of a path. */
const places: Readonly<Record<string, PartId>> = {
  'callboard.sqlite': 'database',
  'callboard.sqlite-wal': 'journal',
  'callboard.sqlite-shm': 'journal',
  git: 'clones',
  backups: 'backups',
  cache: 'cache',
}

/**
 * Adds up what lies in the data folder. Links are not followed; what goes away meanwhile does not count.
 *
 * @throws DOMException when the signal aborts
 */
export async function folderSizes(folder: string, signal: AbortSignal): Promise<FolderPart[]> {
  const bytes = new Map<PartId, number>([
    ['database', 0],
    ['journal', 0],
  ])
  for await (const name of namesIn(folder)) {
    const part = places[name] ?? 'other'
    bytes.set(part, (bytes.get(part) ?? 0) + (await sizeBelow(join(folder, name), signal)))
  }
  return (Object.keys(titles) as PartId[]).flatMap((id) => {
    const size = bytes.get(id)
    return size === undefined ? [] : [{ id, title: titles[id], bytes: size }]
  })
}

async function sizeBelow(path: string, signal: AbortSignal): Promise<number> {
  let total = 0
  const waiting = [path]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    signal.throwIfAborted()
    const found = await lstat(next).catch(ifGone)
    if (!found) continue
    total += found.isDirectory() ? 0 : found.size
    if (found.isDirectory()) for await (const name of namesIn(next)) waiting.push(join(next, name))
  }
  return total
}

async function* namesIn(folder: string): AsyncGenerator<string> {
  const open = await opendir(folder).catch(ifGone)
  if (!open) return
  for await (const { name } of open) yield name
}

function ifGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
