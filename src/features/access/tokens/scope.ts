/** What reads only: every permission whose name ends in `.read`. */
export const readOnly = '*.read'

/**
 * Whether a token that is limited to such permissions may use one. `*.read` stands for every permission that reads,
 * `catalog.*` for all below `catalog`, `*` for all. What is of sign-in itself is beyond every token: it could make another one.
 */
export function permits(limits: readonly string[], permission: string): boolean {
  if (isBeyondTokens(permission)) return false
  return limits.some((limit) => {
    if (limit === '*') return true
    if (limit === readOnly) return permission.endsWith('.read')
    return limit.endsWith('.*') ? permission.startsWith(limit.slice(0, -1)) : limit === permission
  })
}

/** Sessions, accounts and tokens themselves. */
export const isBeyondTokens = (permission: string): boolean => permission.startsWith('access.')
