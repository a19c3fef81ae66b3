import type { Transaction } from '../../../api/database.ts'
import { PortalError } from '../../../api/errors.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { digestOf, newKey } from '../keys.ts'
import {
  findInvitation,
  type InvitationPurpose,
  insertInvitation,
  removeInvitations,
  takeInvitation,
} from '../store/accounts.ts'

/** A link that works once. Its key is shown to whoever asked for it and then forgotten. */
export interface OneTimeLink {
  /** Below the address of the portal. */
  path: string
  expiresAt: Date
}

const hour = 3_600_000
const day = 24 * hour

const pages: Record<InvitationPurpose, { path: string; lasts: number }> = {
  administrator: { path: '/sign-in/first', lasts: hour },
  password: { path: '/sign-in/password', lasts: day },
}

/** Makes a link, in the place of those that led to the same and were not followed. */
export function makeLink(
  { now }: Pick<PluginContext, 'now'>,
  tx: Transaction,
  purpose: InvitationPurpose,
  account: string | null = null,
): OneTimeLink {
  const createdAt = now()
  const { path, lasts } = pages[purpose]
  const expiresAt = new Date(createdAt.getTime() + lasts)
  const key = newKey()
  removeInvitations(tx, { purpose, account }, new Date(createdAt.getTime() - 30 * day))
  insertInvitation(tx, { hash: digestOf(key), purpose, account, createdAt, expiresAt, usedAt: null })
  return { path: `${path}?key=${key}`, expiresAt }
}

/**
 * The account that a link is for, null where it makes one.
 *
 * @throws PortalError `not_found` with the reason when it cannot be followed
 */
export function lookAtLink(
  { db, now }: Pick<PluginContext, 'db' | 'now'>,
  purpose: InvitationPurpose,
  key: string,
): string | null {
  const found = findInvitation(db.read, digestOf(key))
  if (found?.purpose !== purpose) throw deadLink('This link leads nowhere')
  if (found.usedAt) throw deadLink('This link was followed already, and works once')
  if (found.expiresAt <= now()) throw deadLink('This link has run out')
  return found.account
}

/** @throws PortalError `not_found` when somebody else was faster, or it has run out meanwhile */
export function followLink({ now }: Pick<PluginContext, 'now'>, tx: Transaction, key: string): void {
  if (!takeInvitation(tx, digestOf(key), now())) throw deadLink('This link was followed already, and works once')
}

export function deadLink(why: string): PortalError {
  return new PortalError('not_found', why, {
    hint: 'Ask an administrator for a new one, or run "callboard user reset NAME" where the portal runs.',
  })
}
