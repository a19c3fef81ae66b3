import type { Entity, EntityRelation } from './entity.ts'
import type { Secret } from './env.ts'
import type { SourceTree } from './source-tree.ts'
import type { Duration } from './time.ts'

/** Where entities come from: a tree of files, and which of them are read. */
export interface Provider {
  /** Stable and unique, such as `folder:/srv/catalog`: entities are remembered under it. */
  id: string
  /** What people read: `examples`. */
  title: string
  /** `folder`, `git`: the word shown with the source. */
  type: string
  /** Globs of the files to read; Locations in them lead to more. */
  paths: readonly string[]
  /** How often it is read again without being told. */
  every?: Duration
  /** @throws PortalError when it cannot be had; what was read of it earlier then stays */
  open(signal: AbortSignal, host: ProviderHost): Promise<SourceTree>
  /** Whether it could be opened, at less cost, and with nothing written that another process may be writing. */
  check?(signal: AbortSignal, host: ProviderHost): Promise<void>
  /** Calls back soon after files changed. @returns what ends the watching */
  watch?(changed: () => void, failed: (error: Error) => void): Promise<() => Promise<void>>
  /** Location target of a file, as `backstage.io/managed-by-location` names it: `file:/srv/catalog/all.yaml`. */
  locationOf(path: string): string
  /** Where a person reads or edits the file, if there is such a place. */
  viewUrl?(path: string, line?: number): string | undefined
  editUrl?(path: string): string | undefined
  /** The folder that a file is in, where a person reads it: ends in a slash if the address has paths. */
  folderUrl?(path: string): string | undefined
  /**
   * The path that an absolute target (`https:`, `file:`) names, if it is one of this source; the inverse of
   * `locationOf` and `viewUrl`. Whether there is such a file does not matter.
   */
  pathOf?(target: string): string | undefined
  /** The kinds that it may define besides those that the rules of the catalog allow; without either, every kind. */
  rules?: readonly KindRule[]
  /** How long one reading may take, from opening to the last file; 20 minutes unless told otherwise. */
  timeout?: Duration
  /**
   * What Git clones it from, without credentials; webhooks name it. Where that is on a forge, the portal itself adds the
   * addresses of its files, both ways, for a provider that is a plain object.
   */
  repository?: string
  /** The branch of `repository` that is read, null for the default one. Without it a push to any branch counts. */
  branch?: string | null | undefined
  /** Where a person reads what a commit changed; `revision` is that of a tree it opened. */
  commitUrl?(revision: string): string | undefined
}

/** Kinds that may be defined, without regard to case. */
export interface KindRule {
  allow: readonly AllowedKind[]
}

/** A kind, or only its entities of one type. */
export type AllowedKind = string | { kind: string; 'spec.type'?: string | undefined }

/** What a provider gets of the portal when it opens its tree. */
export interface ProviderHost {
  /** The data folder; what a provider keeps goes into a folder of it that is named after its type. */
  data: string
  /** A page waits for it: only what is here already may be opened, and nothing asked for over the network. */
  offline: boolean
  /** The token that the configuration has for the forge of a repository. */
  tokenFor?(repository: string): Secret | undefined
}

/** Where the file of an entity is. */
export interface PreparedFrom {
  location: string
  viewUrl?: string
  editUrl?: string
  /** The folder of the file, as `folderUrl` of its provider has it. */
  folderUrl?: string
}

/** Adds to or mends an entity before it is checked, or derives relations from it afterwards. Pure: no I/O. */
export interface Processor {
  id: string
  /** May return a changed copy; what it changes is recorded as coming from this processor. */
  prepare?(entity: Entity, from: PreparedFrom): Entity
  relations?(entity: Entity): readonly EntityRelation[]
}
