import { posix } from 'node:path'
import type { Entity } from '../../api/entity.ts'
import type { Provider } from '../../api/provider.ts'
import { type Addresses, addressOf, shownTarget } from './addresses.ts'
import type { DocumentProblem } from './model/problem.ts'

/** A Location, and where it stands. */
export interface LocationIn {
  path: string
  position: number
  ref: string
  entity: Entity
}

export interface LocationProblem extends LocationIn {
  problem: DocumentProblem
}

/** Where a Location points, as a path or glob of a tree: its own unless there is another source. */
export interface Target {
  sourceId?: string
  /** Relative to the root of the tree; may hold `*`, `**`, `?`, `{a,b}`, `[…]`. */
  pattern: string
  isGlob: boolean
  required: boolean
  field: (string | number)[]
  written: string
}

export interface Targets {
  targets: Target[]
  problems: DocumentProblem[]
}

const glob = /[*?[\]{}]/

/** Reads `spec.target` and `spec.targets` of a Location that stands in `path`. */
export function targetsOf(location: Entity, path: string, provider: Own, addresses?: Addresses): Targets {
  const required = location.spec?.presence !== 'optional'
  const found: Targets = { targets: [], problems: [] }
  for (const { written, field } of writtenTargets(location)) {
    const address = addressOf(written)
    const named = address === undefined ? undefined : addresses?.find(address, provider)
    const inside = named?.path ?? insideTree(written, path, provider, addresses)
    if (typeof inside === 'string') {
      const other = named && named.sourceId !== provider.id ? { sourceId: named.sourceId } : {}
      // What is encoded in an address stands for itself.
      const isGlob = glob.test(named ? written : inside)
      found.targets.push({ ...other, pattern: inside, isGlob, required, field, written: shownTarget(written) })
    } else found.problems.push({ severity: required ? 'error' : 'warning', path: field, ...inside })
  }
  return found
}

function writtenTargets(location: Entity): { written: string; field: (string | number)[] }[] {
  const { target, targets } = location.spec ?? {}
  const one = typeof target === 'string' ? [{ written: target, field: ['spec', 'target'] }] : []
  const several = (Array.isArray(targets) ? targets : []).flatMap((written, index) =>
    typeof written === 'string' ? [{ written, field: ['spec', 'targets', index] }] : [],
  )
  return [...one, ...several]
}

type Own = Pick<Provider, 'id' | 'locationOf'>

type Refusal = Pick<DocumentProblem, 'code' | 'message' | 'hint'>

/** The path within the tree; a leading `/` means the root of the tree, unless the whole path leads into it. */
function insideTree(written: string, from: string, provider: Own, addresses?: Addresses): string | Refusal {
  const target = written.replace(/^file:(\/\/)?/, '')
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) {
    const why = addresses?.reason(target.replace(/^url:/i, '')) ?? {
      reason: 'no source has it',
      hint: 'Add the place it names as a source of its own in portal.config.ts.',
    }
    const message = `The target ${shownTarget(written)} is not a file of this source, and is not followed: ${why.reason}`
    return { code: 'target-elsewhere', message, hint: why.hint }
  }
  if (target.endsWith('/')) {
    return {
      code: 'target-folder',
      message: `The target ${written} names a folder`,
      hint: 'Name a file, or a glob such as ./services/*/catalog-info.yaml.',
    }
  }
  const path = posix.normalize(
    target.startsWith('/') ? fromRoot(target, provider) : posix.join(posix.dirname(from), target),
  )
  if (path === '..' || path.startsWith('../')) {
    return {
      code: 'target-outside',
      message: `The target ${written} leaves the folder of this source`,
      hint: 'Make the source a folder that holds both files, or add the other folder as a source of its own.',
    }
  }
  return path
}

function fromRoot(target: string, provider: Own): string {
  const root = provider
    .locationOf('')
    .replace(/^[a-z]+:/, '')
    .replace(/\/*$/, '/')
  return target.startsWith(root) ? target.slice(root.length) : target.slice(1)
}
