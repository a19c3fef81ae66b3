import { PortalError } from '../../../api/errors.ts'
import type { ProviderHost } from '../../../api/provider.ts'
import type { SourceTree } from '../../../api/source-tree.ts'
import { createForges } from '../../../platform/source/forges/forges.ts'
import { nameOf, parseGitAddress } from '../../../platform/source/git/address.ts'
import type { GitTree } from '../../../platform/source/git/tree.ts'
import { isExcluded } from '../../../platform/source/tree-path.ts'
import { createForgeLinks } from '../forge-links.ts'
import { isMade } from '../infer/aside.ts'
import { historyOf } from '../infer/history.ts'
import type { Opened, Place } from '../infer/place.ts'
import type { History } from '../infer/survey.ts'
import { type GitProvider, gitProvider } from './git.ts'
import { guessedForges, type RepositoryAddress } from './repository-address.ts'

/** One repository elsewhere, cloned as `gitProvider` does. Where it cannot be had, what was fetched before stands in. */
export function repositoryPlace({ url, branch, protocols }: RepositoryAddress): Place {
  const address = parseGitAddress(url, protocols)
  const source = gitProvider({ url, protocols: [address.protocol], ...(branch !== undefined && { branch }) })
  const links = createForgeLinks([source], createForges(guessedForges(address.host)))
  const linked = links.of(source.id) ?? source
  const title = folderOf(nameOf(address))
  return {
    id: address.id + (branch === undefined ? '' : `#${branch}`),
    title,
    async repositories(signal, host): Promise<Opened> {
      const { tree, failure } = await openOrLast(source, signal, host)
      if (!tree) return { repositories: [], warnings: failure ? [failure.message] : [], ...(failure && { failure }) }
      links.opened(source.id, tree.branch)
      const repository = {
        path: '',
        folder: title,
        tree: treeOfSources(tree, !host.offline),
        isPartial: true,
        // What a page opens in a hurry may lack contents: it must not be taken for what a reading found.
        historyKey: JSON.stringify([tree.revision, address.url, host.offline]),
        history: (own: AbortSignal) => historyIn(tree, address.url, own),
      }
      const warnings = failure ? [`${failure.message}; what was fetched before is shown`] : []
      return { repositories: [repository], warnings }
    },
    locationOf: (path) => linked.locationOf(path),
    viewUrl: (path, line) => linked.viewUrl?.(path, line),
    editUrl: (path) => linked.editUrl?.(path),
    folderUrl: (path) => linked.folderUrl?.(path),
    pathOf: (target) => linked.pathOf?.(target),
  }
}

async function openOrLast(
  source: GitProvider,
  signal: AbortSignal,
  host: ProviderHost,
): Promise<{ tree?: GitTree; failure?: PortalError }> {
  try {
    return { tree: await source.open(signal, host) }
  } catch (failure) {
    signal.throwIfAborted()
    if (!(failure instanceof PortalError)) throw failure
    const tree = host.offline ? undefined : await source.open(signal, { ...host, offline: true }).catch(notHere)
    return { failure, ...(tree && { tree }) }
  }
}

function notHere(error: unknown): undefined {
  if (error instanceof PortalError && error.code === 'not_found') return undefined
  throw error
}

async function historyIn(tree: GitTree, url: string, signal: AbortSignal): Promise<History> {
  const [authors, tags] = await Promise.all([tree.authors(signal), tree.tags(signal)])
  const { author, version } = historyOf({ origin: undefined, tags }, authors)
  return { remote: { value: url, rule: 'address of the repository' }, author, version }
}

/** Without the folders that programs make, as a folder of checkouts is read. */
function treeOfSources(tree: GitTree, mayFetch: boolean): SourceTree {
  return {
    revision: tree.revision,
    branch: tree.branch,
    get warnings() {
      return tree.warnings
    },
    list: async (patterns, signal) => (await tree.list(patterns, signal)).filter(({ path }) => !isMade(path)),
    read: (path, options) => tree.read(path, options),
    stat: (path) => tree.stat(path),
    log: (path) => tree.log(path),
    ...(mayFetch && {
      prefetch: (wants, signal) => tree.prefetch((path) => !isMade(path) && wants(path), signal),
    }),
  }
}

/** A name for a folder that no path can do without quoting. */
function folderOf(name: string): string {
  const last = (name.split('/').at(-1) ?? '').replace(/[^\w.-]+/g, '-').replace(/^[.-]+|-+$/g, '')
  return last === '' || isExcluded(last) ? `repository-${last}`.replace(/-$/, '') : last
}
