import { posix } from 'node:path'
import { LRUCache } from 'lru-cache'
import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import { parseRef } from '../../api/ref.ts'
import type { SourceTree } from '../../api/source-tree.ts'
import { openedTree } from './contributors.ts'
import type { Crawler } from './crawler.ts'
import {
  type Codeowners,
  codeownersPlaces,
  type NamedOwner,
  type OwnersRule,
  readCodeowners,
} from './infer/codeowners.ts'
import { plain } from './infer/fact.ts'
import type { Handle, PeopleLinks, PersonLink } from './people-links.ts'

/** Whom CODEOWNERS names for a file. */
export interface CodeOwnersAt extends Pick<OwnersRule, 'line' | 'pattern'> {
  /** Path of the CODEOWNERS file in the source. */
  file: string
  owners: readonly CodeOwner[]
}

export interface CodeOwner {
  /** As it is written; of an address what stands before the @. */
  name: string
  /** Who that is in the catalog, as far as the actor may see it. */
  link: PersonLink | undefined
}

/** What CODEOWNERS of a repository says of its files, for those who may see what the files define. */
export interface CodeOwnersReader {
  of(actor: Actor, at: { sourceId: string; path: string }, signal: AbortSignal): Promise<CodeOwnersAt | undefined>
  /** The same as a sentence for whoever looks for the owner of what the file defines. */
  hint(actor: Actor, at: { sourceId: string; path: string }, signal: AbortSignal): Promise<string | undefined>
}

const most = { bytes: 1_000_000, owners: 20, files: 50 }

interface OwnersFile {
  /** In the repository. */
  file: string
  rules: Codeowners
}

export function createCodeOwnersReader(crawler: Crawler, links: PeopleLinks): CodeOwnersReader {
  const files = new LRUCache<string, { found: OwnersFile | undefined }>({ max: most.files })

  async function fileIn(tree: SourceTree, root: string, signal: AbortSignal): Promise<OwnersFile | undefined> {
    for (const file of codeownersPlaces) {
      const text = await textOf(tree, posix.join(root, file), signal)
      if (text !== undefined) return { file, rules: readCodeowners(text, file) }
    }
    return undefined
  }

  async function of(actor: Actor, at: { sourceId: string; path: string }, signal: AbortSignal) {
    const tree = await openedTree(crawler, at.sourceId, signal)
    if (!tree) return undefined
    const root = tree.repositoryOf?.(at.path)?.folder ?? ''
    const key = [at.sourceId, tree.revision, root].join('\n')
    const known = files.get(key) ?? { found: await fileIn(tree, root, signal) }
    files.set(key, known)
    const rule = known.found?.rules.at(posix.relative(root, at.path))
    if (!known.found || !rule) return undefined
    const owners = rule.owners.slice(0, most.owners)
    const found = links.of(actor, owners.map(handleOf))
    return {
      file: posix.join(root, known.found.file),
      line: rule.line,
      pattern: rule.isRoot ? 'everything' : plain(rule.pattern, 100),
      owners: owners.map((one, index) => ({ name: nameOf(one), link: found[index] })),
    }
  }

  return {
    of,
    async hint(actor, at, signal) {
      const found = await of(actor, at, signal)
      if (!found) return undefined
      const { owners, file, line, pattern } = found
      const names = owners.map(({ name }) => name).join(', ')
      const known = owners.flatMap(({ link }) => link ?? []).map(({ ref }) => shortRef(ref))
      const advice = known[0] === undefined ? '' : ` Write owner: ${known[0]} if that is right.`
      return `${posix.basename(file)}:${line} names ${names} for ${pattern}.${advice}`
    },
  }
}

/** @returns undefined where there is none, or it cannot be read */
async function textOf(tree: SourceTree, path: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return Buffer.from(await tree.read(path, { maxBytes: most.bytes, signal })).toString('utf8')
  } catch (error) {
    if (error instanceof PortalError) return undefined
    throw error
  }
}

function handleOf({ written, owner }: NamedOwner): Handle {
  const kind = owner.kind === 'Group' ? 'group' : 'user'
  if (!written.startsWith('@')) return { kind, email: written }
  return { kind, login: owner.name, ...(kind === 'group' && { slug: written.slice(1) }) }
}

function nameOf({ written }: NamedOwner): string {
  return written.startsWith('@') ? written : (written.split('@')[0] ?? '')
}

/** `group:payments` is what one writes for `group:default/payments`. */
function shortRef(ref: string): string {
  const { kind, namespace, name } = parseRef(ref)
  return namespace === 'default' ? `${kind}:${name}` : `${kind}:${namespace}/${name}`
}
