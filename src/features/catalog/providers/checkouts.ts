import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { Provider, ProviderHost } from '../../../api/provider.ts'
import type { SourceTree } from '../../../api/source-tree.ts'
import type { GitProtocol } from '../../../platform/source/git/address.ts'
import { infer, type Memory } from '../infer/catalogue.ts'
import { ownersFile } from '../infer/overlay.ts'
import type { Opened, Place, Repository } from '../infer/place.ts'
import { checkoutFolder } from './checkout-folder.ts'
import { isAddress, repositoryAddress } from './repository-address.ts'
import { repositoryPlace } from './repository-place.ts'

export interface CheckoutsOptions {
  /** Folders of checkouts, where a relative path starts at the working directory, and addresses of repositories. */
  from: readonly string[]
  /** By what addresses may be read; https and ssh unless given. */
  protocols?: readonly GitProtocol[]
  /** Told after each reading. */
  found?(found: FoundRepositories): void
}

export interface FoundRepositories {
  repositories: number
  /** Of these, how many have no file of their own. */
  inferred: number
  /** What could not be looked at, as sentences. */
  warnings: readonly string[]
}

interface Prefixed {
  place: Place
  prefix: string
}

/** Repositories that are asked for their heads at a time. */
const atOnce = 4
const mostWarnings = 20

/**
 * Entities from checkouts and repositories as they are: where a repository has no `catalog-info.yaml`, one is inferred from its files.
 *
 * @throws PortalError `invalid` for what is neither a folder nor a repository
 */
export function checkoutsProvider({ from, protocols, found }: CheckoutsOptions): Provider {
  const all = from.map((argument) => placeOf(argument, protocols))
  const places = prefixed([...new Map(all.map((place) => [place.id, place])).values()])
  const memory: Memory = new Map()
  const [first] = places
  const placeAt = (path: string) => places.find(({ prefix }) => path.startsWith(prefix))
  let generated: ReadonlySet<string> = new Set()
  /** Of a file that nobody wrote, the forge has no page. */
  const linkTo = (path: string, link: (place: Place, inner: string) => string | undefined) => {
    const at = generated.has(path) ? undefined : placeAt(path)
    return at && link(at.place, path.slice(at.prefix.length))
  }
  return {
    id: `from:${places.map(({ place }) => place.id).join(' ')}`,
    title: places.map(({ place }) => place.title).join(', '),
    type: 'checkouts',
    paths: ['**/catalog-info.{yaml,yml}', ownersFile],
    every: '5m',
    async open(signal, host) {
      const opened = await openAll(places, signal, host)
      const [failure] = opened.flatMap((one) => one.failure ?? [])
      const repositories = opened.flatMap((one) => one.repositories)
      if (repositories.length === 0 && failure) throw failure
      const { tree, generated: made, ...counts } = await infer(repositories, memory, signal)
      generated = made
      const warnings = [...opened.flatMap((one) => one.warnings), ...leftOut(repositories)]
      if (!host.offline) found?.({ ...counts, warnings })
      return told(tree, warnings)
    },
    ...(places.some(({ place }) => place.watch) && {
      async watch(changed, failed) {
        const closing = await Promise.all(places.map(({ place }) => place.watch?.(changed, failed)))
        return async () => {
          for (const close of closing) await close?.()
        }
      },
    }),
    locationOf(path) {
      const at = placeAt(path)
      if (at) return at.place.locationOf(path.slice(at.prefix.length))
      return first ? first.place.locationOf(path) : path // The owners, who belong to all of them.
    },
    viewUrl: (path, line) => linkTo(path, (place, inner) => place.viewUrl?.(inner, line)),
    editUrl: (path) => linkTo(path, (place, inner) => place.editUrl?.(inner)),
    folderUrl: (path) => linkTo(path, (place, inner) => place.folderUrl?.(inner)),
    pathOf(target) {
      for (const { place, prefix } of places) {
        const path = place.pathOf?.(target)
        if (path !== undefined) return prefix + path
      }
      return undefined
    },
  }
}

/** What an argument of `--from` leads to. */
function placeOf(argument: string, protocols: readonly GitProtocol[] | undefined): Place {
  if (isAddress(argument)) return repositoryPlace(repositoryAddress(argument, protocols))
  return checkoutFolder(resolve(argument))
}

async function openAll(places: readonly Prefixed[], signal: AbortSignal, host: ProviderHost): Promise<Opened[]> {
  const opened: Opened[] = []
  for (let start = 0; start < places.length; start += atOnce) {
    const some = places.slice(start, start + atOnce)
    opened.push(...(await Promise.all(some.map((one) => openOne(one, signal, host)))))
  }
  return opened
}

async function openOne({ place, prefix }: Prefixed, signal: AbortSignal, host: ProviderHost): Promise<Opened> {
  const opened = await place.repositories(signal, host)
  return { ...opened, repositories: opened.repositories.map((one) => ({ ...one, path: joined(prefix, one.path) })) }
}

/** What listing the repositories has left out. */
function leftOut(repositories: readonly Repository[]): string[] {
  const all = repositories.flatMap(({ path, folder, tree }) =>
    (tree.warnings ?? []).map((warning) => `${path || folder}: ${warning}`),
  )
  const more = all.length - mostWarnings
  return more > 0 ? [...all.slice(0, mostWarnings), `${more} more of this kind`] : all
}

/** Other warnings make another revision, so that they are told with the source. */
function told(tree: SourceTree, warnings: readonly string[]): SourceTree {
  if (warnings.length === 0) return tree
  const digest = createHash('sha256').update([tree.revision, ...warnings].join('\n'))
  return { ...tree, revision: digest.digest('hex').slice(0, 40), warnings }
}

/** Of several places each has a folder of its own. */
function prefixed(places: readonly Place[]): Prefixed[] {
  if (places.length === 1) return places.map((place) => ({ place, prefix: '' }))
  const taken = new Set<string>()
  return places.map((place) => {
    let name = place.title
    for (let number = 2; taken.has(name); number++) name = `${place.title}-${number}`
    taken.add(name)
    return { place, prefix: `${name}/` }
  })
}

const joined = (prefix: string, path: string) => (path === '' ? prefix.replace(/\/$/, '') : prefix + path)
