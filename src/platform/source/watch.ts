import { type FSWatcher, watch as watchFiles } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, PortalError } from '../../api/errors.ts'
import { isExcluded } from './tree-path.ts'

export interface WatchListeners {
  /** Something below the folder has changed; once for a burst of changes. */
  changed(): void
  /** Watching has ended for good; what changes from now on goes unnoticed. Called at most once. */
  failed(error: PortalError): void
}

/** What tests replace. */
export interface WatchParts {
  watch: typeof watchFiles
  setTimer(run: () => void, milliseconds: number): NodeJS.Timeout
}

const parts: WatchParts = {
  watch: watchFiles,
  setTimer: (run, milliseconds) => setTimeout(run, milliseconds).unref(),
}

/** Quiet time that ends a burst, the longest a burst may be, and how often a vanished folder is looked for. */
export const watchTimes = { quiet: 100, burst: 2000, gone: 2000 }

/**
 * Watches a folder and all below it but `.git` and `node_modules`. One watch for each folder, none for files: a
 * thousand folders take about 8 MB. A folder that vanishes is taken up again when it is back.
 *
 * @returns what ends the watching
 * @throws PortalError `not_found` when there is no such folder, `internal` when the system gives no more watches
 */
export async function watchFolder(
  root: string,
  listeners: WatchListeners,
  { watch, setTimer }: WatchParts = parts,
): Promise<() => Promise<void>> {
  const watched = new Map<string, { watcher: FSWatcher; inode: bigint }>()
  let quiet: NodeJS.Timeout | undefined
  let burst: NodeJS.Timeout | undefined
  let gone: NodeJS.Timeout | undefined
  let structural = false
  let updating = Promise.resolve()
  let closed = false

  try {
    await update()
    if (watched.size === 0) throw notThere(root)
    return close
  } catch (error) {
    await close()
    throw error
  }

  async function close(): Promise<void> {
    end()
    await updating
  }

  function end(): void {
    closed = true
    for (const timer of [quiet, burst, gone]) clearTimeout(timer)
    for (const path of [...watched.keys()]) unwatch(path)
  }

  function noticed(type: string, name: string | null): void {
    if (closed || (name && isExcluded(name))) return
    structural ||= type === 'rename'
    clearTimeout(quiet)
    quiet = setTimer(tell, watchTimes.quiet)
    burst ??= setTimer(tell, watchTimes.burst)
  }

  function tell(): void {
    clearTimeout(quiet)
    clearTimeout(burst)
    burst = undefined
    updating = updating.then(async () => {
      if (closed) return
      if (structural) await update().catch(fail)
      if (!closed) listeners.changed()
    })
  }

  // New folders are watched before anyone reads the tree again, so that nothing is missed in between.
  async function update(): Promise<void> {
    structural = false
    const found = new Set<string>()
    const folders = [root]
    for (let path = folders.pop(); path !== undefined && !closed; path = folders.pop()) {
      if (!(await watchOne(path))) continue
      found.add(path)
      folders.push(...(await foldersIn(path)))
    }
    for (const path of [...watched.keys()]) if (!found.has(path)) unwatch(path)
    if (!found.has(root) && !closed) waitForRoot()
  }

  async function watchOne(path: string): Promise<boolean> {
    const stats = await stat(path, { bigint: true }).catch(() => undefined)
    if (!stats?.isDirectory() || closed) return false
    if (watched.get(path)?.inode === stats.ino) return true
    unwatch(path)
    try {
      const watcher = watch(path, { persistent: false }, noticed)
      watcher.on('error', () => noticed('rename', null))
      watched.set(path, { watcher, inode: stats.ino })
      return true
    } catch (error) {
      if (isOver(error)) throw limitReached(root, error)
      return false // Gone, or not ours to read: the listing of the tree says so.
    }
  }

  function unwatch(path: string): void {
    watched.get(path)?.watcher.close()
    watched.delete(path)
  }

  function waitForRoot(): void {
    clearTimeout(gone)
    gone = setTimer(async () => {
      const back = await stat(root).catch(() => undefined)
      if (closed) return
      if (back) noticed('rename', null)
      else waitForRoot()
    }, watchTimes.gone)
  }

  function fail(error: unknown): void {
    end()
    listeners.failed(
      error instanceof PortalError
        ? error
        : new PortalError('internal', `${root} is no longer watched: ${messageOf(error)}`, { cause: error }),
    )
  }
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory() && !isExcluded(entry.name))
    .map((entry) => join(path, entry.name))
}

function notThere(root: string): PortalError {
  return new PortalError('not_found', `There is no folder ${root} to watch`, { hint: 'Create it, or name another.' })
}

function isOver(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM'
}

function limitReached(root: string, cause: unknown): PortalError {
  return new PortalError('internal', `${root} cannot be watched: the system gives no more watches`, {
    hint: 'Raise fs.inotify.max_user_watches and fs.inotify.max_user_instances with sysctl, or name a smaller folder.',
    cause,
  })
}
