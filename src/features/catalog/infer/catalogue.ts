import type { SourceTree } from '../../../api/source-tree.ts'
import { isForTests } from './aside.ts'
import { describe, type Found } from './describe.ts'
import { write } from './document.ts'
import { plain } from './fact.ts'
import { lookedInto } from './looked-into.ts'
import { inFolder } from './manifest.ts'
import { type Branch, type Generated, overlay, ownersFile } from './overlay.ts'
import type { Repository } from './place.ts'
import { type RepositoryFiles, repositoryFiles } from './repository-files.ts'
import { type Survey, survey, surveyVersion } from './survey.ts'

export interface Inferred {
  tree: SourceTree
  repositories: number
  /** Of these, how many have no file of their own. */
  inferred: number
  /** Paths of the files that nobody wrote. */
  generated: ReadonlySet<string>
}

type Read = Omit<Found, 'path' | 'folder'>

/** Remembers what was read of repositories that did not change since. */
export type Memory = Map<string, { key: string; read: Read }>

const atOnce = 4
const head = [
  'Inferred by Callboard from the files of this repository.',
  'Behind each value stands where it comes from. Commit this file, corrected, and it holds instead.',
]

/** Reads the repositories and makes one tree of them, with a catalog-info.yaml in each. */
export async function infer(
  repositories: readonly Repository[],
  memory: Memory,
  signal: AbortSignal,
): Promise<Inferred> {
  const found: Found[] = []
  for (let start = 0; start < repositories.length; start += atOnce) {
    const some = repositories.slice(start, start + atOnce)
    found.push(...(await Promise.all(some.map((one) => readOnce(one, memory, signal)))))
  }
  const paths = new Set(repositories.map(({ path }) => path))
  for (const path of memory.keys()) if (!paths.has(path)) memory.delete(path)
  const branches = repositories.map(({ path, tree }, index): Branch => {
    return { path, tree, remote: found[index]?.survey.history.remote?.value }
  })
  const generated = generatedFor(found)
  return {
    tree: await overlay(branches, generated, signal),
    repositories: found.length,
    inferred: found.filter(({ hasOwn }) => !hasOwn).length,
    generated: new Set(generated.keys()),
  }
}

function generatedFor(found: readonly Found[]): Map<string, Generated> {
  const { documents, owners } = describe(found)
  const generated = new Map<string, Generated>()
  for (const { path, survey } of found) {
    const lines = documents.get(path)
    if (!lines) continue
    const notes = survey.notes.map((note) => `Not looked at: ${plain(note, 200)}`)
    generated.set(inFolder(path, 'catalog-info.yaml'), { ...write(lines, [...head, ...notes]), base: path })
  }
  if (owners.length > 0) {
    const text = 'Owners that CODEOWNERS or the history of repositories names and that no file defines.'
    generated.set(ownersFile, { ...write(owners, [text]), base: '' })
  }
  return generated
}

async function readOnce(repository: Repository, memory: Memory, signal: AbortSignal): Promise<Found> {
  const { path, folder, tree, historyKey } = repository
  const key = [surveyVersion, tree.revision, historyKey].join('\n')
  const known = memory.get(path)
  const read = known?.key === key ? known.read : await readRepository(repository, signal)
  memory.set(path, { key, read })
  return { path, folder, ...read }
}

async function readRepository({ tree, history, isPartial }: Repository, signal: AbortSignal): Promise<Read> {
  const files = await repositoryFiles(tree, signal, isPartial)
  await files.bring(lookedInto(files.entries.map(({ path }) => path)))
  const [told, defined] = await Promise.all([history(signal), definedIn(files)])
  const read = await survey(files, told)
  const describes = (folder: string) => descriptors.some((name) => files.has(inFolder(folder, name)))
  const members = read.members.filter(({ folder }) => !describes(folder))
  const hasOwn = describes('') || (read.members.length > 0 && members.length === 0)
  const own: Survey = hasOwn ? read : { ...read, members }
  return { survey: own, defined, hasOwn }
}

const descriptors = ['catalog-info.yaml', 'catalog-info.yml']
const mostYaml = 300

/** Kind and name of what the descriptors of a repository define, and the files to which their Locations may lead. */
async function definedIn(files: RepositoryFiles): Promise<{ kind: string; name: string }[]> {
  const paths = files.entries.map(({ path }) => path)
  const own = paths.filter((path) => /(^|\/)catalog-info\.ya?ml$/.test(path) && !isForTests(path)).slice(0, mostYaml)
  if (own.length === 0) return []
  const found = await entitiesIn(own, files)
  if (!found.some(({ kind }) => kind.toLowerCase() === 'location')) return found
  const others = paths.filter((path) => /\.ya?ml$/.test(path) && !own.includes(path)).slice(0, mostYaml)
  await files.bring(new Set(others))
  return [...found, ...(await entitiesIn(others, files))]
}

async function entitiesIn(paths: readonly string[], files: RepositoryFiles): Promise<{ kind: string; name: string }[]> {
  // Loaded where a repository has such a file.
  const { loadAll, YAMLException } = await import('js-yaml')
  const found: { kind: string; name: string }[] = []
  for (const path of paths) {
    const text = await files.text(path)
    if (text === undefined || !/\bkind\b/.test(text)) continue
    try {
      for (const document of loadAll(text) as unknown[]) {
        const { kind, metadata } = (document ?? {}) as { kind?: unknown; metadata?: { name?: unknown } }
        const name = metadata?.name
        if (typeof kind === 'string' && typeof name === 'string') found.push({ kind, name })
      }
    } catch (error) {
      // The crawl reads this file as well, and tells what is wrong with it and where.
      if (!(error instanceof YAMLException)) throw error
    }
  }
  return found
}
