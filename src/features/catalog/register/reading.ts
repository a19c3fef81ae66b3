import { posix } from 'node:path'
import { PortalError } from '../../../api/errors.ts'
import { nearest } from '../../../api/nearest.ts'
import type { Provider, ProviderHost } from '../../../api/provider.ts'
import type { SourceTree } from '../../../api/source-tree.ts'
import type { RegisteredSources } from './sources.ts'
import { readTarget, type Target, type TargetReading } from './target.ts'

/** A target that was reached: its files, and what it turned out to be. */
export interface Reached {
  target: Target
  provider: Provider
  tree: SourceTree
  /** The branch that was read, by its name; undefined where there are none, or it is not known. */
  branch: string | undefined
}

export interface ReachArgs {
  written: string
  sources: RegisteredSources
  reading: TargetReading
  host: ProviderHost
  maxFiles: number
  signal: AbortSignal
}

/** Stands for the source while it is none. */
const draft = 'registered:review'

/**
 * Fetches what an address leads to, and finds out what it does not tell: branch or path, file or folder.
 *
 * @throws PortalError with the reason why it cannot be had
 */
export async function reach(args: ReachArgs): Promise<Reached> {
  const { sources, host, signal } = args
  const target = readTarget(args.written, args.reading)
  if (target.repository === undefined) {
    const provider = sources.of(draft, target)
    return { target, provider, tree: await provider.open(signal, host), branch: undefined }
  }
  const opened = await openBranch(target, target.repository, args)
  const settled = await scopeOf(opened.target, opened.tree, signal)
  const provider = sources.of(draft, settled)
  const files = (await opened.tree.list(provider.paths, signal)).length
  if (files > args.maxFiles) throw tooMany(files, args.maxFiles)
  return { target: settled, provider, tree: opened.tree, branch: settled.branch ?? opened.tree.branch }
}

/** A branch with slashes in its name is told from a path by the branches that there are. */
async function openBranch(target: Target, url: string, { sources, host, signal, written, reading }: ReachArgs) {
  const repository = sources.repository(url, host)
  try {
    return { target, tree: await repository.open(target.branch, signal) }
  } catch (error) {
    const isGuess = target.isOpen && target.branch !== undefined && target.path !== ''
    if (!isGuess || !(error instanceof PortalError) || !/has no branch/.test(error.message)) throw error
    await repository.open(undefined, signal)
    const other = readTarget(written, reading, await repository.branches(signal))
    if (other.branch === target.branch) throw error
    return { target: other, tree: await repository.open(other.branch, signal) }
  }
}

async function scopeOf(target: Target, tree: SourceTree, signal: AbortSignal): Promise<Target> {
  const { path } = target
  if (path === '') return { ...target, scope: 'tree', isOpen: false }
  if (await tree.stat(path)) return { ...target, scope: 'file', isOpen: false }
  const paths = (await tree.list(undefined, signal)).map((entry) => entry.path)
  if (paths.some((one) => one.startsWith(`${path}/`))) return { ...target, scope: 'tree', isOpen: false }
  throw notThere(target, paths)
}

function notThere({ path, branch }: Target, paths: readonly string[]): PortalError {
  const named = paths.filter((one) => posix.basename(one) === posix.basename(path)).slice(0, 3)
  const near = named.length > 0 ? named : nearest(path, paths.slice(0, 5_000), 2)
  const where = branch === undefined ? 'the default branch' : `the branch ${branch}`
  return new PortalError('not_found', `There is no file or folder ${path} on ${where} of this repository`, {
    hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'Check the address, and whether it was pushed.',
  })
}

function tooMany(files: number, most: number): PortalError {
  return new PortalError(
    'invalid',
    `There are ${files} files called catalog-info.yaml, and ${most} may be registered at once`,
    {
      hint: 'Use the address of a folder further down, or name the repository in portal.config.ts with gitProvider.',
    },
  )
}
