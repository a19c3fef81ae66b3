import { PortalError } from '../../api/errors.ts'
import type { Provider } from '../../api/provider.ts'
import {
  commitUrl,
  editUrl,
  type Forges,
  repositoryKey,
  treeUrl,
  viewUrl,
} from '../../platform/source/forges/forges.ts'
import { isCommit } from '../../platform/source/forges/ref.ts'
import type { ForgeLocation, Repository } from '../../platform/source/forges/repository.ts'

/** The providers of the portal, those of repositories on a forge with the addresses that their files have there. */
export interface ForgeLinks {
  providers: readonly Provider[]
  of(sourceId: string): Provider | undefined
  /**
   * Told with each tree that is opened: how the branch is called that is read.
   *
   * @returns whether addresses lead to it that led nowhere before
   */
  opened(sourceId: string, branch: string | undefined): boolean
}

/** A source of a repository on a forge. */
interface Placed {
  provider: Provider
  repository: Repository
  key: string
}

/** What a default branch is usually called; taken for its name until the repository was asked. */
const usualNames: ReadonlySet<string> = new Set(['main', 'master'])

export function createForgeLinks(given: readonly Provider[], forges: Forges): ForgeLinks {
  const placed = given.flatMap((provider): Placed[] => {
    const repository = provider.repository === undefined ? undefined : forges.repositoryOf(provider.repository)
    return repository ? [{ provider, repository, key: repositoryKey(repository) }] : []
  })
  const byKey = new Map<string, Placed[]>()
  for (const one of placed) byKey.set(one.key, [...(byKey.get(one.key) ?? []), one])
  const branches = new Map<string, string>()
  let last: { text: string; at: ForgeLocation | undefined } | undefined

  const branchOf = ({ provider }: Placed) => provider.branch ?? branches.get(provider.id)

  /** Every source is asked about the same address in turn, so that the last one is remembered. */
  function parsed(text: string): ForgeLocation | undefined {
    // Whoever writes a password into an address means more than to name a file.
    const parse = () => (/^[a-z]+:\/\/[^/?#]*@/i.test(text) ? undefined : forges.parse(text, refsOf))
    if (last?.text !== text) last = { text, at: unlessRefused(parse) }
    return last.at
  }

  const refsOf = (repository: Repository) => byKey.get(repositoryKey(repository))?.flatMap((one) => branchOf(one) ?? [])

  /** Whether the branch that a source reads is the one that an address names. */
  function isRead(one: Placed, ref: string | undefined): boolean {
    const { branch } = one.provider
    const known = branchOf(one)
    if (ref !== undefined) return known === undefined ? usualNames.has(ref) : ref === known
    // The default branch is not known by name where a source names its own; alone, it is what must be meant.
    return (branch ?? null) === null || byKey.get(one.key)?.length === 1
  }

  function linked(one: Placed): Provider {
    const { provider, repository } = one
    const link = (make: (ref: string | undefined) => string | undefined) => unlessRefused(() => make(branchOf(one)))
    return {
      ...provider,
      locationOf(path) {
        const url = link((ref) => viewUrl(repository, ref, path))
        return url === undefined ? provider.locationOf(path) : `url:${url}`
      },
      viewUrl: (path, line) => link((ref) => viewUrl(repository, ref, path, line)),
      editUrl: (path) => link((ref) => editUrl(repository, ref, path)),
      folderUrl: (path) => link((ref) => folderUrl(repository, ref, path)),
      commitUrl: (revision) => (isCommit(revision) ? commitUrl(repository, revision) : undefined),
      pathOf(target) {
        const at = parsed(target)
        if (!at || repositoryKey(at.repository) !== one.key) return provider.pathOf?.(target)
        return at.kind !== 'repo' && at.path !== '' && isRead(one, at.ref) ? at.path : undefined
      },
    }
  }

  const links = new Map(placed.map((one) => [one.provider, linked(one)]))
  const providers = given.map((provider) => links.get(provider) ?? provider)
  const byId = new Map(providers.map((provider) => [provider.id, provider]))
  return {
    providers,
    of: (sourceId) => byId.get(sourceId),
    opened(sourceId, branch) {
      if (branch === undefined || branches.get(sourceId) === branch) return false
      branches.set(sourceId, branch)
      last = undefined // A name with slashes may part it elsewhere.
      return !usualNames.has(branch)
    },
  }
}

/** As the reference writes it: with a slash at its end, where the address has no query. */
function folderUrl(repository: Repository, ref: string | undefined, path: string): string {
  const url = treeUrl(repository, ref, path.slice(0, Math.max(path.lastIndexOf('/'), 0)))
  return url.endsWith('/') || url.includes('?') ? url : `${url}/`
}

/** Paths that a tree may have and no address can carry, and addresses that lead out of a repository. */
function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof PortalError && error.code === 'invalid') return undefined
    throw error
  }
}
