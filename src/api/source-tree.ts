/**
 * Files of one source at one moment, whatever holds them: a folder, or a commit of a Git repository.
 * Paths are relative to the root, with `/`, never leave it, and never follow a link out of it.
 */
export interface SourceTree {
  /** What identifies this state as a whole: a commit, or a digest of the listing. */
  readonly revision: string
  /** The branch that it is the head of, where there are branches and its name is known. */
  readonly branch?: string | undefined
  /** Every file that one of the glob patterns matches, sorted by path. Without patterns, every file. */
  list(patterns?: readonly string[], signal?: AbortSignal): Promise<TreeEntry[]>
  /**
   * @throws PortalError `not_found` when the path names no file of the tree, `invalid` when it leaves the tree
   * or the file is larger than `maxBytes`
   */
  read(path: string, options?: { maxBytes?: number; signal?: AbortSignal }): Promise<Uint8Array>
  /** So many bytes of a file from an offset on, fewer at its end; for trees that need not read all of it. */
  readPart?(path: string, part: { from: number; bytes: number }, signal?: AbortSignal): Promise<Uint8Array>
  stat(path: string): Promise<TreeEntry | undefined>
  log?(path: string): Promise<Commit | undefined>
  /**
   * Who made the commits that touched what lies in a folder, the busiest first; empty for all of the tree. Reads what is
   * here already.
   *
   * @throws PortalError `upstream` when it takes too long
   */
  contributors?(folder: string, options: ContributorsOptions): Promise<Contributors>
  /** Names of the branches of its repository, as they were fetched last. */
  branches?(signal?: AbortSignal): Promise<readonly string[]>
  /** The repository that a file lies in, where a tree holds several. */
  repositoryOf?(path: string): TreeRepository | undefined
  /** Brings the content of files from elsewhere, all in one go; only a crawl asks for it. Sizes may be 0 until then. */
  prefetch?(wants: (path: string) => boolean, signal?: AbortSignal): Promise<void>
  /** What was left out and why, as short sentences without a full stop; known once the tree has been listed. */
  readonly warnings?: readonly string[]
  /** What a line of a file that nobody wrote follows from. */
  origin?(path: string, line: number): LineOrigin | undefined
}

/** What a line of a generated file goes back to. */
export interface LineOrigin {
  /** A file of the same tree, if it is one. */
  path: string | undefined
  line: number | undefined
  /** In short: `package.json:3`. */
  text: string
  /** Why it follows: `name of the package`. */
  rule: string
}

export interface TreeEntry {
  path: string
  /** Changes whenever the content does; equal means the content need not be read again. */
  blob: string
  /** Bytes. */
  size: number
}

export interface Commit {
  id: string
  author: string
  /** Milliseconds since 1970. */
  at: number
}

export interface ContributorsOptions {
  /** Milliseconds since 1970; older commits do not count. */
  since: number
  /** Most commits that are counted, the newest first. */
  most: number
  signal?: AbortSignal | undefined
}

export interface Contributors {
  people: readonly Contributor[]
  /** Commits that were counted; merges are not. */
  commits: number
  /** There are more commits than were counted. */
  isPartial: boolean
}

export interface Contributor {
  name: string
  email: string
  commits: number
  /** Of the newest commit, in milliseconds since 1970. */
  lastAt: number
}

export interface TreeRepository {
  /** Its folder in the tree; empty where it is the tree. */
  folder: string
  /** What Git clones it from, as its configuration names it; it may hold credentials. */
  url: string | undefined
}
