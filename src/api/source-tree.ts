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
  stat(path: string): Promise<TreeEntry | undefined>
  log?(path: string): Promise<Commit | undefined>
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
