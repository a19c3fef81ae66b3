import { PortalError } from '../../../api/errors.ts'
import type { Ref } from './repository.ts'

const commitId = /^[0-9a-f]{40}([0-9a-f]{24})?$/
// What git check-ref-format refuses, and a hyphen first, which a command would take for an option.
const forbidden = /^[-/.]|[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[/.]$|^@$/u

export function isCommit(ref: string): boolean {
  return commitId.test(ref)
}

/** @throws PortalError `invalid` when Git could have no ref of this name */
export function checkRef(ref: string): string {
  if (ref === '' || ref.length > 250 || forbidden.test(ref) || !isWellFormed(ref)) {
    throw new PortalError('invalid', `"${shortened(ref)}" cannot be the name of a branch, a tag or a commit`, {
      hint: 'Check the part of the address that names it.',
    })
  }
  return ref
}

/** Only the head of a branch can be changed. */
export function isBranch({ ref }: { ref: Ref | undefined }): boolean {
  return ref === undefined || ref.kind === 'branch'
}

/** `refs/heads/main` is the branch `main`; a tag keeps its prefix, so that it stays one. */
export function shortRef(ref: string): string | undefined {
  if (ref === 'HEAD') return undefined
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : ref
}

export function describeRef(ref: string): Ref | undefined {
  const short = shortRef(checkRef(ref))
  if (short === undefined) return undefined
  if (short.startsWith('refs/tags/')) return { name: short.slice('refs/tags/'.length), kind: 'tag' }
  return { name: short, kind: isCommit(short) ? 'commit' : 'branch' }
}

/**
 * Tells ref and path apart. A ref may contain slashes: of the known ones the longest that fits is taken, without any the
 * first part.
 */
export function splitRef(
  mixed: readonly string[],
  known: Iterable<string> | undefined,
): { ref: string | undefined; path: string } {
  const [first = ''] = mixed
  const full = first === 'refs' && (mixed[1] === 'heads' || mixed[1] === 'tags')
  const shortest = full ? 3 : 1
  const count = isCommit(first) ? 1 : (longestKnown(mixed, shortest, known) ?? shortest)
  const ref = mixed.slice(0, count).join('/')
  return { ref: shortRef(ref), path: mixed.slice(count).join('/') }
}

function longestKnown(
  mixed: readonly string[],
  shortest: number,
  known: Iterable<string> | undefined,
): number | undefined {
  if (!known) return undefined
  const names = new Set(Array.from(known, (ref) => ref.replace(/^refs\/(heads|tags)\//, '')))
  const from = shortest - 1
  for (let count = mixed.length; count >= shortest; count--) {
    if (names.has(mixed.slice(from, count).join('/'))) return count
  }
  return undefined
}

/** Whether it has no half of a character, which no address can carry. */
export function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text)
}

export function shortened(text: string): string {
  const shown = text.replace(/\p{C}/gu, '\ufffd')
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown
}
