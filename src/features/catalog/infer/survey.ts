import { apisOf, type FoundApi } from './apis.ts'
import { type Codeowners, codeownersPlaces, type Owner, readCodeowners } from './codeowners.ts'
import type { Fact } from './fact.ts'
import { languagesOf } from './languages.ts'
import { lineOf } from './lines.ts'
import { inFolder, type Manifest } from './manifest.ts'
import { below, folderOf, type Package, packagesOf } from './packages.ts'
import { type Readme, readReadme } from './readme.ts'
import type { RepositoryFiles } from './repository-files.ts'

/** Grows when the same files would be read differently. */
export const surveyVersion = 1

/** What the history of a repository tells, read by somebody else. */
export interface History {
  /** Address that it was cloned from, and where that stands. */
  remote?: Fact | undefined
  /** Who made most of the recent commits. */
  author?: Fact<Owner> | undefined
  /** The highest tag that is a version. */
  version?: Fact | undefined
}

/** What was read off one repository. */
export interface Survey {
  root: Part
  /** Packages of its workspaces. */
  members: readonly Part[]
  history: History
  codeowners: Codeowners | undefined
  notes: readonly string[]
}

/** A repository or one of its packages. */
export interface Part {
  folder: string
  manifests: readonly Manifest[]
  readme: Readme
  /** What it is by files other than manifests. */
  looks: Fact | undefined
  docs: Fact | undefined
  languages: readonly Fact[]
  apis: readonly FoundApi[]
}

export async function survey(files: RepositoryFiles, history: History): Promise<Survey> {
  const languages = languagesOf(files.entries)
  const { root, members } = await packagesOf(
    files,
    languages.map(({ value }) => value),
  )
  const apis = await apisOf(files)
  // An API belongs to the innermost package that it lies in.
  const folders = members.map(({ folder }) => folder).sort((a, b) => b.length - a.length)
  const homeOf = ({ file }: FoundApi) => folders.find((folder) => below(file, folder)) ?? ''
  const partOf = (one: Package) =>
    part(
      one,
      files,
      apis.filter((api) => homeOf(api) === one.folder),
    )
  const found: Part[] = []
  for (const member of members) found.push(await partOf(member))
  return {
    root: await partOf(root),
    members: found,
    history,
    codeowners: await codeownersOf(files),
    notes: files.notes,
  }
}

async function part({ folder, manifests }: Package, files: RepositoryFiles, apis: readonly FoundApi[]): Promise<Part> {
  const entries = files.entries.filter(({ path }) => below(path, folder))
  const name = entries.map(({ path }) => path).find((path) => folderOf(path) === folder && isReadme(path))
  const text = name === undefined ? undefined : await files.text(name)
  const readme = name !== undefined && text !== undefined ? readReadme(text, name) : {}
  return {
    folder,
    manifests,
    readme,
    looks: await looksOf(
      folder,
      files,
      entries.map(({ path }) => path),
    ),
    docs: docsOf(folder, files, name),
    languages: languagesOf(entries),
    apis,
  }
}

export const isReadme = (path: string) => /(^|\/)readme(\.(md|markdown|rst|adoc|txt))?$/i.test(path)

async function looksOf(folder: string, files: RepositoryFiles, paths: readonly string[]): Promise<Fact | undefined> {
  const at = (name: string) => inFolder(folder, name)
  const first = (names: readonly string[]) => names.map(at).find(files.has)
  const docs = first([
    'mkdocs.yml',
    'mkdocs.yaml',
    'docusaurus.config.js',
    'docusaurus.config.ts',
    'book.toml',
    'antora.yml',
  ])
  const code = paths.filter((path) => /\.(ts|js|py|go|rs|java|kt|rb|php|cs|ex|exs|c|cc|cpp|swift|scala)$/.test(path))
  if (docs !== undefined && code.length <= 3)
    return { value: 'documentation', file: docs, line: 1, rule: 'a site of documentation' }
  const docker = first(['Dockerfile', 'Containerfile'])
  const line = docker === undefined ? undefined : lineOf((await files.text(docker)) ?? '', /^[ \t]*EXPOSE\s/im)
  if (docker !== undefined && line !== undefined)
    return { value: 'service', file: docker, line, rule: 'the image has a port' }
  const page = first(['index.html', 'public/index.html'])
  if (page !== undefined) return { value: 'website', file: page, line: 1, rule: 'a page of HTML' }
  const terraform = paths.find((path) => /^[^/]+\.tf$/.test(path))
  if (terraform !== undefined) return { value: 'infrastructure', file: terraform, line: 1, rule: 'a Terraform module' }
  const text = paths.filter((path) => /\.(md|rst|adoc)$/i.test(path))
  if (code.length === 0 && text.length > 1)
    return { value: 'documentation', file: text[0], line: 1, rule: 'text and no code' }
  return undefined
}

function docsOf(folder: string, files: RepositoryFiles, readme: string | undefined): Fact | undefined {
  const value = 'dir:.'
  const site = ['mkdocs.yml', 'mkdocs.yaml'].map((name) => inFolder(folder, name)).find(files.has)
  if (site !== undefined) return { value, file: site, line: 1, rule: 'a site of documentation' }
  const page = files.entries.find(({ path }) => path.startsWith(inFolder(folder, 'docs/')) && /\.md$/i.test(path))
  if (page) return { value, file: page.path, line: 1, rule: 'a folder of documentation' }
  return readme === undefined ? undefined : { value, file: readme, line: 1, rule: 'the README' }
}

async function codeownersOf(files: RepositoryFiles): Promise<Codeowners | undefined> {
  for (const file of codeownersPlaces) {
    const text = await files.text(file)
    if (text !== undefined) return readCodeowners(text, file)
  }
  return undefined
}
