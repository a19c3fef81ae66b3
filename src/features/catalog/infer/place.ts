import type { PortalError } from '../../../api/errors.ts'
import type { ProviderHost } from '../../../api/provider.ts'
import type { SourceTree } from '../../../api/source-tree.ts'
import type { History } from './survey.ts'

/** What an argument of `--from` leads to: a folder of checkouts, or a repository elsewhere. */
export interface Place {
  /** As an absolute path or an address, by which entities of it are remembered. */
  id: string
  /** A word for it, which is also its folder where there are several places. */
  title: string
  repositories(signal: AbortSignal, host: ProviderHost): Promise<Opened>
  locationOf(path: string): string
  viewUrl?(path: string, line?: number): string | undefined
  editUrl?(path: string): string | undefined
  folderUrl?(path: string): string | undefined
  pathOf?(target: string): string | undefined
  watch?(changed: () => void, failed: (error: Error) => void): Promise<() => Promise<void>>
}

export interface Opened {
  repositories: readonly Repository[]
  /** What could not be looked at, as sentences. */
  warnings: readonly string[]
  /** Why nothing of it is here. */
  failure?: PortalError
}

/** A repository of a place, as it is now. */
export interface Repository {
  /** Its folder in the place; empty where it is the place. */
  path: string
  /** What it is called without any manifest. */
  folder: string
  tree: SourceTree
  /** Files that nobody needed yet have no size. */
  isPartial?: boolean
  /** Equal as long as its history would tell the same. */
  historyKey: string
  history(signal: AbortSignal): Promise<History>
}
