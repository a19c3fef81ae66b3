import { LRUCache } from 'lru-cache'
import { PortalError } from '../../../api/errors.ts'
import type { Commit, Contributors, ContributorsOptions, SourceTree, TreeEntry } from '../../../api/source-tree.ts'
import { upTo } from '../../up-to.ts'
import { globs } from '../globs.ts'
import type { Authored } from '../tally.ts'
import { isExcluded, missing, outside, tooLarge, treePath } from '../tree-path.ts'
import type { GitBatch } from './batch.ts'
import { authorsOf, branchesOf, contributorsOf, createLastCommits, type LastCommits, tagsOf } from './history.ts'
import type { Kept } from './kept.ts'
import { type ListingLimits, listCommit, listingLimits, parseTree, type TreeNode } from './listing.ts'
import { GitFailure, type GitRun } from './program.ts'

/** One commit of a repository. What was not fetched is told so, and never fetched by reading. */
export interface GitTree extends SourceTree {
  /** What was left out of the listing, as sentences; known once it has been listed. */
  readonly warnings: readonly string[]
  prefetch(wants: (path: string) => boolean, signal?: AbortSignal): Promise<void>
  log(path: string): Promise<Commit | undefined>
  contributors(folder: string, options: ContributorsOptions): Promise<Contributors>
  branches(signal?: AbortSignal): Promise<readonly string[]>
  /** Who made the newest commits. */
  authors(signal?: AbortSignal): Promise<Authored[]>
  /** Names of the tags of the repository, as it was fetched last. */
  tags(signal?: AbortSignal): Promise<string[]>
}

export interface GitTreeParts {
  run: Pick<GitRun, 'repository' | 'home'>
  batch: GitBatch
  /** Keeps what its history told. */
  kept?: Kept
  commit: string
  branch?: string | undefined
  /** Brings blobs from the server, all at once. */
  fetchBlobs(ids: readonly string[], signal: AbortSignal | undefined): Promise<void>
  /** Told when the clone turns out to be broken. */
  damaged(): void
  /** What was noticed when the commit was fetched. */
  notes?: readonly string[]
  limits?: ListingLimits
}

interface Listed {
  entries: TreeEntry[]
  unknownLinks: string[]
  warnings: string[]
}

const mebibyte = 1024 * 1024
const mostLinks = 40
const longestTarget = 4096
const largestTree = 32 * mebibyte
/** Says which names and addresses belong together; git itself takes no link for it. */
const mailmap = '.mailmap'

/** A blob that was not fetched is listed with the size 0, which only this one has. By the length of ids. */
const emptyBlob: Readonly<Record<number, string>> = {
  40: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  64: '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
}

/** Listings of all repositories together, and tree objects: both are the same for ever, and quickly made again. */
const listings = new LRUCache<string, Listed>({ maxSize: 120_000, sizeCalculation: (one) => one.entries.length + 20 })
const nodes = new LRUCache<string, Map<string, TreeNode>>({
  maxSize: 20_000,
  sizeCalculation: (one) => one.size + 5,
})

/** Of blobs that are here, by repository and id: to ask git for one may take a process. */
const sizes = new LRUCache<string, number>(upTo(5000))

