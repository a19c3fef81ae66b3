import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PortalError } from '../../../api/errors.ts'
import { nearest } from '../../../api/nearest.ts'
import { accessTo, type GitCredentials } from './access.ts'
import { folderNameOf, type GitAddress } from './address.ts'
import { askForHead } from './ask.ts'
import { createBatch, type GitBatch } from './batch.ts'
import {
  type CloneArgs,
  type CloneLimits,
  type CloneState,
  cloneLimits,
  fetchBlobs,
  fetchBranch,
  forgetState,
  readState,
  recoverClone,
  rememberDefault,
  wasCutShort,
} from './clone.ts'
import { explainGit, isAbsence, isRedirect } from './failure.ts'
import { branchesOf } from './history.ts'
import { type Kept, keepingObjects, keptIn } from './kept.ts'
import type { GitGuard } from './pin.ts'
import { runGit } from './program.ts'
import { createGitTree, type GitTree } from './tree.ts'

export interface GitRepository {
  /**
   * Asks the server for the head, and fetches when it has moved.
   *
   * @param branch that of the repository unless given
   * @throws PortalError `upstream` when the server, the repository or the branch cannot be had; what was fetched
   * before stays
   */
  open(branch: string | undefined, signal: AbortSignal): Promise<GitTree>
  /** Asks the server for the head, and leaves it at that. @throws PortalError `upstream` */
  check(branch: string | undefined, signal: AbortSignal): Promise<void>
  /** What was fetched last, without asking anybody. */
  last(branch: string | undefined): Promise<GitTree | undefined>
  /** Names of the branches as they were fetched last. */
  branches(signal?: AbortSignal): Promise<string[]>
}

export interface GitRepositoryArgs {
  address: GitAddress
  credentials?: GitCredentials
  /** Folder of all clones, keys and known hosts. */
  folder: string
  limits?: CloneLimits
  /** For an address that anybody may have written: where its host may lead to. */
  guard?: GitGuard | undefined
}

/** What all who read one clone have in common: one writer at a time, one process that reads. */
interface Clone {
  path: string
  batch: GitBatch
  kept: Kept
  queue: Promise<unknown>
  /** Nothing of an earlier process, or of a fetch that failed, is left behind. */
  isClean: boolean
  /** By which of its two names the server knows it, once that is known. */
  url: string | undefined
}

interface RemoteHead {
  id: string
  /** Of the branch; servers of old do not tell that of the default one. */
  name: string | undefined
}

const clones = new Map<string, Clone>()
const lsRemoteTimeout = 60_000

