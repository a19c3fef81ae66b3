import type { Fact } from './fact.ts'
import type { RepositoryFiles } from './repository-files.ts'

/** What a manifest of a package manager or build tool says, in the words of the catalog. */
export interface Manifest {
  /** Its path in the repository. */
  file: string
  /** Language by the tag that it has in the catalog: of several manifests the one of the most code speaks. */
  languages: readonly string[]
  name?: Fact | undefined
  title?: Fact | undefined
  description?: Fact | undefined
  version?: Fact | undefined
  /** The first that is certain enough. */
  type?: Fact | undefined
  /** Frameworks and the like, as tags. */
  tags: readonly Fact[]
  homepage?: Fact | undefined
  /** By what others name it as a dependency: `npm:@acme/ui`. */
  identities: readonly string[]
  /** The same of what it needs itself. */
  dependencies: readonly Fact[]
  /** Globs of the folders of its packages, relative to it. */
  workspaces: readonly string[]
  /** Whether it is a package itself, besides holding others. */
  isPackage: boolean
}

/** One kind of manifest: how it is called, and how it is read. */
export interface ManifestReader {
  /** Names of files, or how they end. */
  isManifest(name: string): boolean
  /** @returns undefined for what cannot be read: it says nothing then */
  read(text: string, at: ManifestPlace): Promise<Manifest | undefined> | Manifest | undefined
}

export interface ManifestPlace {
  /** The manifest. */
  file: string
  /** Its folder, empty for that of the repository. */
  folder: string
  files: RepositoryFiles
}

export const inFolder = (folder: string, path: string) => (folder === '' ? path : `${folder}/${path}`)

/** The first of the names that is among those that are there, as a fact of the type. */
export function firstOf(
  found: ReadonlyMap<string, number | undefined>,
  names: readonly string[],
  at: { file: string; value: string; rule: (name: string) => string },
): Fact | undefined {
  const name = names.find((one) => found.has(one))
  return name === undefined ? undefined : { value: at.value, file: at.file, line: found.get(name), rule: at.rule(name) }
}

/** A tag for each of the frameworks that are there. */
export function tagsOf(
  found: ReadonlyMap<string, number | undefined>,
  tags: Readonly<Record<string, string>>,
  file: string,
): Fact[] {
  return Object.entries(tags).flatMap(([name, value]) =>
    found.has(name) ? [{ value, file, line: found.get(name), rule: `dependency ${name}` }] : [],
  )
}

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined

export const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

export const textsOf = (value: unknown): string[] => listOf(value).flatMap((one) => textOf(one) ?? [])