export function createGitTree(parts: GitTreeParts): GitTree {
  const { run, batch, commit, limits = listingLimits, notes = [] } = parts
  let warnings: readonly string[] = notes
  let lastCommits: LastCommits | undefined
  const key = `${run.repository}\n${commit}`

  async function listed(signal: AbortSignal | undefined): Promise<Listed> {
    signal?.throwIfAborted()
    const known = listings.get(key) ?? (await listAll(signal))
    listings.set(key, known)
    warnings = [...notes, ...known.warnings]
    return known
  }

  async function listAll(signal: AbortSignal | undefined): Promise<Listed> {
    const found = await sound(listCommit({ ...run, signal }, commit, limits))
    const links = found.links.slice(0, limits.links)
    const unread = links.filter(({ isHere }) => !isHere)
    const { files: followed, outside } = await followLinks(links, found.files)
    const entries = [...found.files, ...followed].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    const warnings = [
      left(found.hostile, 'path that cannot be right', 'paths that cannot be right'),
      left(found.submodules, 'submodule', 'submodules'),
      left(outside, 'symbolic link out of the repository', 'symbolic links out of the repository'),
      left(found.links.length - links.length, 'symbolic link too many', 'symbolic links too many'),
    ].filter((text) => text !== '')
    return { entries, unknownLinks: unread.map(({ blob }) => blob), warnings }
  }

  /** A link counts as the file it leads to, or as a folder of the files it leads to; links in there are not followed. */
  async function followLinks(links: readonly { path: string; isHere: boolean }[], files: readonly TreeEntry[]) {
    const found: TreeEntry[] = []
    let outside = 0
    const byPath = new Map(links.length === 0 ? [] : files.map((entry) => [entry.path, entry]))
    for (const { path, isHere } of links) {
      const target = isHere ? await resolve(path).catch(expected) : undefined
      if (target === 'outside') outside++
      if (!target || target === 'outside' || target.path.split('/').some(isExcluded)) continue
      if (target.kind === 'file') found.push({ ...(byPath.get(target.path) ?? { blob: target.id, size: 0 }), path })
      else if (target.path !== '' && !`${path}/`.startsWith(`${target.path}/`)) {
        const inside = files.filter((entry) => entry.path.startsWith(`${target.path}/`))
        found.push(...inside.map((entry) => ({ ...entry, path: path + entry.path.slice(target.path.length) })))
      }
      if (files.length + found.length > limits.files) break
    }
    return { files: found, outside }
  }

  /** Where a path leads, links followed within the tree. @throws PortalError `not_found`, or `invalid` outside of it */
  async function resolve(path: string): Promise<TreeNode & { path: string }> {
    const left = path.split('/').reverse()
    const trail: { name: string; id: string }[] = []
    let links = 0
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      if (name === '' || name === '.') continue
      if (name === '..') {
        if (!trail.pop()) throw outside(path)
        continue
      }
      const node = (await nodesOf(trail.at(-1)?.id ?? `${commit}^{tree}`)).get(name)
      if (!node) throw missing(path)
      const here = [...trail.map((one) => one.name), name].join('/')
      if (node.kind === 'tree') trail.push({ name, id: node.id })
      else if (node.kind === 'file') {
        if (left.length > 0) throw missing(path)
        return { ...node, path: here }
      } else {
        if (++links > mostLinks) throw missing(path)
        const text = await targetOf(node.id, here)
        if (text.startsWith('/') || text.includes('\0')) throw outside(path)
        left.push(...text.split('/').reverse())
      }
    }
    const last = trail.at(-1)
    return { kind: 'tree', id: last?.id ?? '', path: trail.map(({ name }) => name).join('/') }
  }

  /** No path is longer than what is read. */
  async function targetOf(id: string, path: string): Promise<string> {
    const object = await ask(id, longestTarget)
    if (!object) throw notHere(path)
    if (!object.bytes) throw missing(path)
    return object.bytes.toString('utf8')
  }

  async function nodesOf(id: string): Promise<Map<string, TreeNode>> {
    const known = nodes.get(id)
    if (known) return known
    const object = await ask(id, largestTree)
    if (object?.type !== 'tree') throw broken(parts)
    if (!object.bytes) throw tooLarge('a folder of the repository', largestTree)
    const parsed = parseTree(object.bytes, commit.length / 2)
    nodes.set(id, parsed)
    return parsed
  }

  async function blobOf(id: string, maxBytes: number, path: string, signal?: AbortSignal): Promise<Buffer> {
    if (id === emptyBlob[id.length]) return Buffer.alloc(0) // Known, and never fetched.
    const object = await ask(id, maxBytes, signal)
    if (!object) throw notHere(path)
    if (object.type !== 'blob') throw broken(parts)
    if (!object.bytes) throw tooLarge(path, maxBytes)
    return object.bytes
  }

  /** Of a blob that was not fetched 0. */
  async function sizeOf(id: string): Promise<number> {
    const name = `${run.repository}\n${id}`
    const known = sizes.get(name)
    if (known !== undefined) return known
    const object = await ask(id, 0)
    if (object) sizes.set(name, object.size)
    return object?.size ?? 0
  }

  async function ask(id: string, maxBytes: number, signal?: AbortSignal) {
    try {
      return await batch.read(id, maxBytes, signal)
    } catch (error) {
      if (signal?.aborted || error instanceof PortalError) throw error
      throw broken(parts, error)
    }
  }

  /** What git cannot read of a commit that was fetched has been lost since. */
  async function sound<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (error instanceof GitFailure && error.reason === 'exit') throw broken(parts, error)
      throw error
    }
  }

  /** Where it was fetched; git would look for it on the server. */
  async function mailmapId(): Promise<string> {
    const node = (await nodesOf(`${commit}^{tree}`)).get(mailmap)
    const object = node?.kind === 'file' ? await ask(node.id, mebibyte) : undefined
    return node && object?.type === 'blob' && object.bytes ? node.id : ''
  }

  async function fileAt(path: string): Promise<(TreeNode & { path: string }) | undefined> {
    try {
      const inner = treePath(path)
      if (inner.endsWith('/')) return undefined
      const found = await resolve(inner)
      return found.kind === 'file' && !found.path.split('/').some(isExcluded) ? found : undefined
    } catch (error) {
      if (error instanceof PortalError && error.code === 'not_found') return undefined
      throw error
    }
  }

  const tree: GitTree = {
    revision: commit,
    branch: parts.branch,
    get warnings() {
      return warnings
    },

    async list(patterns, signal) {
      const { entries } = await listed(signal)
      signal?.throwIfAborted()
      if (!patterns) return [...entries]
      const matches = globs(patterns)
      return entries.filter((entry) => matches(entry.path))
    },

    async read(path, { maxBytes = 10 * mebibyte, signal } = {}) {
      signal?.throwIfAborted()
      const file = await fileAt(path)
      if (!file) throw missing(path)
      const bytes = await blobOf(file.id, maxBytes, path, signal)
      if (isPointer(bytes)) throw inLfs(path)
      return bytes
    },

    async stat(path) {
      const file = await fileAt(path)
      if (!file) return undefined
      return { path: treePath(path), blob: file.id, size: await sizeOf(file.id) }
    },

    async prefetch(wants, signal) {
      const { entries, unknownLinks } = await listed(signal)
      const wanted = entries
        .filter(({ blob, size }) => size === 0 && blob !== emptyBlob[commit.length])
        .filter(({ path }) => path === mailmap || wants(path))
        .map(({ blob }) => blob)
      const ids = [...new Set([...unknownLinks, ...wanted])]
      if (ids.length === 0) return
      await parts.fetchBlobs(ids, signal)
      listings.delete(key) // Links lead somewhere now, and sizes are known.
      if (unknownLinks.length > 0) await tree.prefetch(wants, signal)
    },

    async log(path) {
      lastCommits ??= createLastCommits(run, commit, parts.kept)
      return sound(lastCommits.of(treePath(path)))
    },

    async contributors(folder, { signal, ...asked }) {
      const prefix = folder === '' ? '' : treePath(folder)
      try {
        const about = { ...asked, prefix, mailmap: await mailmapId() }
        return await sound(contributorsOf({ ...run, signal }, commit, about))
      } catch (error) {
        throw error instanceof GitFailure && error.reason === 'timeout' ? tooLong(error) : error
      }
    },

    branches: (signal) => sound(branchesOf({ ...run, signal })),
    authors: (signal) => sound(authorsOf({ ...run, signal }, commit)),
    tags: (signal) => sound(tagsOf({ ...run, signal })),
  }
  return tree
}

