import { posix } from 'node:path'
import { milliseconds } from '../../../api/time.ts'
import { globs } from '../../../platform/source/globs.ts'

/** Whether a pattern of files is legal, and names none outside of its source. */
export function isInside(pattern: string): boolean {
  const text = pattern.replace(/^!/, '')
  if (posix.isAbsolute(text) || text.split('/').includes('..')) return false
  try {
    globs([pattern])
    return true
  } catch {
    return false // Too many wildcards.
  }
}

/** Whether it is a length of time above zero, such as `5m`. */
export function isDuration(value: unknown): boolean {
  try {
    return typeof value === 'string' && milliseconds(value) > 0
  } catch {
    return false
  }
}
