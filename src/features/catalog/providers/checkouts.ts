import { resolve } from 'node:path'
import { PortalError } from '../../../api/errors.ts'
import type { Provider } from '../../../api/provider.ts'
import { infer, type Memory } from '../infer/catalogue.ts'
import { ownersFile } from '../infer/overlay.ts'
import type { Place, Repository } from '../infer/place.ts'
import { checkoutFolder } from './checkout-folder.ts'

export interface CheckoutsOptions {
  /** Folders of checkouts; a relative path starts at the working directory. */
  from: readonly string[]
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

/**
 * Entities from checkouts as they are: where a repository has no `catalog-info.yaml`, one is inferred from its files.
 *
 * @throws PortalError `invalid` for what is no folder
 */
export function checkoutsProvider({ from, found }: CheckoutsOptions): Provider {
  const places = prefixed(from.map(treeOf))
  const memory: Memory = new Map()
  const [first] = places
  const placeAt = (path: string) => places.find(({ prefix }) => path.startsWith(prefix))
  return {
    id: `from:${places.map(({ place }) => place.id).join(' ')}`,
    title: places.map(({ place }) => place.title).join(', '),
    type: 'checkouts',
    paths: ['**/catalog-info.{yaml,yml}', ownersFile],
    every: '5m',
    async open(signal) {
      const repositories: Repository[] = []
      const warnings: string[] = []
      for (const { place, prefix } of places) {
        const opened = await place.repositories(signal)
        repositories.push(...opened.repositories.map((one) => ({ ...one, path: joined(prefix, one.path) })))
        warnings.push(...opened.warnings)
      }
      const { tree, ...counts } = await infer(repositories, memory, signal)
      found?.({ ...counts, warnings })
      return tree
    },
    async watch(changed, failed) {
      const closing = await Promise.all(places.map(({ place }) => place.watch?.(changed, failed)))
      return async () => {
        for (const close of closing) await close?.()
      }
    },
    locationOf(path) {
      const at = placeAt(path) ?? first
      return at ? at.place.locationOf(path.slice(at.prefix.length)) : path
    },
    pathOf(target) {
      for (const { place, prefix } of places) {
        const path = place.pathOf?.(target)
        if (path !== undefined) return prefix + path
      }
      return undefined
    },
  }
}

/**
 * What an argument of `--from` leads to.
 *
 * @throws PortalError `invalid` for an address: only folders can be read
 */
export function treeOf(argument: string): Place {
  if (/^[a-z][a-z0-9+.-]*:(\/\/|:)|^[\w.-]+@[\w.-]+:/i.test(argument)) {
    throw new PortalError('invalid', `--from ${argument} is an address, and --from reads folders`, {
      hint: 'Clone the repository and name the folder of the clone.',
    })
  }
  return checkoutFolder(resolve(argument))
}

/** Of several places each has a folder of its own. */
function prefixed(places: readonly Place[]): { place: Place; prefix: string }[] {
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
