import { posix } from 'node:path'
import { PortalError } from '../../api/errors.ts'

/** Folders that are part of no tree: what git keeps for itself, and what npm installed. */
const excluded = new Set(['.git', 'node_modules'])

export function isExcluded(name: string): boolean {
  return excluded.has(name)
}

/**
 * The path without `./`, `//` and inner `..`.
 *
 * @throws PortalError `invalid` when it leaves the tree, is absolute or empty; `not_found` inside an excluded folder
 */
export function treePath(path: string): string {
  const normal = posix.normalize(path)
  if (path.includes('\0') || posix.isAbsolute(normal) || normal === '..' || normal.startsWith('../'))
    throw outside(path)
  if (normal === '.') throw new PortalError('invalid', `"${path}" does not name a file`)
  if (normal.split('/').some(isExcluded)) throw missing(path)
  return normal
}

export function outside(path: string): PortalError {
  return new PortalError('invalid', `"${path.replaceAll('\0', '\\0')}" leads out of the source`, {
    hint: 'Use a path inside the source, relative to its root and without links that leave it.',
  })
}

export function missing(path: string): PortalError {
  return new PortalError('not_found', `The source has no file "${path}"`, {
    hint: 'Check the spelling, upper and lower case included.',
  })
}

export function tooLarge(path: string, maxBytes: number): PortalError {
  return new PortalError('invalid', `"${path}" is larger than ${maxBytes} bytes`, {
    hint: 'Split the file, or leave it out.',
  })
}
