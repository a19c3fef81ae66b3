import type { Entity } from '../../../api/index.ts'

/** The e-mail address in the profile of a group or user; null where there is none that could be written to. */
export function emailOf(entity: Entity): string | null {
  const profile = entity.spec?.profile
  if (typeof profile !== 'object' || profile === null || Array.isArray(profile)) return null
  const { email } = profile
  return typeof email === 'string' && /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? email.trim() : null
}
