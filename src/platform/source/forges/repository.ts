import type { ForgeType } from '../../../api/config.ts'

/** A repository on a forge. Two addresses of the same one give equal objects. */
export interface Repository {
  forge: ForgeType
  /** Scheme, host and port of its pages, and whatever stands before the paths of its repositories. */
  site: string
  /** Its name within the site, as written: `acme/shop`, `acme/group/shop`, `ACME/shop`, `~anna/shop`, `acme/Store/shop`. */
  path: string
  /** What Git clones from. */
  https: string
  /** The same by ssh, on the port that is usual for the forge. */
  ssh: string
}

/** What an address of a forge leads to. */
export interface ForgeLocation {
  forge: ForgeType
  repository: Repository
  /**
   * A branch or tag by its short name, a commit by its id; `refs/tags/…` where the address says that it is a tag.
   * Undefined: the default branch.
   */
  ref: string | undefined
  /** Without a slash at either end; empty for the root. */
  path: string
  /**
   * Where the address does not tell a file from a folder (Bitbucket, Gitea, Azure DevOps), `tree` is what ends in a slash;
   * a `file` may turn out to be a folder then. A commit is the repository at that commit.
   */
  kind: 'file' | 'tree' | 'repo'
  /** The first, from 1. */
  line?: number
}

/** The names that a repository's refs have, short or full; what tells `feature/x` + `a.md` from `feature` + `x/a.md`. */
export type RefsOf = (repository: Repository) => Iterable<string> | undefined

/** An address taken apart by one kind of forge, before the rest is common to all. */
export interface Reading {
  /** The parts of the repository's name, decoded. */
  name: readonly string[]
  /** Ref and path together, still to be told apart. */
  mixed?: readonly string[]
  /** Where they are apart already. */
  ref?: string | undefined
  path?: string
  kind: ForgeLocation['kind']
  line?: number | undefined
}

/** What an address looks like to a kind of forge. */
export interface Address {
  /** Parts of the path, decoded. */
  segments: readonly string[]
  /** Whether it ends in a slash. */
  folder: boolean
  query: URLSearchParams
  /** Without its #. */
  hash: string
}

/** One kind of forge: how its addresses are read and made. Names are lists of decoded parts. */
export interface Forge {
  /** First parts of addresses that are no owners. */
  reserved: ReadonlySet<string>
  /** @returns undefined for what is no file, tree, commit or repository */
  read(address: Address): Reading | undefined
  /** The name in a clone address, which has no `.git` any more. */
  clonedName(segments: readonly string[], ssh: boolean): readonly string[] | undefined
  /** Below the site, encoded: the address of the repository's page, and what Git clones from. */
  pagePath(name: readonly string[]): string
  clonePath(name: readonly string[]): string
  ssh(host: string, name: readonly string[]): string
  view(at: Place): string
  tree(at: Place): string
  raw(at: Place): string
  commit(page: string, id: string): string
  edit(at: Place): string | undefined
  create(at: Place): string | undefined
  /** Where its API is. */
  api(site: string): string
}

/** A place in a repository, encoded for use in an address. */
export interface Place {
  repository: Repository
  /** Address of the repository's page. */
  page: string
  ref: Ref | undefined
  /** Encoded, with slashes. */
  path: string
  /** As given. */
  plainPath: string
  line: number | undefined
}

export interface Ref {
  name: string
  kind: 'branch' | 'tag' | 'commit'
}
