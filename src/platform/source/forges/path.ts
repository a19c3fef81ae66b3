import { PortalError } from '../../../api/errors.ts'
import { isWellFormed, shortened } from './ref.ts'

const longest = 4_096

/**
 * A path in a repository, without slashes at its ends.
 *
 * @throws PortalError `invalid` when it leads out of the repository or holds what no path can
 */
export function checkPath(path: string): string {
  const trimmed = path.replace(/^\/+|\/+$/g, '')
  const parts = trimmed === '' ? [] : trimmed.split('/')
  const wrong = parts.some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git')
  if (wrong || /\p{Cc}/u.test(trimmed) || trimmed.length > longest || !isWellFormed(trimmed)) {
    throw new PortalError('invalid', `"${shortened(path)}" is no path within a repository`, {
      hint: 'Write it from the root of the repository, without "..", empty parts and control characters.',
    })
  }
  return trimmed
}

/** Every part encoded, so that `#`, `?`, `%` and spaces are part of a name and nothing else. */
export function encodePath(path: string): string {
  return path.split('/').map(encodePart).join('/')
}

/** Round brackets as well: they end a link in Markdown. */
export function encodePart(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Folder and name. */
export function splitPath(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf('/')
  return { folder: path.slice(0, Math.max(at, 0)), name: path.slice(at + 1) }
}
