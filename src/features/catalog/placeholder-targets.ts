import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { messageOf, PortalError } from '../../api/errors.ts'
import { nearest } from '../../api/nearest.ts'
import type { Provider } from '../../api/provider.ts'
import type { SourceTree, TreeEntry } from '../../api/source-tree.ts'
import type { Addresses } from './addresses.ts'
import type { Fault } from './model/filling.ts'

/** Fetches what an address names. @throws PortalError when it may not, or cannot, be had */
export interface ReadUrl {
  (url: string, options: { maxBytes: number; signal: AbortSignal }): Promise<Uint8Array>
  /** Whether an address is one that is fetched at all; every one unless given. */
  may?(url: string): boolean
}

/** What a placeholder names: a file of a source or, where `sourceId` is null, an address that no source has. */
export interface Target {
  sourceId: string | null
  file: string
}

/** A file that is there, not read yet. */
export interface FoundFile {
  size: number
  /** Tells this content from another. */
  blob: string
  read(): Promise<Uint8Array>
}

export interface TargetsArgs {
  provider: Provider
  tree: SourceTree
  listing: { at(path: string): TreeEntry | undefined; beside(path: string): readonly string[] }
  /** Every source of the portal: an address may name a file of any of them. */
  sources: readonly Provider[]
  treeOf(sourceId: string, signal: AbortSignal): Promise<SourceTree | undefined>
  readUrl?: ReadUrl
  /** Says why an address that nothing has is not read. */
  addresses?: Pick<Addresses, 'reason'>
  maxFileBytes: number
  signal: AbortSignal
}

export interface PlaceholderTargets {
  /** Reads what is written behind `$text` and its like in the file `from`. */
  of(written: string, from: string): Target | Fault
  find(target: Target): Promise<FoundFile | Fault>
  /** Brings the content of files from elsewhere, where it is not here yet; to be asked for before `find`. */
  bring(targets: readonly Target[]): Promise<void>
  /** The content there is now; undefined where there is none, and where it cannot be told for the moment. */
  blobOf(target: Target): Promise<{ blob: string | null } | undefined>
  /** The source that has the file of an address, if there is one. */
  sourceOf(address: string): Provider | undefined
}

