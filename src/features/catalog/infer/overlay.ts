import { createHash } from 'node:crypto'
import type { LineOrigin, SourceTree, TreeEntry } from '../../../api/source-tree.ts'
import { globs } from '../../../platform/source/globs.ts'
import { missing, tooLarge, treePath } from '../../../platform/source/tree-path.ts'
import { isForTests } from './aside.ts'
import type { Written } from './document.ts'
import { type Fact, placeOf } from './fact.ts'

/** A tree below a folder of another one. */
export interface Branch {
  /** Empty where it is all there is. */
  path: string
  tree: SourceTree
  /** What it was cloned from, as its configuration names it. */
  remote?: string | undefined
}

/** A file that nobody wrote. */
export interface Generated extends Written {
  /** Paths of its facts are relative to it. */
  base: string
}

/** Where owners are defined whom nobody defines. */
export const ownersFile = '.inferred/owners.yaml'

const descriptor = /(^|\/)catalog-info\.ya?ml$/

/** Puts trees beside one another, and files that nobody wrote over them. */
export async function overlay(
  branches: readonly Branch[],
  generated: ReadonlyMap<string, Generated>,
  signal: AbortSignal,
): Promise<SourceTree> {
  let entries = await entriesOf(branches, generated, signal)
  const known = new Set(entries.map(({ path }) => path))

  function branchOf(path: string): (Branch & { inner: string }) | undefined {
    const found = branches.find((one) => one.path === '' || path.startsWith(`${one.path}/`))
    return found && { ...found, inner: found.path === '' ? path : path.slice(found.path.length + 1) }
  }

  const brings = branches.some(({ tree }) => tree.prefetch)
  const remembers = branches.some(({ tree }) => tree.log)
  return {
    revision: digest(entries),
    async list(patterns, signal) {
      signal?.throwIfAborted()
      const matches = globs(patterns)
      return entries.filter(({ path }) => matches(path))
    },
    async read(path, options = {}) {
      const normal = treePath(path)
      const own = generated.get(normal)
      if (own) return bytesOf(normal, own.text, options.maxBytes)
      const branch = branchOf(normal)
      if (!branch) throw missing(path)
      return branch.tree.read(branch.inner, options)
    },
    async stat(path) {
      const normal = treePath(path)
      const own = generated.get(normal)
      if (own) return entryOf(normal, own.text)
      const branch = branchOf(normal)
      const entry = await branch?.tree.stat(branch.inner)
      return entry && { ...entry, path: normal }
    },
    repositoryOf(path) {
      const branch = branchOf(path)
      return branch && { folder: branch.path, url: branch.remote }
    },
    ...(branches.some(({ tree }) => tree.contributors) && {
      async contributors(folder, options) {
        const branch = branchOf(folder === '' ? '' : `${treePath(folder)}/`)
        const nobody = { people: [], commits: 0, isPartial: false }
        return (await branch?.tree.contributors?.(branch.inner.replace(/\/$/, ''), options)) ?? nobody
      },
    }),
    ...(brings && {
      async prefetch(wants, signal) {
        for (const { path, tree } of branches) await tree.prefetch?.((inner) => wants(joined(path, inner)), signal)
        entries = await entriesOf(branches, generated, signal) // Sizes are known now.
      },
    }),
    ...(remembers && {
      async log(path) {
        const branch = generated.has(path) ? undefined : branchOf(treePath(path))
        return branch?.tree.log?.(branch.inner)
      },
    }),
    origin(path, line) {
      const own = generated.get(path)
      const fact = own?.facts.get(line)
      return own && fact && originOf(fact, own.base, known)
    },
  }
}

async function entriesOf(
  branches: readonly Branch[],
  generated: ReadonlyMap<string, Generated>,
  signal: AbortSignal | undefined,
): Promise<TreeEntry[]> {
  const entries = [...generated].map(([path, { text }]) => entryOf(path, text))
  for (const { path, tree } of branches) {
    for (const entry of await tree.list(undefined, signal)) {
      // Descriptors in tests and templates describe nothing that is there.
      if (descriptor.test(entry.path) && isForTests(entry.path)) continue
      entries.push(path === '' ? entry : { ...entry, path: joined(path, entry.path) })
    }
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1))
}

const joined = (folder: string, path: string) => (folder === '' ? path : `${folder}/${path}`)

function originOf(fact: Fact<unknown>, base: string, known: ReadonlySet<string>): LineOrigin {
  const path = fact.file === undefined ? undefined : base === '' ? fact.file : `${base}/${fact.file}`
  const isThere = path !== undefined && known.has(path)
  return {
    path: isThere ? path : undefined,
    line: fact.line,
    text: isThere ? placeOf({ file: path.split('/').at(-1), line: fact.line }) : (fact.file ?? 'inferred'),
    rule: [placeOf(fact), fact.rule].filter(Boolean).join(', '),
  }
}

function entryOf(path: string, text: string): TreeEntry {
  return { path, blob: createHash('sha1').update(text).digest('hex'), size: Buffer.byteLength(text) }
}

function bytesOf(path: string, text: string, most = Number.POSITIVE_INFINITY): Uint8Array {
  const bytes = Buffer.from(text)
  if (bytes.length > most) throw tooLarge(path, most)
  return bytes
}

function digest(entries: readonly TreeEntry[]): string {
  const hash = createHash('sha256')
  for (const { path, blob } of entries) hash.update(`${path}\0${blob}\n`)
  return hash.digest('hex').slice(0, 40)
}
