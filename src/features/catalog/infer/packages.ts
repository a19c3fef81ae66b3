import { globs } from '../../../platform/source/globs.ts'
import { isAside } from './aside.ts'
import { inFolder, type Manifest, type ManifestReader } from './manifest.ts'
import { cargo } from './manifests/cargo.ts'
import { go } from './manifests/go.ts'
import { gradle, maven } from './manifests/jvm.ts'
import { npm } from './manifests/npm.ts'
import { composer, dotnet, mix, ruby } from './manifests/others.ts'
import { python } from './manifests/python.ts'
import type { RepositoryFiles } from './repository-files.ts'

const readers: readonly ManifestReader[] = [npm, go, python, cargo, maven, gradle, ruby, composer, dotnet, mix]

/** A package: a folder of a repository with its manifests, the one that speaks for it first. */
export interface Package {
  /** Empty for the repository itself. */
  folder: string
  manifests: readonly Manifest[]
}

export interface Packages {
  root: Package
  /** What the workspaces of the repository name; empty where it is one package. */
  members: readonly Package[]
}

const most = 200

/** Whether a file is one by which the portal knows a project. */
export function isManifest(name: string): boolean {
  return readers.some((reader) => reader.isManifest(name)) || /^(Dockerfile|mkdocs\.ya?ml)$/.test(name)
}

export async function packagesOf(files: RepositoryFiles, languages: readonly string[]): Promise<Packages> {
  const root = await packageAt('', files, languages)
  const patterns = root.manifests.flatMap(({ workspaces }) => workspaces)
  const members: Package[] = []
  for (const folder of foldersOf(patterns, files)) {
    if (members.length >= most) break
    const member = await packageAt(folder, files, languages)
    if (member.manifests.some(({ isPackage }) => isPackage)) members.push(member)
  }
  if (root.manifests.length > 0 || members.length > 0) return { root, members }
  return { root: (await onlyBelow(files, languages)) ?? root, members }
}

async function packageAt(folder: string, files: RepositoryFiles, languages: readonly string[]): Promise<Package> {
  const inside = files.entries.flatMap(({ path }) => (folderOf(path) === folder ? path : []))
  const found: Manifest[] = []
  for (const reader of readers) {
    for (const file of inside.filter((path) => reader.isManifest(nameOf(path))).slice(0, 5)) {
      const text = await files.text(file)
      const manifest = text === undefined ? undefined : await reader.read(text, { file, folder, files })
      if (manifest) found.push(manifest)
    }
  }
  const rank = (manifest: Manifest) => {
    const ranks = manifest.languages.map((one) => languages.indexOf(one)).filter((at) => at >= 0)
    return ranks.length > 0 ? Math.min(...ranks) : languages.length
  }
  return { folder, manifests: found.sort((a, b) => rank(a) - rank(b)) }
}

/** Without a manifest at the top: the one that stands a little further down, if its language is that of the code. */
async function onlyBelow(files: RepositoryFiles, languages: readonly string[]): Promise<Package | undefined> {
  const depth = (path: string) => path.split('/').length
  const found = files.entries.flatMap(({ path }) => {
    const isOne = readers.some((reader) => reader.isManifest(nameOf(path)))
    return isOne && depth(path) <= 3 && !isAside(path) ? folderOf(path) : []
  })
  const folders = [...new Set(found)].sort((a, b) => depth(a) - depth(b)).slice(0, 10)
  const packages = await Promise.all(folders.map((folder) => packageAt(folder, files, languages)))
  const main = packages.filter(({ manifests }) => manifests.length > 0)
  const [first] = main.filter(({ manifests }) => manifests[0]?.languages.includes(languages[0] ?? ''))
  // Its files are those of the repository: it is the only thing there.
  return first && { folder: '', manifests: first.manifests }
}

function foldersOf(patterns: readonly string[], files: RepositoryFiles): string[] {
  if (patterns.length === 0) return []
  const wanted = patterns.flatMap((pattern) => {
    const clean = pattern.replace(/^(!?)(\.\/)+/, '$1').replace(/\/+$/, '')
    return clean === '' || clean === '.' || clean.replace(/^!/, '').startsWith('..') ? [] : clean
  })
  let matches: (path: string) => boolean
  try {
    matches = globs(wanted)
  } catch {
    return [] // Patterns that would take too long.
  }
  const folders = new Set(
    files.entries.flatMap(({ path }) =>
      readers.some((reader) => reader.isManifest(nameOf(path))) ? folderOf(path) : [],
    ),
  )
  return [...folders].filter((folder) => folder !== '' && matches(folder))
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
export const folderOf = (path: string) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')
export const below = (path: string, folder: string) => folder === '' || path.startsWith(inFolder(folder, ''))