/** Finds the files that placeholders name, in the source itself or in another one, and nowhere else. */
export function createTargets(args: TargetsArgs): PlaceholderTargets {
  const { provider, tree, listing, treeOf, readUrl, maxFileBytes, signal } = args
  // Its own source may know an address better than another that contains it.
  const sources = [provider, ...args.sources.filter(({ id }) => id !== provider.id)]
  const trees = new Map<string, Promise<SourceTree | undefined>>([[provider.id, Promise.resolve(tree)]])

  const unbrought = new Map<string, unknown>()

  function openTree(sourceId: string): Promise<SourceTree | undefined> {
    const opened = trees.get(sourceId) ?? treeOf(sourceId, signal)
    trees.set(sourceId, opened)
    return opened
  }

  /** The listing knows the files of the source itself; a link that leaves it, or another source, must be looked at. */
  async function entryOf({ sourceId, file }: Target): Promise<[SourceTree, TreeEntry] | undefined> {
    // What was brought since the listing was made has its size only now.
    const own = sourceId === provider.id && !tree.prefetch ? listing.at(file) : undefined
    if (own) return [tree, own]
    const other = sourceId === null ? undefined : await openTree(sourceId)
    const entry = await other?.stat(file)
    return other && entry && [other, entry]
  }

  async function fetched(url: string): Promise<FoundFile | Fault> {
    if (!readUrl || readUrl.may?.(url) === false) return elsewhere(args.addresses?.reason(url))
    const bytes = await readUrl(url, { maxBytes: maxFileBytes, signal })
    const blob = createHash('sha1').update(bytes).digest('hex')
    return { size: bytes.byteLength, blob, read: async () => bytes }
  }

  async function bringTo(sourceId: string, files: ReadonlySet<string>): Promise<void> {
    try {
      const holder = await openTree(sourceId)
      await holder?.prefetch?.((path) => files.has(path), signal)
      unbrought.delete(sourceId)
    } catch (error) {
      signal.throwIfAborted()
      unbrought.set(sourceId, error)
    }
  }

  async function attempt<T>(work: () => Promise<T>): Promise<T | Fault> {
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      return unreadable(error)
    }
  }

  return {
    of(written, from) {
      const address = written.replace(/^url:/i, '')
      if (/^[a-z][a-z0-9+.-]*:/i.test(address)) {
        for (const one of sources) {
          const file = one.pathOf?.(address)
          if (file !== undefined) return { sourceId: one.id, file }
        }
        return { sourceId: null, file: address }
      }
      const path = written.startsWith('/') ? written.replace(/^\/+/, '') : posix.join(posix.dirname(from), written)
      const file = posix.normalize(path)
      return file === '..' || file.startsWith('../') ? outside() : { sourceId: provider.id, file }
    },

    find: (target) =>
      attempt(async () => {
        if (target.sourceId === null) return fetched(target.file)
        const found = await entryOf(target)
        if (!found) return missing(target.file, target.sourceId === provider.id ? listing.beside(target.file) : [])
        const [holder, { path, blob, size }] = found
        const failure = size === 0 ? unbrought.get(target.sourceId) : undefined
        if (failure !== undefined) throw failure
        if (size > maxFileBytes) return tooLarge(path, maxFileBytes)
        return { size, blob, read: () => holder.read(path, { maxBytes: maxFileBytes, signal }) }
      }),

    async bring(wanted) {
      const files = new Map<string, Set<string>>()
      for (const { sourceId, file } of wanted) {
        if (sourceId !== null) files.set(sourceId, (files.get(sourceId) ?? new Set()).add(file))
      }
      for (const [sourceId, paths] of files) await bringTo(sourceId, paths)
    },

    async blobOf(target) {
      try {
        return { blob: (await entryOf(target))?.[1].blob ?? null }
      } catch (error) {
        signal.throwIfAborted()
        // It leaves its source, which is as good as not being there, or its source cannot be opened just now.
        return error instanceof PortalError && error.code === 'invalid' ? { blob: null } : undefined
      }
    },

    sourceOf: (address) => sources.find((one) => one.pathOf?.(address) !== undefined),
  }
}

export function unreadable(error: unknown): Fault {
  const hint = error instanceof PortalError ? error.hint : undefined
  return fault(`cannot be read: ${messageOf(error)}`, hint ?? 'Correct the path, or let the portal read the file.')
}

/** @param what `document` or `file`: which of them takes more than it may */
export function tooMuch(what: string, most: number): Fault {
  return fault(
    `was not read: with it, this ${what} would take more than ${most} bytes from other files`,
    'Name smaller files, or link to them instead.',
  )
}

export function tooMany(what: string, most: number): Fault {
  return fault(`was not read: this ${what} names more than ${most} files`, 'Split it, or put several files into one.')
}

/** It may be right where the author reads it, so that the entity is kept as it is written. */
function elsewhere(why?: { reason: string; hint: string }): Fault {
  return {
    severity: 'warning',
    code: 'placeholder-elsewhere',
    reason: `was not read: ${why?.reason ?? 'it is in none of the sources of this portal'}, and nothing else is fetched`,
    hint: `Write a path from this file. ${why?.hint ?? 'Or add the place it names as a source in portal.config.ts.'}`,
  }
}

function outside(): Fault {
  return fault('leads out of this source', 'Name a file of the same source, or make the source the folder above both.')
}

function missing(file: string, beside: readonly string[]): Fault {
  const [guess] = nearest(posix.basename(file), beside, 1)
  const start = 'it starts at the folder of this file, or with "/" at the root of the source.'
  const hint = guess ? `Did you mean ${guess}?` : `Correct the path; ${start}`
  return fault(`cannot be read: there is no file ${file} in its source`, hint)
}

function tooLarge(file: string, most: number): Fault {
  return fault(`was not read: ${file} is larger than ${most} bytes`, 'Name a smaller file, or link to it instead.')
}

function fault(reason: string, hint: string): Fault {
  return { severity: 'error', code: 'placeholder-unreadable', reason, hint }
}
