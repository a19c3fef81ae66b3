import { milliseconds } from '../../../api/time.ts'
import { FormFault } from '../form-fault.ts'
import type { TokenKind } from './format.ts'
import { isBeyondTokens, readOnly } from './scope.ts'

/** What a token is made of. */
export interface TokenDraft {
  title: string
  permissions: readonly string[]
  /** A length of time such as `90d`, or `never`. */
  expires: string
}

export const usualExpiry = '90d'
export const never = 'never'
const longestTitle = 100
const longestLife = { personal: milliseconds('366d'), service: milliseconds('3660d') }
const shortestLife = milliseconds('1m')

/**
 * A draft that can be made, with the moment when the token ends.
 *
 * @param mayUse whether whoever makes it may use a permission
 * @throws FormFault
 */
export function checkDraft(
  kind: TokenKind,
  draft: TokenDraft,
  { known, mayUse, now }: { known: ReadonlySet<string>; mayUse(permission: string): boolean; now: Date },
): { title: string; permissions: string[]; expiresAt: Date | null } {
  const title = draft.title.replace(/\s+/g, ' ').trim()
  const permissions = [...new Set(draft.permissions)].sort()
  const life = lifeOf(draft.expires, kind)
  const faults = {
    title: titleFault(title),
    permissions: permissionsFault(permissions, known, mayUse),
    expires: typeof life === 'string' ? life : undefined,
  }
  const given = Object.entries(faults).filter(([, fault]) => fault !== undefined)
  if (given.length > 0 || typeof life === 'string') throw new FormFault(Object.fromEntries(given))
  return { title, permissions, expiresAt: life === null ? null : new Date(now.getTime() + life) }
}

function titleFault(title: string): string | undefined {
  if (title === '') return 'Say what the token is for: that is how you recognise it later.'
  if ([...title].length > longestTitle) return `A title has at most ${longestTitle} characters.`
  return /\p{Cc}/u.test(title) ? 'A title has no control characters.' : undefined
}

function permissionsFault(
  permissions: readonly string[],
  known: ReadonlySet<string>,
  mayUse: (permission: string) => boolean,
): string | undefined {
  if (permissions.length === 0) return 'Choose what the token may do.'
  for (const permission of permissions) {
    if (isBeyondTokens(permission)) return `No token can have ${permission}: it could make itself another one.`
    const isKnown = permission === readOnly || isPrefixOf(permission, known) || known.has(permission)
    if (!isKnown) return `There is no permission called ${permission.slice(0, 80)}.`
    if (known.has(permission) && !mayUse(permission)) return `You do not have ${permission} yourself.`
  }
  return undefined
}

function isPrefixOf(permission: string, known: ReadonlySet<string>): boolean {
  return permission.endsWith('.*') && [...known].some((one) => one.startsWith(permission.slice(0, -1)))
}

/** Milliseconds, null for ever, or what is wrong with it. */
function lifeOf(expires: string, kind: TokenKind): number | null | string {
  if (expires === never) return kind === 'service' ? null : 'A personal token ends after a year at the latest.'
  let life: number
  try {
    life = milliseconds(expires)
  } catch {
    return `"${expires.slice(0, 40)}" is no length of time. Write for example 90d or 12h.`
  }
  if (life < shortestLife) return 'A token lasts for at least a minute.'
  if (life <= longestLife[kind]) return life
  return kind === 'personal'
    ? 'A personal token ends after a year at the latest.'
    : 'A token that ends does so within ten years.'
}