/** @returns `outside` for a link that leads out of the tree, nothing for one that leads nowhere */
function expected(error: unknown): 'outside' | undefined {
  if (!(error instanceof PortalError) || error.code === 'upstream') throw error
  return error.code === 'invalid' ? 'outside' : undefined
}

const pointer = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\r?\n/

function isPointer(bytes: Buffer): boolean {
  return bytes.length < 1024 && pointer.test(bytes.toString('latin1', 0, 60))
}

function inLfs(path: string): PortalError {
  return new PortalError('invalid', `"${path}" is kept in Git LFS; the repository holds only a pointer to it`, {
    hint: 'Files of the catalog are small texts: take this one out of LFS.',
  })
}

function notHere(path: string): PortalError {
  return new PortalError('not_found', `The content of "${path}" has not been fetched`, {
    hint: 'Of a Git repository only the files that the catalog reads are fetched. Its host shows the others.',
  })
}

function broken({ damaged }: GitTreeParts, cause?: unknown): PortalError {
  damaged()
  return new PortalError('upstream', 'The clone of the repository is damaged', {
    hint: 'It is made again when the source is read next.',
    cause,
  })
}

function tooLong(cause: GitFailure): PortalError {
  return new PortalError('upstream', 'Its history is so long that it could not be read in time', {
    hint: 'It is tried again later. Until then, look at the history in the repository.',
    cause,
  })
}

function left(count: number, one: string, several: string): string {
  return count === 0 ? '' : `${count} ${count === 1 ? one : several} left out`
}
