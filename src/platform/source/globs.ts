import picomatch from 'picomatch'
import { PortalError } from '../../api/errors.ts'

const maxLength = 1000
const maxStarsInSegment = 3
const maxGlobstars = 4

/**
 * Whether a path matches one of the patterns and none of those that start with `!`. Names that start with a dot
 * match like others. Without patterns everything matches.
 *
 * @throws PortalError `invalid` for a pattern that could take very long to match: the author may be a stranger
 */
export function globs(patterns: readonly string[] | undefined): (path: string) => boolean {
  if (!patterns) return () => true
  const checked = patterns.map(checkPattern)
  const included = checked.filter((pattern) => !pattern.startsWith('!'))
  const excluded = checked.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  if (included.length === 0) return () => false
  const options = { dot: true, noextglob: true, nonegate: true }
  const includes = picomatch(included, options)
  const excludes = excluded.length > 0 ? picomatch(excluded, options) : () => false
  return (path) => includes(path) && !excludes(path)
}

function checkPattern(pattern: string): string {
  const segments = pattern.split('/')
  const globstars = segments.filter((segment) => segment.includes('**')).length
  const stars = Math.max(...segments.map((segment) => segment.replaceAll('**', '*').split('*').length - 1))
  if (pattern.length > maxLength || globstars > maxGlobstars || stars > maxStarsInSegment) {
    throw new PortalError('invalid', `The pattern "${pattern.slice(0, 80)}" has too many wildcards`, {
      hint: `Use at most ${maxStarsInSegment} stars between two slashes and ${maxGlobstars} times **.`,
    })
  }
  return pattern.replace(/^(!?)(\.\/)+/, '$1')
}
