/** A pull request, or a merge request, as the forge shows it. */
export interface Proposal {
  url: string
  /** `#12`, `!12`: as people of that forge write it. */
  number: string
}

/** One file, to be proposed. */
export interface Change {
  branch: string
  path: string
  content: string
  /** Of the commit. */
  message: string
  title: string
  /** Markdown. */
  body: string
}

/** A new commit with one file. */
export interface ChangeCommit extends Change {
  into: string
  /** Head of the branch where it is there already, else of the branch that it begins at. */
  head: string
  isNew: boolean
  /** The file that it takes the place of. */
  replaces: FileAt | undefined
}

export interface FileAt {
  /** By which the forge knows this state of the file. */
  id: string
  content: string
}

/**
 * What it takes to propose a file, in the words of one kind of forge.
 *
 * @throws PortalError whatever goes wrong, with what to do about it
 */
export interface ProposalForge {
  /** `branch` is undefined where there is no commit yet. */
  repository(): Promise<{ branch: string | undefined; isArchived: boolean }>
  /** The open proposal of a branch of this repository. */
  find(branch: string, into: string): Promise<Proposal | undefined>
  /** Head of a branch. */
  head(branch: string): Promise<string | undefined>
  file(path: string, branch: string): Promise<FileAt | undefined>
  /** Makes the branch where there is none, and the commit. */
  commit(commit: ChangeCommit): Promise<void>
  open(change: Change, into: string): Promise<Proposal>
}
