import type { Profile } from '../profile.ts'
import { Unproven } from './unproven.ts'

/** What a provider says of somebody: names and values as in an ID token. */
export type Claims = Readonly<Record<string, unknown>>

export interface ClaimRules {
  id: string
  title: string
  /** Annotations of a User entity, each with the claim that it would carry. */
  annotations: Readonly<Record<string, string>>
  trustEmail: boolean
}

/** Who it is, in our words. An address that nobody checked is kept, but proves nothing. */
export function profileOf(claims: Claims, { id, title, annotations, trustEmail }: ClaimRules): Profile {
  // As it came: cut or cleaned, two people could become one.
  const subject = typeof claims.sub === 'string' ? claims.sub : ''
  if (subject === '' || subject.length > 255) {
    throw new Unproven(
      'no usable subject',
      `${title} does not say who it is: it sent no name of at most 255 characters`,
    )
  }
  const email = wordOf(claims.email)
  const emailVerified = email !== undefined && isChecked(claims.email_verified, trustEmail)
  const login = wordOf(claims.preferred_username) ?? wordOf(claims.nickname)
  const name = wordOf(claims.name) ?? joined(wordOf(claims.given_name), wordOf(claims.family_name))
  const found = Object.entries(annotations).flatMap(([annotation, claim]) => {
    const value = typeof claims[claim] === 'number' ? String(claims[claim]) : wordOf(claims[claim])
    return value === undefined || (claim === 'email' && !emailVerified) ? [] : [[annotation, value] as const]
  })
  return {
    provider: id,
    subject,
    ...(login !== undefined && { login }),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email, emailVerified }),
    ...(found.length > 0 && { annotations: Object.fromEntries(found) }),
  }
}

/** A line of text to be shown and compared, without what would only disturb: control signs, marks of direction. */
export function wordOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.replace(/\p{C}/gu, '').trim()
  return text === '' || text.length > 320 ? undefined : text
}

/** Some send it as a text. */
function isChecked(value: unknown, trusted: boolean): boolean {
  if (value === undefined) return trusted
  return value === true || value === 'true'
}

function joined(...parts: (string | undefined)[]): string | undefined {
  return parts.filter((one) => one !== undefined).join(' ') || undefined
}
