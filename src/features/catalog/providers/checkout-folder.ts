import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, join, posix, relative, sep } from 'node:path'
import { messageOf, PortalError } from '../../../api/errors.ts'
import type { SourceTree } from '../../../api/source-tree.ts'
import { type Checkout, readCheckout } from '../../../platform/source/checkout.ts'
import { authorsOf } from '../../../platform/source/checkout-log.ts'
import { openFolder } from '../../../platform/source/folder.ts'
import { createTally } from '../../../platform/source/tally.ts'
import { isExcluded } from '../../../platform/source/tree-path.ts'
import { watchFolder } from '../../../platform/source/watch.ts'
import { isMadeFolder } from '../infer/aside.ts'
import { historyOf } from '../infer/history.ts'
import { isManifest } from '../infer/packages.ts'
import type { Opened, Place, Repository } from '../infer/place.ts'

/** How deep below the folder a repository may lie, and how much is looked at. */
const most = { depth: 3, repositories: 1000, folders: 20_000, files: 50_000, watched: 3000 }

/** A folder of checkouts: what has `.git` in it is a repository. */
export function checkoutFolder(root: string): Place {
  return {
    id: root,
    title: basename(root) || root,
    async repositories(signal) {
      return open(await realRoot(root), signal)
    },
    locationOf: (path) => `file:${posix.join(root, path)}`,
    pathOf(target) {
      const path = /^file:(?:\/\/)?(\/.*)$/i.exec(target)?.[1]
      const inner = path === undefined ? '..' : posix.relative(root, posix.normalize(path))
      return inner === '' || inner === '..' || inner.startsWith('../') ? undefined : inner
    },
    async watch(changed, failed) {
      if ((await countFolders(root)) > most.watched) {
        throw new PortalError('invalid', `${root} has more than ${most.watched} folders, too many to watch`, {
          hint: 'Name a folder further down, or read the source again by hand.',
        })
      }
      return watchFolder(root, { changed, failed })
    },
  }
}

async function realRoot(root: string): Promise<string> {
  const stats = await realpath(root).then(lstat, () => undefined)
  if (!stats)
    throw new PortalError('not_found', `There is no folder ${root}`, { hint: 'Check the spelling of --from.' })
  if (!stats.isDirectory()) {
    throw new PortalError('invalid', `${root} is not a folder`, { hint: 'Name the folder that your checkouts lie in.' })
  }
  return realpath(root)
}

async function open(root: string, signal: AbortSignal): Promise<Opened> {
  const warnings: string[] = []
  const found = await checkoutsIn(root, warnings, signal)
  const folders = found.length > 0 ? found : await projectsIn(root, warnings)
  if (folders.length === 0) {
    throw new PortalError('not_found', `There is no repository in ${root}`, {
      hint: `Name a folder that holds checkouts, at most ${most.depth} folders down, or one of them.`,
    })
  }
  const repositories: Repository[] = []
  for (const folder of folders) {
    signal.throwIfAborted()
    // No pattern and no line of a message takes a name that goes over several lines.
    if (/\p{Cc}/u.test(folder)) {
      warnings.push(`${JSON.stringify(folder)} has control characters in its name and is left out`)
      continue
    }
    try {
      repositories.push(await repository(root, folder, signal))
    } catch (error) {
      if (!(error instanceof PortalError)) throw error
      warnings.push(error.message)
    }
  }
  return { repositories, warnings }
}

async function repository(root: string, folder: string, signal: AbortSignal): Promise<Repository> {
  const [tree, checkout] = await Promise.all([
    openFolder(folder, { maxFiles: most.files, skip: isMadeFolder, signal }),
    readCheckout(folder, root),
  ])
  const { head, origin, tags = [] } = checkout ?? {}
  return {
    path: relative(root, folder).split(sep).join('/'),
    folder: basename(folder),
    tree: checkout ? { ...tree, contributors: contributorsIn(checkout) } : tree,
    historyKey: JSON.stringify([head, origin, tags]),
    async history(signal) {
      return checkout ? historyOf(checkout, await authorsOf(checkout, signal)) : {}
    },
  }
}

function contributorsIn(checkout: Checkout): NonNullable<SourceTree['contributors']> {
  return async (folder, { since, most, signal = new AbortController().signal }) => {
    const tally = createTally(most)
    for (const commit of await authorsOf(checkout, signal, { folder, since, most: most + 1 })) tally.add(commit)
    return tally.result()
  }
}

/** Folders with `.git`, the root first; what lies in one belongs to it. */
async function checkoutsIn(root: string, warnings: string[], signal: AbortSignal): Promise<string[]> {
  const found: string[] = []
  let level = [root]
  let looked = 0
  for (let depth = 0; depth <= most.depth && level.length > 0; depth++) {
    const next: string[] = []
    for (const folder of level) {
      signal.throwIfAborted()
      if (++looked > most.folders || found.length >= most.repositories) {
        warnings.push(`${root} has more folders or repositories than are looked at`)
        return found
      }
      const stats = await lstat(join(folder, '.git')).catch(() => undefined)
      if (stats?.isDirectory() || stats?.isFile()) found.push(folder)
      else if (depth < most.depth) next.push(...(await foldersIn(folder, warnings)))
    }
    level = next
  }
  return found.sort()
}

/** Without any `.git`: the children, or the folder itself, that have a manifest. */
async function projectsIn(root: string, warnings: string[]): Promise<string[]> {
  const found: string[] = []
  for (const folder of await foldersIn(root, warnings)) if (await hasManifest(folder)) found.push(folder)
  if (found.length > 0) return found.slice(0, most.repositories)
  return (await hasManifest(root)) ? [root] : []
}

async function hasManifest(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => [])
  return names.some((name) => isManifest(name) || /^catalog-info\.ya?ml$/.test(name))
}

/** Folders in a folder, no links, nothing hidden and nothing that programs made. */
async function foldersIn(folder: string, warnings: string[]): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const isWanted = (name: string) => !name.startsWith('.') && name !== 'node_modules' && !isMadeFolder(name)
    return entries
      .filter((entry) => entry.isDirectory() && isWanted(entry.name))
      .map(({ name }) => join(folder, name))
      .sort()
  } catch (error) {
    warnings.push(`${folder} could not be read: ${messageOf(error)}`)
    return []
  }
}

/** How many folders would be watched; it stops counting soon after there are too many. */
async function countFolders(root: string): Promise<number> {
  const folders = [root]
  let count = 0
  for (let folder = folders.pop(); folder !== undefined && count <= most.watched; folder = folders.pop()) {
    count++
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      if (entry.isDirectory() && !isExcluded(entry.name)) folders.push(join(folder, entry.name))
    }
  }
  return count
}