export function openRepository(args: GitRepositoryArgs): GitRepository {
  const { address, credentials = {}, folder, limits = cloneLimits, guard } = args
  const home = join(folder, 'home')
  const clone = cloneAt(join(folder, folderNameOf(address)), home)
  const about = { address, credentials }

  async function explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw explainGit(error, about)
    }
  }

  /** One after the other: two that write to one clone would stand in each other's way. */
  async function alone<T>(signal: AbortSignal | undefined, work: (args: CloneArgs) => Promise<T>): Promise<T> {
    const turn = clone.queue.then(async () => {
      signal?.throwIfAborted()
      if (!clone.isClean) await recoverClone(clone.path)
      clone.isClean = false
      const access = await accessTo(address, credentials, folder, guard)
      const named = { ...address, url: await nameInUse() }
      const result = await work({ address: named, access, path: clone.path, home, limits, signal })
      clone.isClean = true
      return result
    })
    clone.queue = turn.catch(() => undefined)
    return turn
  }

  async function remoteHead(branch: string | undefined, signal: AbortSignal): Promise<RemoteHead> {
    await mkdir(home, { recursive: true, mode: 0o700 })
    const wanted = branch === undefined ? 'HEAD' : `refs/heads/${branch}`
    const { found, symbolic } = await lsRemote([wanted], signal)
    const id = found.get(wanted)
    if (id !== undefined) return { id, name: branch ?? symbolic }
    if (branch === undefined) throw empty(address)
    const others = [...(await lsRemote(['refs/heads/*'], signal)).found.keys()].map((ref) =>
      ref.slice('refs/heads/'.length),
    )
    throw noBranch(address, branch, others)
  }

  /** The head that is known, where a short question to the host says that it is still the same. */
  async function sameHead(
    branch: string | undefined,
    known: CloneState | undefined,
    signal: AbortSignal,
  ): Promise<RemoteHead | undefined> {
    const id = known?.heads[branch ?? '']
    if (id === undefined) return undefined
    const ref = branch === undefined ? 'HEAD' : `refs/heads/${branch}`
    const head = await askForHead({ address, url: await nameInUse(), ref, credentials, guard, signal })
    if (head?.id !== id) return undefined
    if (branch !== undefined) return { id, name: branch }
    return head.target === `refs/heads/${known?.defaultBranch}` ? { id, name: known?.defaultBranch } : undefined
  }

  async function nameInUse(): Promise<string> {
    clone.url ??= nameKept(address, await readState(clone.path))
    return clone.url
  }

  /** Some hosts lead from the address of the page to the one that ends in `.git`, which git must not follow. */
  async function lsRemote(patterns: readonly string[], signal: AbortSignal) {
    const url = await nameInUse()
    try {
      return await lsRemoteAt(url, patterns, signal)
    } catch (error) {
      const other = otherName(address, url)
      if (!isRedirect(error) || other === undefined) throw error
      const answer = await lsRemoteAt(other, patterns, signal).catch((failure: unknown) => {
        throw isRedirect(failure) || isAbsence(failure) ? error : failure
      })
      clone.url = other
      return answer
    }
  }

  async function lsRemoteAt(url: string, patterns: readonly string[], signal: AbortSignal) {
    const { config, env } = await accessTo(address, credentials, folder, guard)
    const output = await runGit({
      args: ['ls-remote', '--quiet', '--symref', '--', url, ...patterns],
      home,
      config,
      env,
      timeout: lsRemoteTimeout,
      yields: true,
      signal,
      maxBytes: 4_000_000,
    })
    const text = output.toString('utf8')
    const lines = text.matchAll(/^([0-9a-f]{40,64})\t(\S+)$/gm)
    const [, symbolic] = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(text) ?? []
    return { found: new Map(Array.from(lines, ([, id = '', ref = '']) => [ref, id])), symbolic }
  }

  function treeOf(commit: string, branch: string, state: CloneState): GitTree {
    const notes =
      state.complaint === undefined ? [] : [`Git finds fault with objects of this repository: ${state.complaint}`]
    return createGitTree({
      run: { repository: clone.path, home },
      batch: clone.batch,
      kept: clone.kept,
      commit,
      branch: branch || state.defaultBranch,
      notes,
      fetchBlobs: (ids, signal) => explained(() => alone(signal, (args) => fetchBlobs(args, branch, ids))),
      damaged: () => {
        clone.isClean = false
        forgetState(clone.path)
      },
    })
  }

  return {
    open: (branch, signal) =>
      explained(async () => {
        const known = await readState(clone.path)
        const { id, name } = (await sameHead(branch, known, signal)) ?? (await remoteHead(branch, signal))
        const defaultBranch = branch === undefined && name !== undefined ? { defaultBranch: name } : {}
        const isSame = known?.heads[branch ?? ''] === id
        if (isSame && (branch !== undefined || known.defaultBranch === name)) {
          if (!clone.isClean && wasCutShort(clone.path)) await alone(signal, async () => undefined)
          return treeOf(id, branch ?? '', known)
        }
        const state = await alone(signal, async (args) => {
          const fetched = isSame ? known : await fetchBranch(args, branch ?? '')
          if (defaultBranch.defaultBranch !== undefined) await rememberDefault(clone.path, defaultBranch.defaultBranch)
          if (!isSame) {
            clone.batch.close() // Packs may have gone, or the whole clone with them.
            await clone.kept.clear()
          }
          return { ...fetched, ...defaultBranch }
        })
        return treeOf(state.heads[branch ?? ''] ?? id, branch ?? '', state)
      }),

    check: (branch, signal) => explained(async () => void (await remoteHead(branch, signal))),

    async last(branch) {
      const state = await readState(clone.path)
      const head = state?.heads[branch ?? '']
      return state && head !== undefined ? treeOf(head, branch ?? '', state) : undefined
    },

    branches: (signal) => explained(() => branchesOf({ repository: clone.path, home, signal })),
  }
}

function cloneAt(path: string, home: string): Clone {
  const known = clones.get(path)
  if (known) return known
  const kept = keptIn(path)
  const batch = keepingObjects(createBatch({ repository: path, home }), kept)
  const clone = { path, batch, kept, queue: Promise.resolve(), isClean: false, url: undefined }
  clones.set(path, clone)
  return clone
}

/** The same place on the same host, so that it may see the same credentials. */
const withEnding = ({ url }: GitAddress) => `${url}.git`

function otherName(address: GitAddress, url: string): string | undefined {
  if (address.protocol !== 'https' && address.protocol !== 'http') return undefined
  if (url !== address.url) return address.url
  return url.endsWith('.git') ? undefined : withEnding(address)
}

function nameKept(address: GitAddress, state: CloneState | undefined): string {
  return state?.url === withEnding(address) ? state.url : address.url
}

function empty({ id }: GitAddress): PortalError {
  return new PortalError('upstream', `${id} has no commits, or its default branch does not exist`, {
    hint: 'Push something to it, or name a branch that exists in the option branch. A host that answers with a page to sign in looks like this, too: then give a token.',
  })
}

function noBranch({ id }: GitAddress, branch: string, others: readonly string[]): PortalError {
  const [meant] = nearest(branch, others, 1)
  const some = others.slice(0, 5).join(', ')
  const hint = meant ? `Did you mean ${meant}?` : some && `There are ${some}${others.length > 5 ? ' and others' : ''}.`
  return new PortalError('upstream', `${id} has no branch ${branch}`, {
    hint: `Correct the option branch, or leave it out for the default branch. ${hint}`.trim(),
  })
}
